#include "app/guard/site_snapshot.h"

#include <climits>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <set>
#include <string_view>
#include <sys/stat.h>

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
};

const Layout* layout_of(std::string_view name) {
  // "~emo-1.0.dist-info" is what pip moves aside while it replaces a distribution.
  if (name.starts_with('.') || name.starts_with('~')) return nullptr;
  for (const Layout& layout : kLayouts) {
    if (name.ends_with(layout.ending)) return &layout;
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

void add_folder(const std::string& folder, SiteSnapshot& into) {
  const FileHandle handle(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle.is_open()) return;
  for (const std::string& name : list_folder(folder)) {
    const Layout* layout = layout_of(name);
    if (layout != nullptr) into.emplace(folder + "/" + name, state_of(handle.fd(), name, *layout));
  }
}

}  // namespace

SiteSnapshot take_snapshot(const std::vector<std::string>& folders) {
  SiteSnapshot snapshot;
  std::set<std::string> seen;
  for (const std::string& folder : folders) {
    std::string real = without_links(folder);
    if (const auto [place, is_new] = seen.insert(std::move(real)); is_new) add_folder(*place, snapshot);
  }
  return snapshot;
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
