#include "app/relay/wheel_content.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/entry_points.h"
#include "core/packaging/installed_wheel.h"
#include "core/packaging/wheel_place.h"

namespace tomme::guard {
namespace {

constexpr std::size_t kEntryPointBytes = 4 * 1024 * 1024;

/// Tells the paths of one entry. What stands below `.data/data` lies in the environment itself, from where
/// "lib/python3.11/site-packages" leads to the others again; with `--target` it lies beside them at once.
template <class Take>
void each_path(std::string_view name, Take take) {
  const std::optional<WheelPlace> place = wheel_place_of(name);
  using enum WheelPlace::Scheme;
  if (!place || place->scheme == scripts || place->scheme == headers) return;
  take(place->path);
  if (place->scheme != data) return;
  for (const std::string_view folder : {"/site-packages/", "/dist-packages/"}) {
    const std::size_t at = place->path.find(folder);
    if (at != std::string_view::npos) take(place->path.substr(at + folder.size()));
  }
}

/// What Python finds of "lib/python3.11/x", "lib64/pypy3.10/lib-dynload/x" and "lib/python311.zip".
std::optional<std::string_view> in_library(std::string_view path) {
  const auto leave = [&path](std::string_view beginning) {
    if (!path.starts_with(beginning)) return false;
    path.remove_prefix(beginning.size());
    return true;
  };
  (void)leave("local/");
  if (!leave("lib/") && !leave("lib64/")) return std::nullopt;
  if (!path.starts_with("python") && !path.starts_with("pypy")) return std::nullopt;
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return path.ends_with(".zip") ? std::optional(path) : std::nullopt;
  path.remove_prefix(slash + 1);
  (void)leave("lib-dynload/");
  if (path.starts_with("site-packages/") || path.starts_with("dist-packages/")) return std::nullopt;
  return path.empty() ? std::nullopt : std::optional(path);
}

}  // namespace

std::unique_ptr<WheelContent> WheelContent::open(std::shared_ptr<const StoredFile> wheel) {
  if (!wheel) return nullptr;
  Result<MappedFile> bytes = wheel->map();
  if (!bytes) return nullptr;
  Result<ZipArchive> zip = ZipArchive::parse(bytes->view());
  return std::unique_ptr<WheelContent>(new WheelContent(std::move(wheel), *std::move(bytes),
                                                        zip ? std::optional(*std::move(zip)) : std::nullopt));
}

std::vector<std::string_view> WheelContent::paths() const {
  std::vector<std::string_view> all;
  if (!zip_) return all;
  for (const ZipEntry& entry : zip_->entries()) {
    if (!entry.is_folder()) each_path(entry.name, [&](std::string_view path) { all.push_back(path); });
  }
  return all;
}

std::vector<std::string_view> WheelContent::library_paths() const {
  std::vector<std::string_view> all;
  if (!zip_) return all;
  for (const ZipEntry& entry : zip_->entries()) {
    const std::optional<WheelPlace> place = wheel_place_of(entry.name);
    if (!place || place->scheme != WheelPlace::Scheme::data) continue;
    if (const auto path = in_library(place->path)) all.push_back(*path);
  }
  return all;
}

std::vector<std::string> WheelContent::environment_paths() const {
  std::vector<std::string> all;
  if (!zip_) return all;
  for (const ZipEntry& entry : zip_->entries()) {
    const std::optional<WheelPlace> place = wheel_place_of(entry.name);
    using enum WheelPlace::Scheme;
    if (place && !entry.is_folder() && (place->scheme == data || place->scheme == scripts))
      all.push_back(place->in_environment());
  }
  return all;
}

std::set<std::string> WheelContent::entry_points() const {
  std::set<std::string> names;
  if (!zip_) return names;
  for (const ZipEntry& entry : zip_->entries()) {
    if (!ascii::to_lower(entry.name).ends_with(".dist-info/entry_points.txt")) continue;
    if (const Result<Bytes> text = ZipArchive::read(entry, kEntryPointBytes))
      names.merge(script_names_in(text_of(*text)));
  }
  return names;
}

bool WheelContent::has_script(std::string_view name) {
  if (!scripts_) {
    scripts_ = entry_points();
    constexpr std::string_view kScripts = "bin/";
    for (const std::string& path : environment_paths()) {
      if (path.starts_with(kScripts)) scripts_->insert(path.substr(kScripts.size()));
    }
  }
  return scripts_->contains(std::string(name));
}

bool WheelContent::has(std::string_view path, const Sha256& digest) {
  constexpr std::size_t kFileBytes = InstalledWheelLimits{}.file_bytes;
  if (zip_ && by_path_.empty()) {
    for (const ZipEntry& entry : zip_->entries())
      each_path(entry.name, [&](std::string_view at) { by_path_.emplace(at, &entry); });
  }
  const auto [first, last] = by_path_.equal_range(path);
  return std::any_of(first, last, [&](const auto& found) {
    const auto [known, is_new] = digests_.try_emplace(found.second);
    if (is_new) {
      if (const Result<Sha256> own = ZipArchive::digest(*found.second, kFileBytes)) known->second = *own;
    }
    return known->second == digest;
  });
}

WheelContent* WheelContents::of(const std::optional<Sha256>& digest) {
  if (!digest) return nullptr;
  const auto [place, is_new] = opened_.try_emplace(*digest);
  if (is_new) place->second = WheelContent::open(store_.find(*digest));
  return place->second.get();
}

}  // namespace tomme::guard
