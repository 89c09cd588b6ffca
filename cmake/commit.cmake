# cmake -D SOURCE=… -D HEADER=… -P commit.cmake: a header with the commit that is built, written only where that is another
# than before. Empty where there is no git or no checkout.
execute_process(COMMAND git -C "${SOURCE}" rev-parse --short=12 HEAD
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git -C "${SOURCE}" status --porcelain --untracked-files=no
                OUTPUT_VARIABLE changes OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(commit AND changes)
  string(APPEND commit " with changes")
endif()
file(CONFIGURE OUTPUT "${HEADER}" CONTENT "#pragma once\ninline constexpr char kTommeCommit[] = \"${commit}\";\n")
