#include "app/run/site_snapshot.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <sys/stat.h>

#include "app/installers/findings.h"
#include "app/installers/installer.h"
#include "app/run/disk.h"
#include "app/run/path_archive.h"
#include "core/base/ascii.h"
#include "core/encoding/python_text.h"
#include "core/packaging/record_places.h"
#include "io/system/file.h"

namespace tomme::guard {
namespace {

/// Where a distribution of this folder's name has what is looked at; nothing where it is none.
struct Layout {
  std::string_view ending;
  std::string_view metadata;
  std::string_view record;
};
constexpr std::array kLayouts{
    Layout{".dist-info", "/METADATA", "/RECORD"},
    Layout{".egg-info", "/PKG-INFO", "/installed-files.txt"},
    Layout{".egg", "/EGG-INFO/PKG-INFO", "/EGG-INFO/SOURCES.txt"},
    Layout{".egg-link", "", ""},
};
constexpr std::string_view kUnlooked = "/*";

const Layout* layout_of(std::string_view name) {
  // "~emo-1.0.dist-info" is what pip moves aside while it replaces a distribution.
  if (name.starts_with('.') || name.starts_with('~')) return nullptr;
  // importlib.metadata looks at names in lower case: "demo-1.0.EGG-INFO" is one.
  const std::string lower = ascii::to_lower(name);
  for (const Layout& layout : kLayouts) {
    if (lower.ends_with(layout.ending)) return &layout;
  }
  return nullptr;
}

DistributionState::File look_at(int folder, const std::string& path) {
  struct stat status{};
  if (::fstatat(folder, path.c_str(), &status, 0) != 0) return {};
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return {status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec, status.st_ino, status.st_size};
}

/// An `.egg-info` may be a file, PKG-INFO itself.
DistributionState state_of(int folder, const std::string& name, const Layout& layout) {
  DistributionState state{{look_at(folder, name + std::string(layout.metadata)),
                           look_at(folder, name + std::string(layout.record))}};
  if (state == DistributionState()) state.files[0] = look_at(folder, name);
  return state;
}

std::string without_links(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::string(real.get()) : path;
}

bool names_places(std::string_view name) {
  const std::string lower = ascii::to_lower(name);
  return lower.ends_with(".pth") || lower.ends_with(".egg-link");
}

class SnapshotTaker {
 public:
  explicit SnapshotTaker(const PathFileLimits& limits) : limits_(limits) {}

  void add_site(const std::string& folder) {
    const std::string real = without_links(folder);
    const std::vector<std::string> names = list_folder(real);
    // Python goes up from the folder as it knows it, and links above it lead to other places.
    for (const std::string& spelled :
         std::set{std::filesystem::path(folder).lexically_normal().string(), real}) {
      for (const std::string& name : names) {
        if (names_places(name)) path_files_.insert({spelled + "/" + name, real});
      }
    }
    if (seen_.insert(real).second) add_folder(real, names);
  }

  /// Python's own modules and what is compiled of them: nothing in there names further places.
  void add_library_of(const std::string& site) {
    const std::string real = without_links(site);
    const std::size_t slash = real.rfind('/');
    if (slash == std::string::npos) return;
    const std::string library = real.substr(0, slash);
    if (!basename_of(real).ends_with("-packages") || !basename_of(library).starts_with("py")) return;
    for (const std::string& folder : {library, library + "/lib-dynload"}) {
      if (seen_.insert(folder).second) add_folder(folder, list_folder(folder));
    }
  }

  /// Behind all site folders: one of them that a file names as well is one in the first place.
  void follow_path_files() {
    for (const auto& [file, site] : path_files_) follow(file, site);
  }

  SiteLook look;

