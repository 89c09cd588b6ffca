#include "app/guard/site_snapshot.h"

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

#include "app/guard/disk.h"
#include "app/guard/findings.h"
#include "app/guard/installer.h"
#include "core/base/ascii.h"
#include "core/packaging/zip.h"
#include "io/store/file.h"

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

DistributionState::File look(int folder, const std::string& path) {
  struct stat status{};
  if (::fstatat(folder, path.c_str(), &status, 0) != 0) return {};
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  return {status.st_mtim.tv_sec * kNanoseconds + status.st_mtim.tv_nsec, status.st_ino, status.st_size};
}

/// An `.egg-info` may be a file, PKG-INFO itself.
DistributionState state_of(int folder, const std::string& name, const Layout& layout) {
  DistributionState state{
      {look(folder, name + std::string(layout.metadata)), look(folder, name + std::string(layout.record))}};
  if (state == DistributionState()) state.files[0] = look(folder, name);
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
    if (const auto real = seen_first(folder)) add_folder(*real, true);
  }

  /// Behind all site folders: one of them that a file names as well is one in the first place.
  void follow_path_files() {
    for (const std::string& file : path_files_) follow(file);
  }

  SiteSnapshot snapshot;

 private:
  std::optional<std::string> seen_first(const std::string& path) {
    const auto [place, is_new] = seen_.insert(without_links(path));
    return is_new ? std::optional(*place) : std::nullopt;
  }

  void add_folder(const std::string& real, bool is_site) {
    const FileHandle handle(::open(real.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!handle.is_open()) return;
    for (const std::string& name : list_folder(real)) {
      const std::string path = real + "/" + name;
      if (const Layout* layout = layout_of(name))
        snapshot.emplace(path, state_of(handle.fd(), name, *layout));
      if (is_site && names_places(name)) path_files_.push_back(path);
    }
  }

  void follow(const std::string& file) {
    const auto text = disk_reader()(file, limits_.bytes + 1);
    if (!text) return;
    const std::vector<std::string> places = places_named_in(file, *text);
    if (text->size() > limits_.bytes || places.size() > limits_.places) return leave_unlooked(file);
    for (const std::string& place : places) {
      if (const auto real = seen_first(place)) add_place(*real);
    }
  }

  void add_place(const std::string& real) {
    struct stat status{};
    if (::stat(real.c_str(), &status) != 0) return;
    if (S_ISREG(status.st_mode)) add_archive(real);
    if (!S_ISDIR(status.st_mode)) return;
    // Python finds the EGG-INFO in an egg when that itself is on its path.
    if (const Layout* layout = layout_of(basename_of(real)); layout != nullptr && layout->ending == ".egg")
      snapshot.emplace(real, state_of(AT_FDCWD, real, *layout));
    add_folder(real, false);
  }

  /// Python imports from a zip archive as from a folder.
  void add_archive(const std::string& real) {
    const Result<FileHandle> file = open_for_reading(real);
    const Result<std::uint64_t> size = file ? size_of(*file, real) : std::unexpected(file.error());
    const Result<MappedFile> bytes =
        size ? MappedFile::map(file->fd(), *size, real) : std::unexpected(size.error());
    const Result<ZipArchive> zip =
        bytes ? ZipArchive::parse_by_directory(bytes->view()) : std::unexpected(bytes.error());
    if (!zip) return leave_unlooked(real);
    for (const ZipEntry& entry : zip->entries()) {
      const std::string top(entry.name.substr(0, entry.name.find('/')));
      if (layout_of(top) != nullptr) snapshot.emplace(real + "/" + top, state_of_file(real));
    }
  }

  void leave_unlooked(const std::string& file) {
    snapshot.emplace(file + std::string(kUnlooked), state_of_file(file));
  }

  static DistributionState state_of_file(const std::string& path) { return {{look(AT_FDCWD, path), {}}}; }

  const PathFileLimits& limits_;
  std::set<std::string> seen_;
  std::vector<std::string> path_files_;
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

SiteSnapshot take_snapshot(const std::vector<std::string>& folders, const PathFileLimits& limits) {
  SnapshotTaker taker(limits);
  for (const std::string& folder : folders) taker.add_site(folder);
  taker.follow_path_files();
  return std::move(taker.snapshot);
}

std::vector<std::string> places_named_in(const std::string& file, std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  std::string all = with_line_ends(text, {"\r"});
  all += "\n" + with_line_ends(
                    all, {"\v", "\f", "\x1c", "\x1d", "\x1e", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"});
  if (text.starts_with(kByteOrderMark)) all += "\n" + all.substr(kByteOrderMark.size());
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  std::set<std::string> places;
  for (std::string_view rest = all; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (trim(line).empty()) continue;
    // A `.pth` keeps blanks at the beginning of a line, an `.egg-link` does not.
    for (const std::string_view name : {line.substr(0, line.find_last_not_of(" \t") + 1), trim(line)})
      places.insert((folder / name).lexically_normal().string());
  }
  return {places.begin(), places.end()};
}

bool is_unlooked(std::string_view path) {
  return path.ends_with(kUnlooked);
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
