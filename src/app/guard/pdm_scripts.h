#pragma once

#include <string>
#include <vector>

#include "app/guard/collect.h"

namespace tomme::guard {

/// [tool.pdm.scripts] as PDM 2.29.3 runs them: what they start, with their environment and where they work.
class PdmScripts {
 public:
  /// `directory` is the project's, or one below it.
  PdmScripts(Collector& into, std::string directory) : into_(into), directory_(std::move(directory)) {}

  /// `pre_install`, `post_lock`: scripts that pdm's own command `sub` starts.
  Result<Nested> hooks(const std::string& sub) const;
  /// What `pdm run WORDS` starts: the script of that name, or the command itself. Not empty.
  Result<Nested> started(std::vector<std::string> words) const;

 private:
  Collector& into_;
  std::string directory_;
};

/// A variable that would lead downloads around Tomme: kGuardSetting.
Result<void> expect_not_ours(std::string_view variable, const std::string& where);

}  // namespace tomme::guard
