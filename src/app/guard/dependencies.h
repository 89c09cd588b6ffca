#pragma once

#include <set>
#include <string_view>

#include "core/base/result.h"
#include "core/packaging/dist_filename.h"
#include "io/remote/simple_client.h"

namespace tomme::guard {

/// Who may be brought in by a wheel that names addresses instead of versions (`Requires-Dist: name @ URL`).
struct DependencyRules {
  MayVisit judged = {};  ///< files of this address pass through here
  bool proof_required = false;
  std::set<ProjectName> expected = {};  ///< projects of which somebody said who should sign them
};

/// kGuardDependency where the wheel names a place on this machine, which no index has to know of, or, for a
/// project that must be proven, a place whose files are not judged. `metadata` is the wheel's own METADATA.
Result<void> check_dependencies(const DistFilename& wheel, std::string_view metadata,
                                const DependencyRules& rules);

}  // namespace tomme::guard
