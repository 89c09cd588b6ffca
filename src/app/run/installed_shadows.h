#pragma once

#include <set>
#include <vector>

#include "app/relay/wheel_content.h"
#include "app/run/installed_distribution.h"
#include "app/run/led_places.h"
#include "app/run/path_archive.h"
#include "app/run/shared_sight.h"
#include "app/run/site_snapshot.h"
#include "core/packaging/project_name.h"

namespace tomme::guard {

struct ShadowTools {
  const DistributionReader& reader;
  WheelContents& contents;
  SharedSight& sight;
  const LedPlaces& places;                ///< behind the folders of distributions
  const LedPlaces& new_places;            ///< those that were not there before
  PathArchiveNames& archives;             ///< among all these places
  const std::set<ProjectName>& expected;  ///< projects whose signer is expected
};

/// Looks at what the new distributions `all` have put where Python or a shell finds it instead of what an
/// expected project in `after` has, be that new or not, in every folder that one Python may see together:
///   * a module that is imported instead, or a script of the project's own name that is started instead: that
///     project is unjudged, with the reason, and among `all` if it was not yet;
///     So is one that a distribution of old has in a place to which a new `.pth` leads;
///   * what only lies among its files, or is a script of another name that both have: left at the new one;
///   * what runs unasked (run_at_start()), and a module of an expected project's name where that is not
///     installed at all: likewise, to be told;
///   * what leads Python elsewhere for all its modules: the new one itself is unjudged then.
void look_for_shadows(const ShadowTools& tools, const SiteSnapshot& after, std::vector<OnDisk>& all);

}  // namespace tomme::guard
