#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "app/installers/collect.h"
#include "core/base/result.h"

namespace tomme::guard {

/// Commands that the scripts of one installer may be made of; more are not looked through.
constexpr std::size_t kMostStartedCommands = 1'000;

/// A variable that somebody's settings give to a command that they start.
struct StartedVariable {
  std::string name;
  std::string value;
  bool is_exact = true;  ///< false: its installer may give it another value, or not at all
};
using StartedVariables = std::vector<StartedVariable>;

/// Whether a command starts an installer that can be seen in its words.
bool starts_an_installer(const Collector& from, const std::vector<std::string>& words);

/// A value in which python-dotenv, uv's reader, PDM and hatch put nothing in.
bool is_plain_value(std::string_view value);

/// What a `.env` file gives. A value is exact where it is one plain word, or one text in quotes with nothing
/// in it that the quotes do not cover, and stands there once: readers differ in all else. Unproven where
/// there is no such file, unless it `may_be_absent`, and then it gives nothing.
Result<StartedVariables> variables_of_file(Collector& into, const std::string& path,
                                           bool may_be_absent = false);

/// The same of a file that fills in only what is absent: none of ours, and none that is set.
Result<std::vector<std::string>> with_environment_file(Collector& into, const std::string& path,
                                                       std::vector<std::string> words);

/// `words` behind `env` with these variables, of which later ones count. A value that is not exact is
/// unproven where the words start an installer: what it makes of its settings and files may hang on it.
Result<std::vector<std::string>> with_variables(Collector& into, std::span<const StartedVariable> variables,
                                                std::vector<std::string> words, const std::string& where);

/// What the pip and uv that a program starts read with these variables set. `where` names what sets them.
Result<void> collect_with_variables(Collector& into, std::span<const StartedVariable> variables,
                                    const std::string& where);

}  // namespace tomme::guard
