#pragma once

#include <compare>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/installers/invocation.h"
#include "app/installers/plan.h"
#include "core/packaging/project_name.h"

namespace tomme::guard {

/// A folder of environments (uv's tools, Poetry's environments).
struct Collection {
  std::string folder;
  std::string beginning = {};  ///< of the names in it that count, in lower case
  /// How many folders deep they lie at most: at 2, "a/b" in it may be one, and "a".
  std::size_t depth = 1;
  friend auto operator<=>(const Collection&, const Collection&) = default;
};

/// Where a command can put distributions. Each may be missing, until the command makes it or for ever; a
/// place too many costs a look. Paths are absolute.
struct Places {
  std::set<std::string> folders;   ///< that hold `*.dist-info` themselves: `--target`
  std::set<std::string> prefixes;  ///< of a Python or an environment: `lib/pythonX.Y/site-packages` is below
  std::set<Collection> collections;
  std::set<std::string> own;  ///< folders whose projects are the person's own
  std::set<std::pair<std::string, ProjectName>> own_projects;  ///< and the names of those, by folder
  /// Of these the one nearest to where the command works, with its folder: what the person develops there.
  std::set<std::pair<std::string, ProjectName>> root_projects;
  std::set<std::string> seeds;  ///< folders that may hold the wheels by which new environments begin
};

/// Reads the command's words, the environment and the settings, and runs nothing. `cache` is the run's own
/// folder of caches, in which uv keeps the environments of `uvx` and of scripts. Errs towards too many.
Places places_of(const Invocation& invocation, const Plan& plan, const std::string& cache);

/// The folders with `*.dist-info` as Python lays them out, of all places that are there now.
std::vector<std::string> site_folders(const Places& places, const ListFolder& list);

}  // namespace tomme::guard
