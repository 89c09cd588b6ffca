#include <algorithm>
#include <iterator>

#include "app/installers/errors.h"
#include "app/installers/uv_internal.h"
#include "app/installers/walk.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// uv takes the nearest folder with settings, and the workspace's root above it; all of them are read.
std::vector<std::string> folders_of(const UvSources& sources) {
  std::vector<std::string> all = ancestors_of(sources.directory);
  if (!sources.target.empty()) std::ranges::copy(ancestors_of(sources.target), std::back_inserter(all));
  return all;
}

/// The project's own build, where it is published, and what has no place. Sources are walked where projects
/// are read: settings alone take nothing from there.
constexpr std::string_view kHarmless[] = {"sources",           "workspace",   "build-backend",
                                          "cache-keys",        "publish-url", "check-url",
                                          "index.publish-url", "cache-dir",   "pip.custom-compile-command"};
constexpr std::string_view kByName[] = {"exclude-newer-package", "pip.exclude-newer-package"};

}  // namespace

Result<void> UvSettings::table(const json::Value& table, const std::string& where, Whose whose) {
  TRY(collect_uv_requirements(into_, table, where));
  for (std::string_view name : {"https-proxy", "http-proxy"}) {
    if (!text_at(table, name)) continue;
    return fail(kGuardSetting,
                where + ", " + std::string(name) + ": uv prefers it to the proxy that tomme sets",
                "move it to the variable HTTPS_PROXY: tomme goes through that proxy");
  }
  for (const std::string& host : texts_at(table, "no-proxy"))
    TRY(findings_.reached_directly(host, where + ", no-proxy"));
  for (const char* prefix : {"", "pip."}) TRY(indexes_in(table, where, prefix));
  for (const std::string& host : texts_at(table, "allow-insecure-host")) {
    TRY(findings_.unchecked_tls(host, where + ", allow-insecure-host"));
  }
  for (std::string_view list : {"index", "pip.index"}) {
    for (const json::Value& index : items_of(at(table, list))) {
      TRY(indexes_.table(index, where + ", [[" + std::string(list) + "]]"));
    }
  }
  if (auto url = text_at(table, "audit.malware-check-url")) {
    whose == Whose::users ? findings_.service(*url)
                          : findings_.service_of_a_project(*url, where + ", audit.malware-check-url");
  }
  for (const std::string& group : texts_at(table, "pip.group")) {
    TRY(collect_group(into_, group, into_.invocation.directory));
  }
  TRY(pythons(table, where));
  for (std::string_view name : {"keyring-provider", "pip.keyring-provider"}) {
    if (text_at(table, name) == "subprocess") findings_.ask_keyring();
  }
  for (std::string_view name : {"link-mode", "pip.link-mode"}) {
    if (text_at(table, name) == "symlink") forbid_uv_links(findings_);
  }
  const json::Value* no_cache = at(table, "no-cache");
  if (no_cache != nullptr && no_cache->boolean() != nullptr && *no_cache->boolean())
    no_cache_ = where + ", no-cache";
  watch_texts(findings_, table, where, {kHarmless, kByName});
  return {};
}

/// From the network no Python comes unseen: hosts that are not judged are refused where proof is required.
Result<void> UvSettings::pythons(const json::Value& table, const std::string& where) {
  for (std::string_view name :
       {"python-install-mirror", "pypy-install-mirror", "python-downloads-json-url"}) {
    const auto place = text_at(table, name);
    if (!place) continue;
    findings_.taken(*place);
    if (!is_http(*place)) TRY(findings_.local_path(*place, where + ", " + std::string(name)));
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

Result<void> UvSettings::file(const std::string& path, Whose whose) {
  const std::optional<json::Value> document = TRY(into_.read_toml(path));
  return document ? table(*document, path, whose) : Result<void>{};
}

Result<void> UvSettings::pyproject(const std::string& path) {
  const std::optional<json::Value> document = TRY(into_.read_toml(path));
  const json::Value* own = document ? at(*document, "tool.uv") : nullptr;
  return own != nullptr ? table(*own, path + ", [tool.uv]", Whose::projects) : Result<void>{};
}

Result<void> UvSettings::files(const UvSources& sources) {
  if (!sources.configuration_files.empty()) {
    for (const std::string& path : sources.configuration_files) TRY(file(path, Whose::users));
    return {};
  }
  if (sources.no_configuration) return {};
  TRY(file("/etc/uv/uv.toml", Whose::users));
  for (const std::string& dir : into_.config_dirs()) TRY(file(dir + "/uv/uv.toml", Whose::users));
  if (std::string home = into_.config_home(); !home.empty()) TRY(file(home + "/uv/uv.toml", Whose::users));
  const std::vector<std::string> folders = folders_of(sources);
  for (const std::string& folder : folders) TRY(file(folder + "/uv.toml", Whose::projects));
  for (const std::string& folder : folders) TRY(pyproject(folder + "/pyproject.toml"));
  return {};
}

}  // namespace tomme::guard
