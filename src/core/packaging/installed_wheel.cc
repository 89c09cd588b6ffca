#include "core/packaging/installed_wheel.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>

#include "core/base/ascii.h"
#include "core/packaging/entry_points.h"
#include "core/packaging/record_places.h"
#include "core/packaging/rewritten_script.h"
#include "core/packaging/wheel_place.h"

namespace tomme {
namespace {

constexpr std::string_view kDistInfo = ".dist-info";
constexpr int kSamePlace = 8;  // files of a wheel that are tried for one place

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
  return !is_dist_info(top) || !is_the_installers(entry.name.substr(top.size()));
}

using Digests = std::unordered_map<std::string, std::optional<Sha256>>;

Digests digests_by_path(const std::vector<RecordRow>& rows, std::string_view folder) {
  Digests digests;
  for (const RecordRow& row : rows) digests.insert_or_assign(key_of(seen_from(folder, row.path)), row.digest);
  return digests;
}

Result<Digests> record_of(const ZipArchive& zip, const InstalledWheelLimits& limits) {
  for (const ZipEntry& entry : zip.entries()) {
    const std::string_view top = top_of(entry.name);
    if (!is_dist_info(top) || entry.name.substr(top.size()) != "/RECORD") continue;
    const Bytes text = TRY(ZipArchive::read(entry, limits.record.bytes));
    return digests_by_path(TRY(parse_record(text_of(text), limits.record)), "");
  }
  return Digests();
}

/// Looks at the files of the wheel one by one.
class Comparison {
 public:
  Comparison(const ZipArchive& wheel, const InstalledFiles& installed, const InstalledWheelLimits& limits,
             Digests promised)
      : wheel_(wheel),
        installed_(installed),
        limits_(limits),
        promised_(std::move(promised)),
        there_(digests_by_path(installed.record, installed.folder)) {}

  Result<bool> is_there(const ZipEntry& entry) {
    const std::optional<WheelPlace> place = wheel_place_of(entry.name);
    if (!place) return true;
    if (place->scheme == WheelPlace::Scheme::site) return is_in_site(entry, place->path);
    return is_in_environment(entry, *place);
  }

 private:
  Result<bool> is_in_site(const ZipEntry& entry, std::string_view path) {
    const std::string key = key_of(path);
    const auto found = there_.find(key);
    if (found == there_.end()) return is_in_site_as_written(entry, path);
    std::optional<Sha256> digest = found->second;
    const bool in_dist_info = key.starts_with(kDistInfo);
    if (!digest || installed_.reads_all || key == ".dist-info/METADATA") {
      digest =
          installed_.digest_of(in_dist_info ? std::string(installed_.dist_info) + key.substr(kDistInfo.size())
                                            : std::string(path));
    }
    if (!digest) return false;
    if (TRY(has(entry, *digest)) || TRY(another_has(key, *digest))) return true;
    return !in_dist_info && may_be(std::string(path), *digest);
  }

  /// purelib and platlib may be two folders ("lib64"), and an installer knows the `.data` of one name only.
  Result<bool> is_in_site_as_written(const ZipEntry& entry, std::string_view path) {
    if (!is_in_data_folder(entry.name)) return false;
    if (there_.contains(std::string(entry.name))) return is_in_site(entry, entry.name);
    for (const RecordRow* row : places().rows_of({WheelPlace::Scheme::site, path})) {
      const std::optional<Sha256> digest =
          row->digest && !installed_.reads_all ? row->digest : installed_.digest_of(row->path);
      if (digest && TRY(has(entry, *digest))) return true;
    }
    return false;
  }

  Result<bool> is_in_environment(const ZipEntry& entry, const WheelPlace& place) {
    if (place.scheme == WheelPlace::Scheme::scripts && TRY(is_entry_point(place.path))) return true;
    const std::string inside = place.in_environment();
    std::optional<Sha256> other;
    for (const RecordRow* row : places().rows_of(place)) {
      // pip moves them with `--target`, and leaves RECORD as it was.
      for (const std::string& path : {row->path, inside}) {
        std::optional<Sha256> digest = row->digest;
        if (!digest || installed_.reads_all) digest = installed_.digest_of(path);
        if (!digest) continue;
        if (TRY(has(entry, *digest))) return true;
        if (inside.starts_with("bin/") && TRY(is_rewritten(entry, place, path))) return true;
        other = digest;
        break;
      }
    }
    return !other || may_be(inside, *other);
  }