 private:
  void add_folder(const std::string& real, const std::vector<std::string>& names) {
    const Descriptor handle(::open(real.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!handle.is_open()) return;
    for (const std::string& name : names) {
      if (const Layout* layout = layout_of(name))
        look.distributions.emplace(real + "/" + name, state_of(handle.fd(), name, *layout));
    }
  }

  void follow(const std::string& file, const std::string& site) {
    const auto text = disk_reader()(file, limits_.bytes + 1);
    if (!text) return;
    const std::vector<std::string> places = places_named_in(file, *text);
    if (text->size() > limits_.bytes || places.size() > limits_.places ||
        std::ranges::any_of(places, is_of_a_process))
      return leave_unlooked(site + "/" + std::string(basename_of(file)));
    for (const std::string& place : places) add_place(place, site);
  }

  void add_place(const std::string& place, const std::string& site) {
    struct stat status{};
    if (::stat(place.c_str(), &status) != 0) return;
    const bool is_archive = S_ISREG(status.st_mode);
    if (!is_archive && !S_ISDIR(status.st_mode)) return;
    const std::string real = without_links(place);
    if (real != site) look.places.push_back({site, without_dots(place), real, is_archive});
    if (!seen_.insert(real).second) return;
    if (is_archive) return add_archive(real);
    // Python finds the EGG-INFO in an egg when that itself is on its path.
    if (is_egg(real))
      look.distributions.emplace(real, state_of(AT_FDCWD, real, *layout_of(basename_of(real))));
    add_folder(real, list_folder(real));
  }

  static bool is_egg(std::string_view path) {
    const Layout* layout = layout_of(basename_of(path));
    return layout != nullptr && layout->ending == ".egg";
  }

  /// Python imports from a zip archive as from a folder, and an egg may be one.
  void add_archive(const std::string& real) {
    if (names_ > limits_.archived_names) return leave_unlooked(real);
    const auto archive = PathArchive::open(real);
    if (!archive) return leave_unlooked(real);
    const std::vector<std::string> names = archive->names();
    names_ += names.size();
    std::set<std::string> found;
    for (const std::string& name : names) {
      const std::string top = name.substr(0, name.find('/'));
      if (layout_of(top) != nullptr) found.insert(real + "/" + top);
      if (is_egg(real) && ascii::to_lower(top) == "egg-info") found.insert(real);
    }
    if (found.size() > limits_.archived_distributions - archived_) return leave_unlooked(real);
    archived_ += found.size();
    for (const std::string& path : found) look.distributions.emplace(path, state_of_file(real));
  }

  void leave_unlooked(const std::string& file) {
    look.distributions.emplace(file + std::string(kUnlooked), state_of_file(file));
  }

  static DistributionState state_of_file(const std::string& path) { return {{look_at(AT_FDCWD, path), {}}}; }

  const PathFileLimits& limits_;
  std::size_t archived_ = 0;  // distributions in archives
  std::size_t names_ = 0;     // in archives
  std::set<std::string> seen_;
  std::set<std::pair<std::string, std::string>> path_files_;  // in each spelling, with its folder
};

/// The text with each of these for an end of a line.
std::string with_line_ends(std::string_view text, std::initializer_list<std::string_view> ends) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::ranges::find_if(ends, [&](std::string_view one) { return text.starts_with(one); });
    out += end == ends.end() ? text.front() : '\n';
    text.remove_prefix(end == ends.end() ? 1 : end->size());
  }
  return out;
}

}  // namespace

SiteLook look_at_sites(const std::vector<std::string>& folders, const PathFileLimits& limits) {
  SnapshotTaker taker(limits);
  for (const std::string& folder : folders) taker.add_site(folder);
  for (const std::string& folder : folders) taker.add_library_of(folder);
  taker.follow_path_files();
  return std::move(taker.look);
}

SiteSnapshot take_snapshot(const std::vector<std::string>& folders, const PathFileLimits& limits) {
  return look_at_sites(folders, limits).distributions;
}

bool is_of_a_process(std::string_view path) {
  constexpr std::array<std::string_view, 5> kFolders{"/proc/", "/dev/fd/", "/dev/stdin/", "/dev/stdout/",
                                                     "/dev/stderr/"};
  const std::string whole = without_dots(path) + "/";
  return std::ranges::any_of(kFolders, [&](std::string_view folder) { return whole.starts_with(folder); });
}

std::vector<std::string> places_named_in(const std::string& file, std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  std::string all = with_line_ends(text, {"\r"});
  all += "\n" + with_line_ends(
                    all, {"\v", "\f", "\x1c", "\x1d", "\x1e", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"});
  all += "\n" + with_line_ends(text, {"\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85"});
  if (text.starts_with(kByteOrderMark)) all += "\n" + all.substr(kByteOrderMark.size());
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  std::set<std::string> places;
  for (std::string_view rest = all; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    // A `.pth` keeps blanks at the beginning of a line, an `.egg-link` does not.
    const std::string_view of_utf8 = python_rstrip(line);
    for (const std::string_view name : {of_utf8, python_rstrip_latin1(line), trim(of_utf8)}) {
      if (!name.empty()) places.insert((folder / name).lexically_normal().string());
    }
  }
  return {places.begin(), places.end()};
}

bool is_unlooked(std::string_view path) {
  return path.ends_with(kUnlooked);
}

bool is_distribution(std::string_view name) {
  return layout_of(name) != nullptr;
}

std::vector<std::string> new_or_changed(const SiteSnapshot& before, const SiteSnapshot& after) {
  std::vector<std::string> paths;
  for (const auto& [path, state] : after) {
    const auto found = before.find(path);
    if (found == before.end() || found->second != state) paths.push_back(path);
  }
  return paths;
}

}  // namespace tomme::guard
