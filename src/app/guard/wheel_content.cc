#include "app/guard/wheel_content.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/packaging/installed_wheel.h"

namespace tomme::guard {
namespace {

/// Tells the paths of one entry. What stands below `.data/data` lies in the environment itself, from where
/// "lib/python3.11/site-packages" leads to the others again; with `--target` it lies beside them at once.
template <class Take>
void each_path(std::string_view name, Take take) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos || !ascii::to_lower(name.substr(0, slash)).ends_with(".data")) {
    take(name);
    return;
  }
  std::string_view rest = name.substr(slash + 1);
  const std::string_view scheme = rest.substr(0, rest.find('/'));
  rest.remove_prefix(std::min(scheme.size() + 1, rest.size()));
  if (scheme != "purelib" && scheme != "platlib" && scheme != "data") return;
  take(rest);
  if (scheme != "data") return;
  for (const std::string_view folder : {"/site-packages/", "/dist-packages/"}) {
    const std::size_t at = rest.find(folder);
    if (at != std::string_view::npos) take(rest.substr(at + folder.size()));
  }
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

bool WheelContent::has(std::string_view path, const Sha256& digest) {
  constexpr std::size_t kFileBytes = InstalledWheelLimits{}.file_bytes;
  if (zip_ && by_path_.empty()) {
    for (const ZipEntry& entry : zip_->entries())
      each_path(entry.name, [&](std::string_view at) { by_path_.emplace(at, &entry); });
  }
  const auto [first, last] = by_path_.equal_range(path);
  return std::any_of(first, last, [&](const auto& found) {
    const Result<Bytes> content = ZipArchive::read(*found.second, kFileBytes);
    return content && sha256(*content) == digest;
  });
}

}  // namespace tomme::guard
