#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.h"

/// Terminal manners, the whole of them:
///   * results go to standard output, everything else to standard error;
///   * sentences start in lower case and end without a full stop;
///   * an error is one line "error: <sentence> [<code>]", followed by "hint: …" where there is one;
///   * words from outside are printed with their control characters made visible;
///   * colour only on a terminal, never with NO_COLOR set or TERM=dumb;
///   * a reader that goes away (a closed pipe) ends the program quietly.
namespace tomme::cli {

void print(std::string_view text);  ///< standard output
void tell(std::string_view text);   ///< standard error
void print_error(const Error& error);
void print_warning(std::string_view sentence);
void print_hint(std::string_view sentence);

/// Whether standard error takes colours.
bool use_colour();

/// Columns of the terminal behind standard error; 0 where it is none.
std::size_t terminal_width();

/// Whether standard output took everything; said once at the end (a full disk must not look like success).
Result<void> flush_output();

/// Where the program was started without standard streams, the files it opens must not take their place.
void occupy_standard_streams();

}  // namespace tomme::cli
