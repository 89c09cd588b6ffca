#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
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

struct PathFileLimits {
  std::size_t bytes = 256 * 1024;  ///< of one `.pth` or `.egg-link`
  std::size_t places = 1000;       ///< that it names
  /// In all archives together to which they lead: who makes one can have 100,000 in a few kilobytes.
  std::size_t archived_distributions = 500;
  std::size_t archived_names = 1'000'000;  ///< likewise, of all entries
};

/// A folder or a zip archive on Python's path behind a folder of distributions: a `.pth` there names it.
struct LedPlace {
  std::string site;   ///< that folder, links followed
  std::string named;  ///< the place as the `.pth` has it, without "." and ".."
  std::string real;   ///< and with its links followed
  bool is_archive = false;
  friend auto operator<=>(const LedPlace&, const LedPlace&) = default;
};

struct SiteLook {
  SiteSnapshot distributions;
  std::vector<LedPlace> places;
};

/// The distributions in these folders, each once: a listing, and two looks a distribution. Folders that are
/// not there or that this user may not read have none. Python finds some beside its own modules as well, in
/// the folder above such a folder. Where a `.pth` or an `.egg-link` leads, another folder or a zip archive,
/// Python and installers find distributions too: they are among them, but what leads on from there is not
/// followed, for Python does not. See is_unlooked() for what is above the limits.
SiteLook look_at_sites(const std::vector<std::string>& folders, const PathFileLimits& limits = {});
SiteSnapshot take_snapshot(const std::vector<std::string>& folders, const PathFileLimits& limits = {});

/// Whether a path is in what another process finds elsewhere: "/proc/self/cwd". Links are not followed.
bool is_of_a_process(std::string_view path);

/// The places that the lines of `file`, a `.pth` or `.egg-link` of which this is the text, may name, with
/// what Python 3.13 takes for the end of a line and what older ones do, and without what Python strips from
/// the end of a line. The text may be of UTF-8 or Latin-1. Code and comments are tried as well: they lead
/// nowhere.
std::vector<std::string> places_named_in(const std::string& file, std::string_view text);

/// Whether a path of a snapshot, "/v/zz.pth/*", is no distribution but a file whose places were not looked
/// at: it names too many, or one of a process, or leads to a file that is no zip archive
/// to us, or one with more distributions than are looked at.
bool is_unlooked(std::string_view path);

/// Whether a file or folder of this name is a distribution where Python looks for some: "demo-1.0.dist-info".
bool is_distribution(std::string_view name);

/// The paths that `after` has and `before` has not, or otherwise.
std::vector<std::string> new_or_changed(const SiteSnapshot& before, const SiteSnapshot& after);

}  // namespace tomme::guard
