#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/installers/collect.h"
#include "core/base/result.h"

// uv.cc reads the command line and the environment; the parts here are what it leads to. Each borrows the
// collector it is made with.
namespace tomme::guard {

/// What uv reads, gathered from options and environment before settings are looked for.
struct UvSources {
  std::string current;    ///< where uv works, by --directory; what words name is seen from there
  std::string directory;  ///< where the project and settings are looked for: by --project
  std::string target;     ///< folder of what `uv run` runs: settings and project are looked for there as well
  std::vector<std::string> configuration_files;
  bool no_configuration = false;
  bool reads_project = true;
  /// `uv run`, `uv tool run`: the environment may be one of uv's own, which uv deletes before tomme looks
  /// where one of `vanishes_by` is said.
  std::string runs;
  std::string vanishes_by;
};

/// Indexes as uv names them.
class UvIndexes {
 public:
  explicit UvIndexes(Findings& findings) : findings_(findings) {}

  /// `NAME=URL`, a URL, or a word: the name of an index that the settings define, else a folder. Which of
  /// them it is can be told when all settings are read.
  Result<void> named_or_url(std::string_view value, const std::string& where);
  /// An entry of `[[index]]`.
  Result<void> table(const json::Value& index, const std::string& where);
  /// Any backend but an empty one brings PyTorch's index in.
  Result<void> torch(std::string_view backend, const std::string& where);
  /// After all settings: a word that none of them has defined is a folder.
  Result<void> words_left();

 private:
  struct Word {
    std::string text;
    std::string where;
  };
  Findings& findings_;
  std::set<std::string, std::less<>> names_;  ///< as the settings define them
  std::vector<Word> words_;
};

class UvSettings {
 public:
  UvSettings(Collector& into, UvIndexes& indexes)
      : into_(into), findings_(into.findings), indexes_(indexes) {}

  /// What a project brings along is not the word of who runs the command.
  enum class Whose : bool { users, projects };

  /// A uv.toml, or the [tool.uv] of another document.
  Result<void> table(const json::Value& table, const std::string& where, Whose whose);
  /// Every file that uv would look at from there.
  Result<void> files(const UvSources& sources);
  /// The file that says `no-cache = true`; empty for none.
  const std::string& no_cache() const { return no_cache_; }

 private:
  Result<void> indexes_in(const json::Value& table, const std::string& where, const std::string& prefix);
  Result<void> pythons(const json::Value& table, const std::string& where);
  Result<void> file(const std::string& path, Whose whose);
  Result<void> pyproject(const std::string& path);

  Collector& into_;
  Findings& findings_;
  UvIndexes& indexes_;
  std::string no_cache_;
};

/// Projects, each read once however often it is named.
class UvProjects {
 public:
  UvProjects(Collector& into, UvIndexes& indexes) : into_(into), indexes_(indexes) {}

  /// The project of this folder, with its workspace and its locks.
  Result<void> above(const std::string& directory);
  /// The project that a requirement names by its path, seen from `directory`.
  Result<void> named_by(std::string_view requirement, const std::string& directory);

 private:
  Result<void> root_above(const std::string& project);
  Result<std::optional<json::Value>> in(const std::string& place);
  Result<void> by_path(const json::Value& document, const std::string& folder);
  Result<void> members(const json::Value& document, const std::string& folder);

  Collector& into_;
  UvIndexes& indexes_;
  std::set<std::string> seen_;  ///< folders whose pyproject.toml was read
};

/// What was asked for when the tools were installed counts for their upgrades; without names, for all.
Result<void> collect_uv_receipts(Collector& into, UvSettings& settings,
                                 const std::vector<std::string>& tools);

/// uv's links into the run's cache would dangle after the run.
inline void forbid_uv_links(Findings& findings) {
  findings.set("UV_LINK_MODE", "copy");
}

}  // namespace tomme::guard
