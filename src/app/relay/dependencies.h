#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/packaging/dist_filename.h"
#include "io/remote/simple_client.h"

namespace tomme::guard {

/// Who may be brought in by a file that names addresses instead of versions (`Requires-Dist: name @ URL`).
struct DependencyRules {
  MayVisit judged = {};  ///< files of this address pass through here
  /// Whether a page of the project lists the file at this address, which has no fragment. None: nobody knows.
  std::function<bool(const ProjectName& project, std::string_view address)> listed_for = {};
  bool proof_required = false;
  std::set<ProjectName> expected = {};  ///< projects of which somebody said who should sign them

  /// What cannot be judged is refused instead of noted.
  bool strict() const { return proof_required || !expected.empty(); }
};

/// Notes on what will not be judged as the project that it is wanted as, a sentence each: a file elsewhere,
/// one that by its name and the pages is not that project's, a checkout, a place on this machine.
/// kGuardDependency instead where the rules are strict, as for a dependency that not all installers read the
/// same way, and for very many. `metadata` is the file's own METADATA or PKG-INFO.
Result<std::vector<std::string>> check_dependencies(const DistFilename& file, std::string_view metadata,
                                                    const DependencyRules& rules);

}  // namespace tomme::guard
