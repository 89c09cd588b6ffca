#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tomme::guard {

/// The word in quotes, as a shell takes it.
std::string quoted_for_shell(std::string_view word);

struct FilledIn {
  std::string text;
  bool has_arguments = false;  ///< `{args}` stood there
};

/// `{args}` and `{args:DEFAULT}` of a script in somebody's settings: the words of the command line, each
/// quoted for a shell, or the default where there are none. `{pdm}` and `{run_cwd}` where `directory` is
/// given. Other placeholders stay.
FilledIn fill_in(std::string_view script, std::span<const std::string> arguments,
                 std::string_view directory = {});

}  // namespace tomme::guard
