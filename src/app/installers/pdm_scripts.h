#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/installers/collect.h"
#include "app/installers/started_variables.h"

namespace tomme::guard {

/// What pdm starts something with, besides its words: of a script's settings and of `pdm run`'s options.
struct PdmTaskOptions {
  StartedVariables variables = {};  ///< later ones count
  std::optional<std::string> environment_file = {};
  std::optional<std::string> working_dir = {};
};

/// [tool.pdm.scripts] as PDM 2.29.3 runs them: what they start, with their environment and where they work.
/// Whatever starts it (a script of any shape, one of several, a hook, the command line), what pdm does to a
/// command is looked at in one place.
class PdmScripts {
 public:
  /// Takes in what a Python file asks for in its head: pdm makes an environment of its own for one.
  using ReadPython = std::function<Result<void>(const std::string& path)>;

  /// `directory` is the project's, or one below it.
  PdmScripts(Collector& into, std::string directory, ReadPython read_python)
      : into_(into), directory_(std::move(directory)), read_python_(std::move(read_python)) {}

  /// `pre_install`, `post_lock`: scripts that pdm's own command `sub` starts.
  Result<Nested> hooks(const std::string& sub) const;
  /// What `pdm run WORDS` starts: the script of that name, or the command itself. Not empty.
  Result<Nested> started(std::vector<std::string> words, const PdmTaskOptions& options) const;

 private:
  Collector& into_;
  std::string directory_;
  ReadPython read_python_;
};

/// A variable that would lead downloads around Tomme: kGuardSetting.
Result<void> expect_not_ours(std::string_view variable, const std::string& where);

}  // namespace tomme::guard
