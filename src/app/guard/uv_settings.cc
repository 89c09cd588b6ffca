#include <algorithm>
#include <iterator>

#include "app/guard/errors.h"
#include "app/guard/uv_internal.h"

namespace tomme::guard {
namespace {

/// uv takes the nearest folder with settings, and the workspace's root above it; all of them are read.
std::vector<std::string> folders_of(const UvSources& sources) {
  std::vector<std::string> all = ancestors_of(sources.directory);
  if (!sources.target.empty()) std::ranges::copy(ancestors_of(sources.target), std::back_inserter(all));
  return all;
}

}  // namespace

Result<void> UvSettings::table(const json::Value& table, const std::string& where) {
  TRY(collect_uv_requirements(into_, table, where));
  for (std::string_view name : {"https-proxy", "http-proxy"}) {
    if (!text_at(table, name)) continue;
    return fail(kGuardSetting,
                where + ", " + std::string(name) + ": uv prefers it to the proxy that tomme sets",
                "move it to the variable HTTPS_PROXY: tomme goes through that proxy");
  }
  for (const char* prefix : {"", "pip."}) TRY(indexes_in(table, where, prefix));
  for (const std::string& host : texts_at(table, "allow-insecure-host")) {
    TRY(findings_.unchecked_tls(host, where + ", allow-insecure-host"));
  }
  for (const json::Value& index : items_of(at(table, "index"))) {
    TRY(indexes_.table(index, where + ", [[index]]"));
  }
  if (auto url = text_at(table, "audit.malware-check-url")) findings_.service(*url);
  for (std::string_view name : {"link-mode", "pip.link-mode"}) {
    if (text_at(table, name) == "symlink") forbid_uv_links(findings_);
  }
  return {};
}

Result<void> UvSettings::indexes_in(const json::Value& table, const std::string& where,
                                    const std::string& prefix) {
  for (std::string_view name : {"index-url", "extra-index-url"}) {
    for (const std::string& url : texts_at(table, prefix + std::string(name))) {
      TRY(findings_.index(url, where + ", " + prefix + std::string(name)));
    }
  }
  for (const std::string& place : texts_at(table, prefix + "find-links")) {
    TRY(findings_.find_links(place, where + ", " + prefix + "find-links"));
  }
  const json::Value* no_index = at(table, prefix + "no-index");
  if (no_index != nullptr && no_index->boolean() != nullptr && *no_index->boolean()) {
    TRY(findings_.no_index(where + ", " + prefix + "no-index"));
  }
  if (auto backend = text_at(table, prefix + "torch-backend")) TRY(indexes_.torch(*backend, where));
  return {};
}

Result<void> UvSettings::file(const std::string& path) {
  const std::optional<json::Value> document = TRY(into_.read_toml(path));
  return document ? table(*document, path) : Result<void>{};
}

Result<void> UvSettings::pyproject(const std::string& path) {
  const std::optional<json::Value> document = TRY(into_.read_toml(path));
  const json::Value* own = document ? at(*document, "tool.uv") : nullptr;
  return own != nullptr ? table(*own, path + ", [tool.uv]") : Result<void>{};
}

Result<void> UvSettings::files(const UvSources& sources) {
  if (!sources.configuration_files.empty()) {
    for (const std::string& path : sources.configuration_files) TRY(file(path));
    return {};
  }
  if (sources.no_configuration) return {};
  TRY(file("/etc/uv/uv.toml"));
  for (const std::string& dir : into_.config_dirs()) TRY(file(dir + "/uv/uv.toml"));
  if (std::string home = into_.config_home(); !home.empty()) TRY(file(home + "/uv/uv.toml"));
  const std::vector<std::string> folders = folders_of(sources);
  for (const std::string& folder : folders) TRY(file(folder + "/uv.toml"));
  for (const std::string& folder : folders) TRY(pyproject(folder + "/pyproject.toml"));
  return {};
}

}  // namespace tomme::guard
