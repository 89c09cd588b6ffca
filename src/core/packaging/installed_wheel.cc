#include "core/packaging/installed_wheel.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "core/base/ascii.h"

namespace tomme {
namespace {

constexpr std::string_view kDistInfo = ".dist-info";

std::string_view top_of(std::string_view path) {
  return path.substr(0, path.find('/'));
}

bool is_dist_info(std::string_view top) {
  return ascii::to_lower(top).ends_with(kDistInfo);
}

/// What installers write themselves in a `.dist-info` folder, whether the wheel has it or not.
bool is_the_installers(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames{"/RECORD",    "/RECORD.jws", "/RECORD.p7s",
                                                   "/INSTALLER", "/REQUESTED",  "/direct_url.json"};
  return std::ranges::find(kNames, name) != kNames.end();
}

/// The wheel and the installer may spell name and version of the folder in two ways.
std::string key_of(std::string_view path) {
  const std::string_view top = top_of(path);
  if (top.size() == path.size() || !is_dist_info(top)) return std::string(path);
  return std::string(kDistInfo) + std::string(path.substr(top.size()));
}

bool is_compared(const ZipEntry& entry) {
  const std::string_view top = top_of(entry.name);
  if (entry.is_folder() || entry.name.ends_with(".pyc")) return false;
  if (ascii::to_lower(top).ends_with(".data") && top.size() < entry.name.size()) return false;
  return !is_dist_info(top) || !is_the_installers(entry.name.substr(top.size()));
}

using Digests = std::unordered_map<std::string, std::optional<Sha256>>;

Digests digests_by_path(const std::vector<RecordRow>& rows) {
  Digests digests;
  for (const RecordRow& row : rows) digests.insert_or_assign(key_of(row.path), row.digest);
  return digests;
}

Result<Digests> record_of(const ZipArchive& zip, const InstalledWheelLimits& limits) {
  for (const ZipEntry& entry : zip.entries()) {
    const std::string_view top = top_of(entry.name);
    if (!is_dist_info(top) || entry.name.substr(top.size()) != "/RECORD") continue;
    const Bytes text = TRY(ZipArchive::read(entry, limits.record.bytes));
    return digests_by_path(TRY(parse_record(text_of(text), limits.record)));
  }
  return Digests();
}

}  // namespace

Result<std::optional<std::string>> difference_from_wheel(BytesView wheel, const InstalledFiles& installed,
                                                         const InstalledWheelLimits& limits) {
  return difference_from_wheel(TRY(ZipArchive::parse(wheel, limits.zip)), installed, limits);
}

Result<std::optional<std::string>> difference_from_wheel(const ZipArchive& wheel,
                                                         const InstalledFiles& installed,
                                                         const InstalledWheelLimits& limits) {
  const Digests promised = TRY(record_of(wheel, limits));
  const Digests there = digests_by_path(installed.record);
  for (const ZipEntry& entry : wheel.entries()) {
    if (!is_compared(entry)) continue;
    const std::string key = key_of(entry.name);
    const auto found = there.find(key);
    if (found == there.end()) return std::optional(std::string(entry.name));
    std::optional<Sha256> digest = found->second;
    const bool in_dist_info = key.starts_with(kDistInfo);
    if (!digest || installed.reads_all || key == ".dist-info/METADATA") {
      digest =
          installed.digest_of(in_dist_info ? std::string(installed.dist_info) + key.substr(kDistInfo.size())
                                           : std::string(entry.name));
    }
    if (!digest) return std::optional(std::string(entry.name));
    const auto promise = promised.find(key);
    if (promise != promised.end() && promise->second == digest) continue;
    if (sha256(TRY(ZipArchive::read(entry, limits.file_bytes))) == *digest) continue;
    if (in_dist_info || !installed.may_be || !installed.may_be(std::string(entry.name), *digest))
      return std::optional(std::string(entry.name));
  }
  return std::optional<std::string>();
}

}  // namespace tomme
