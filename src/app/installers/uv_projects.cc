#include <algorithm>
#include <filesystem>
#include <fnmatch.h>

#include "app/installers/errors.h"
#include "app/installers/uv_internal.h"
#include "core/encoding/text.h"

namespace tomme::guard {

namespace {

std::string without_dots(std::string path) {
  path = std::filesystem::path(path).lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// uv's globs have `*` and `?` for any characters, slashes too, and no backslash.
bool fits(const std::string& glob, const std::string& path, int flags = 0) {
  return ::fnmatch(glob.c_str(), path.c_str(), FNM_NOESCAPE | flags) == 0;
}

/// Errs towards being one. `project` and `folder` are paths as they were written.
bool may_be_member(const json::Value& root, const std::string& folder, const std::string& project) {
  if (!project.starts_with(folder + "/")) return true;
  const std::string below = project.substr(folder.size() + 1);
  return std::ranges::any_of(texts_at(root, "tool.uv.workspace.members"), [&](const std::string& pattern) {
    std::string glob = without_dots(pattern);
    if (glob.starts_with('/')) return true;
    if (fits(glob, below)) return true;
    // "**/" may stand for nothing at all.
    for (std::size_t at = glob.find("**/"); at != std::string::npos; at = glob.find("**/")) glob.erase(at, 3);
    return fits(glob, below);
  });
}

/// Errs towards being none: uv leaves these out before it opens their files.
bool is_excluded(const json::Value& root, const std::string& folder, const std::string& project) {
  if (!project.starts_with(folder + "/")) return false;
  const std::string below = project.substr(folder.size() + 1);
  return std::ranges::any_of(texts_at(root, "tool.uv.workspace.exclude"), [&](const std::string& glob) {
    // One character is one byte here.
    const auto is_odd = [](char c) { return static_cast<unsigned char>(c) >= 0x80 || c == '[' || c == '?'; };
    return std::ranges::none_of(glob, is_odd) && std::ranges::none_of(below, is_odd) &&
           fits(without_dots(glob), below, FNM_PATHNAME);
  });
}

}  // namespace

Result<void> UvProjects::above(const std::string& directory) {
  for (const std::string& folder : ancestors_of(directory)) {
    const std::optional<json::Value> document = TRY(in(folder));
    if (!document) continue;
    TRY(collect_uv_lock(into_, folder + "/uv.lock"));
    return at(*document, "tool.uv.workspace") != nullptr ? members(*document, folder) : root_above(folder);
  }
  return {};
}

/// The workspace that the project is a member of. uv asks the next pyproject.toml above, and none further up.
Result<void> UvProjects::root_above(const std::string& project) {
  for (const std::string& folder : ancestors_of(project)) {
    if (folder == project) continue;
    const std::optional<json::Value> document = TRY(into_.read_toml(folder + "/pyproject.toml"));
    if (!document) continue;
    const bool is_root = at(*document, "tool.uv.workspace") != nullptr &&
                         may_be_member(*document, folder, project) &&
                         !is_excluded(*document, folder, project);
    if (!is_root) return {};
    [[maybe_unused]] const auto read = TRY(in(folder));
    TRY(collect_uv_lock(into_, folder + "/uv.lock"));
    return members(*document, folder);
  }
  return {};
}

Result<void> UvProjects::named_by(std::string_view requirement, const std::string& directory) {
  const auto folder = local_place_of(into_, requirement, directory);
  if (!folder) return {};
  [[maybe_unused]] const auto read = TRY(in(*folder));
  return {};
}

/// A pyproject.toml with its indexes, and those that its sources lead to by path: each has requirements,
/// sources and indexes of its own.
Result<std::optional<json::Value>> UvProjects::in(const std::string& place) {
  // One spelling of each, for projects may name one another in circles.
  const std::string folder = into_.invocation.resolve
                                 ? into_.invocation.resolve(place)
                                 : std::filesystem::path(place).lexically_normal().string();
  const std::string path = folder + "/pyproject.toml";
  if (!seen_.insert(folder).second) return into_.read_toml(path);
  const std::size_t limit = into_.invocation.limits.workspace_folders;
  if (seen_.size() > limit) {
    return fail(kGuardConfiguration, printable(folder) + ": more than " + std::to_string(limit) +
                                         " projects that name one another by path");
  }
  std::optional<json::Value> document = TRY(collect_pyproject(into_, path));
  if (!document) return document;
  for (const json::Value& index : items_of(at(*document, "tool.uv.index"))) {
    TRY(indexes_.table(index, path + ", [[tool.uv.index]]"));
  }
  TRY(by_path(*document, folder));
  return document;
}

Result<void> UvProjects::by_path(const json::Value& document, const std::string& folder) {
  for (const json::Member& source : members_of(at(document, "tool.uv.sources"))) {
    for (const json::Value& way : one_or_more(source.value)) {
      const auto path = text_at(way, "path");
      if (!path) continue;
      [[maybe_unused]] const auto read = TRY(in(path_in(into_, folder, *path)));
    }
  }
  return {};
}

/// A member's own sources count for the whole workspace's lock.
Result<void> UvProjects::members(const json::Value& document, const std::string& folder) {
  for (const std::string& pattern : texts_at(document, "tool.uv.workspace.members")) {
    for (const std::string& member : TRY(folders_matching(into_, folder, pattern))) {
      if (is_excluded(document, folder, member)) continue;
      const auto read = TRY(in(member));
      if (!read) continue;
      TRY(collect_own_sources(into_, member, below(folder, member),
                              folder + "/pyproject.toml, [tool.uv.workspace]"));
    }
  }
  return {};
}

}  // namespace tomme::guard
