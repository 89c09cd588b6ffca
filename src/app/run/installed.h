#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/relay/report_entries.h"
#include "app/run/environments.h"
#include "app/run/site_snapshot.h"
#include "core/crypto/digest.h"
#include "core/packaging/core_metadata.h"
#include "core/packaging/project_name.h"
#include "core/packaging/record.h"
#include "io/store/file_store.h"

namespace tomme::guard {

/// What the environments that a command can write to held before it, and hold after it.
class InstalledCheck {
 public:
  /// Looks at once. What it borrows must outlive it; `cache` is the run's own folder of caches.
  InstalledCheck(const Invocation& invocation, const Plan& plan, const std::string& cache);

  /// Looks again and accounts for everything that is new or other than before. What has a wheel's name and
  /// version is compared with that wheel, as `store` has it: by the digests of its RECORD, and where its
  /// signer is expected by the files themselves. What was asked for by an address (direct_url.json) is
  /// covered by a file of that address only; and a source distribution, whose build can be compared with
  /// nothing, covers only where no wheel of that name and version went to the command. Where a new one has
  /// brought files that are imported or started instead of an expected project's own, that project is
  /// unjudged (look_for_shadows()).
  std::vector<Installed> compare(const std::vector<DeliveredFile>& delivered, const FileStore& store,
                                 const std::set<ProjectName>& expected);

  /// Distributions of a project that were there already: "demo 1.0 in /v/lib/python3.11/site-packages".
  std::vector<std::string> before(const ProjectName& project) const;

 private:
  const Invocation& invocation_;
  const std::string cache_;
  const Places places_;
  const SiteLook before_;
};

/// Whether a file of this name is of this project and version, cut wherever an installer could cut it. A name
/// that has no version at all ("demo-main.zip") fits every one.
bool is_file_of(std::string_view filename, const ProjectName& project, std::string_view version);

}  // namespace tomme::guard
