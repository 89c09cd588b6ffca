#include "app/relay/route.h"

#include <algorithm>

#include "core/packaging/dist_filename.h"
#include "core/packaging/page_file.h"

namespace tomme::guard {

namespace {

constexpr std::string_view kMetadata = ".metadata";

/// What stands behind the index's root: "" or "demo/"; nothing outside of it.
std::optional<std::string_view> below(const Url& index, const Url& url) {
  if (url.origin() != index.origin()) return std::nullopt;
  std::string_view root = index.path();
  if (root.ends_with('/')) root.remove_suffix(1);
  std::string_view path = url.path();
  if (!path.starts_with(root)) return std::nullopt;
  path.remove_prefix(root.size());
  if (path.empty()) return path;
  if (!path.starts_with('/')) return std::nullopt;
  return path.substr(1);
}

/// "demo" and "demo/": one segment that is a project's name, and not an archive's.
std::optional<ProjectName> project_in(std::string_view rest) {
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.contains('/')) return std::nullopt;
  const std::string name = percent_decode(rest);
  Result<ProjectName> project = ProjectName::parse(name);
  if (!project || has_archive_name(name)) return std::nullopt;
  return *std::move(project);
}

/// "/pypi/NAME/json" and "/pypi/NAME/VERSION/json"
std::optional<ProjectName> project_of_legacy(const Url& url) {
  std::string_view path = url.path();
  constexpr std::string_view kStart = "/pypi/", kEnd = "/json";
  if (!path.starts_with(kStart) || !path.ends_with(kEnd) || path.size() < kStart.size() + kEnd.size() + 1) {
    return std::nullopt;
  }
  path = path.substr(kStart.size(), path.size() - kStart.size() - kEnd.size());
  const std::size_t slash = path.find('/');
  if (slash != std::string_view::npos && path.substr(slash + 1).contains('/')) return std::nullopt;
  return project_in(path.substr(0, slash));
}

/// "…/NAME/json"
bool is_project_json(std::string_view path) {
  constexpr std::string_view kEnd = "/json";
  if (!path.ends_with(kEnd)) return false;
  path.remove_suffix(kEnd.size());
  return project_in(path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1))
      .has_value();
}

}  // namespace

Route route_of(const Url& url, const std::vector<Url>& indexes) {
  const std::string name = url.filename();
  if (name.ends_with(kMetadata)) {
    const std::string file = name.substr(0, name.size() - kMetadata.size());
    const std::string key = address_key(url.without_query());
    if (has_archive_name(file)) return MetadataRoute{key.substr(0, key.size() - kMetadata.size()), file};
  }
  if (has_archive_name(name)) return FileRoute{name};
  if (url.query()) return OtherRoute{};
  for (const Url& index : indexes) {
    auto rest = below(index, url);
    if (!rest) continue;
    if (rest->empty()) return ListRoute{index};
    // pipenv joins "simple/" and "/demo/".
    if (rest->starts_with('/')) rest->remove_prefix(1);
    if (auto project = project_in(*rest)) return PageRoute{index, *std::move(project)};
  }
  const auto host = std::ranges::find(indexes, url.origin(), &Url::origin);
  if (host != indexes.end()) {
    if (auto project = project_of_legacy(url)) return LegacyRoute{*host, *std::move(project)};
    return OtherRoute{.is_project_json = is_project_json(url.path())};
  }
  return OtherRoute{};
}

}  // namespace tomme::guard