  /// A script that installers write anew can only be read. pipx does so with others in "bin" as well, and
  /// leaves RECORD as it was.
  Result<bool> is_rewritten(const ZipEntry& entry, const WheelPlace& place, const std::string& path) const {
    const bool is_script = place.scheme == WheelPlace::Scheme::scripts;
    if (entry.size > limits_.script_bytes) return false;
    const Bytes script = TRY(ZipArchive::read(entry, limits_.script_bytes));
    if (!installed_.reads_all) return is_script && has_placeholder(text_of(script));
    const auto text = installed_.read ? installed_.read(path, limits_.script_bytes) : std::nullopt;
    if (!text) return false;
    return (is_script && is_script_rewritten(text_of(script), *text)) ||
           has_option_of_pipx(text_of(script), *text);
  }

  Result<bool> is_entry_point(std::string_view script) {
    if (!wrappers_) {
      wrappers_.emplace();
      for (const ZipEntry& entry : wheel_.entries()) {
        if (!is_dist_info(top_of(entry.name)) || !entry.name.ends_with(".dist-info/entry_points.txt"))
          continue;
        const Bytes text = TRY(ZipArchive::read(entry, limits_.script_bytes));
        wrappers_->merge(script_names_in(text_of(text)));
      }
    }
    return wrappers_->contains(std::string(wrapped_name(script)));
  }

  Result<bool> has(const ZipEntry& entry, const Sha256& digest) const {
    const auto promise = promised_.find(key_of(entry.name));
    if (promise != promised_.end() && promise->second == digest) return true;
    return TRY(ZipArchive::digest(entry, limits_.file_bytes)) == digest;
  }

  /// A wheel may have a file for one place in two folders.
  Result<bool> another_has(const std::string& key, const Sha256& digest) {
    if (by_key_.empty()) {
      for (const ZipEntry& entry : wheel_.entries()) {
        const std::optional<WheelPlace> place = wheel_place_of(entry.name);
        if (place && place->scheme == WheelPlace::Scheme::site) by_key_.emplace(key_of(place->path), &entry);
      }
    }
    const auto [first, last] = by_key_.equal_range(key);
    if (first == last || std::next(first) == last) return false;
    int looks = 0;
    for (auto one = first; one != last && looks < kSamePlace; ++one, ++looks) {
      if (TRY(has(*one->second, digest))) return true;
    }
    return false;
  }

  const RecordPlaces& places() {
    if (!places_) places_.emplace(installed_.record, installed_.folder);
    return *places_;
  }

  bool may_be(const std::string& path, const Sha256& digest) const {
    return installed_.may_be && installed_.may_be(path, digest);
  }

  const ZipArchive& wheel_;
  const InstalledFiles& installed_;
  const InstalledWheelLimits& limits_;
  const Digests promised_;
  const Digests there_;
  // Made when first asked for.
  std::optional<RecordPlaces> places_;
  std::optional<std::set<std::string>> wrappers_;
  std::multimap<std::string, const ZipEntry*> by_key_;
};

}  // namespace

Result<std::optional<std::string>> difference_from_wheel(BytesView wheel, const InstalledFiles& installed,
                                                         const InstalledWheelLimits& limits) {
  return difference_from_wheel(TRY(ZipArchive::parse(wheel, limits.zip)), installed, limits);
}

Result<std::optional<std::string>> difference_from_wheel(const ZipArchive& wheel,
                                                         const InstalledFiles& installed,
                                                         const InstalledWheelLimits& limits) {
  Comparison comparison(wheel, installed, limits, TRY(record_of(wheel, limits)));
  for (const ZipEntry& entry : wheel.entries()) {
    if (is_compared(entry) && !TRY(comparison.is_there(entry))) return std::optional(std::string(entry.name));
  }
  return std::optional<std::string>();
}

}  // namespace tomme
