#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tomme::guard {

/// What changes when a distribution is installed again: of METADATA and of RECORD (PKG-INFO and
/// installed-files.txt of old ones), zeros where there is none.
struct DistributionState {
  struct File {
    std::int64_t modified_ns = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    friend bool operator==(const File&, const File&) = default;
  };
  std::array<File, 2> files;
  friend bool operator==(const DistributionState&, const DistributionState&) = default;
};

/// By path: "/v/lib/python3.11/site-packages/demo-1.0.dist-info", links followed.
using SiteSnapshot = std::map<std::string, DistributionState>;

/// The distributions in these folders, each once: a listing, and two looks a distribution. Folders that are
/// not there or that this user may not read have none.
SiteSnapshot take_snapshot(const std::vector<std::string>& folders);

/// The paths that `after` has and `before` has not, or otherwise.
std::vector<std::string> new_or_changed(const SiteSnapshot& before, const SiteSnapshot& after);

}  // namespace tomme::guard
