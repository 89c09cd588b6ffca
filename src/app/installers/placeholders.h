#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tomme::guard {

/// The word in quotes, as a shell takes it.
std::string quoted_for_shell(std::string_view word);
/// The words, each in quotes, with a space between.
std::string quoted_for_shell(std::span<const std::string> words);

/// A script of somebody's settings with what its program puts in.
struct FilledIn {
  std::string text;
  bool has_arguments = false;  ///< the place for the words of the command line stood there
  bool is_exact = true;        ///< false: the program, or another version of it, may make another text of it
  bool lacks_words = false;    ///< words that the program makes up itself stand there, and are left out
};

/// A script of PDM: `{args}` and `{args:DEFAULT}` are the words of the command line, each quoted for a shell,
/// or the default where there are none, `{pdm}` is pdm and `{run_cwd}` is `directory`. Other braces stay;
/// what only looks like one of these is not exact. Takes time in proportion to the text.
FilledIn fill_in(std::string_view script, std::span<const std::string> arguments, std::string_view directory);

}  // namespace tomme::guard
