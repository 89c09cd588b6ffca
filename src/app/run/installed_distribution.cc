#include "app/run/installed_distribution.h"

#include <algorithm>
#include <filesystem>

#include "app/installers/collect.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/errors.h"
#include "core/packaging/record_places.h"
#include "io/system/file.h"

namespace tomme::guard {
namespace {

constexpr std::size_t kMetadataBytes = 5 * 1024 * 1024;
constexpr std::size_t kDirectUrlBytes = 64 * 1024;
constexpr std::size_t kRecordBytes = RecordLimits{}.bytes;

OnDisk unlooked(OnDisk found) {
  const std::string_view file = folder_of(found.path);
  found.entry.project = basename_of(file);
  found.entry.folder = folder_of(file);
  const std::string name = ascii::to_lower(found.entry.project);
  found.entry.reason =
      name.ends_with(".pth") || name.ends_with(".egg-link")
          ? "it leads to more than can be looked at"
          : "a .pth leads there, and it is no archive that all read alike, or a very large one";
  found.entry.may_be_any = true;
  return found;
}

}  // namespace

std::string_view folder_of(std::string_view path) {
  return path.substr(0, path.rfind('/'));
}

bool is_within(std::string_view path, std::string_view folder) {
  return path == folder || (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
}

CoreMetadata named_by_folder(std::string_view name) {
  name = name.substr(0, name.rfind('.'));
  const std::size_t hyphen = std::min(name.find('-'), name.size());
  const std::string_view rest = name.substr(std::min(hyphen + 1, name.size()));
  return {std::string(name.substr(0, hyphen)), std::string(rest.substr(0, rest.find("-py")))};
}

bool is_egg_link(std::string_view path) {
  return ascii::to_lower(path).ends_with(".egg-link");
}

std::string title_of(const OnDisk& found) {
  return printable(found.entry.project + (found.entry.version.empty() ? "" : " " + found.entry.version));
}

/// PKG-INFO or METADATA of a distribution in a folder, one that is a file itself, or one in a zip archive.
std::optional<std::string> DistributionReader::metadata_of(const std::string& path) const {
  for (const char* name : {"/METADATA", "/PKG-INFO", "/EGG-INFO/PKG-INFO"}) {
    if (auto text = invocation_.read(path + name, kMetadataBytes)) return text;
  }
  std::error_code error;
  const std::string around(folder_of(path));
  const std::string name(basename_of(path));
  if (std::filesystem::is_regular_file(around, error))
    return text_in_archive(around, {name + "/METADATA", name + "/PKG-INFO", name});
  if (ascii::to_lower(path).ends_with(".egg"))
    return text_in_archive(path, {"EGG-INFO/METADATA", "EGG-INFO/PKG-INFO"});
  return invocation_.read(path, kMetadataBytes);
}

/// Distributions of one archive are asked about one after the other.
std::optional<std::string> DistributionReader::text_in_archive(const std::string& path,
                                                               const std::vector<std::string>& names) const {
  if (!archive_ || archive_->first != path) archive_.emplace(path, PathArchive::open(path));
  return archive_->second ? archive_->second->text(names, kMetadataBytes) : std::nullopt;
}

OnDisk DistributionReader::read(const std::string& path) const {
  OnDisk found{path, {}, {}};
  if (is_unlooked(path)) return unlooked(std::move(found));
  const CoreMetadata by_folder = named_by_folder(basename_of(path));
  CoreMetadata says;
  if (const auto text = metadata_of(path)) says = core_metadata_of(*text);
  for (const std::string& name : {says.name, by_folder.name}) {
    if (const Result<ProjectName> project = ProjectName::parse(name)) found.entry.projects.insert(*project);
  }
  found.entry.project = says.name.empty() ? by_folder.name : says.name;
  found.entry.version = says.version.empty() ? by_folder.version : says.version;
  found.entry.folder = is_egg_link(path) ? target_of(path) : std::string(folder_of(path));
  constexpr std::string_view kDirectUrl = "direct_url.json";
  if (const auto text = invocation_.read(found.file(kDirectUrl), kDirectUrlBytes)) {
    found.direct = direct_url_in(*text);
  } else if (const auto names = invocation_.list(path); std::ranges::find(names, kDirectUrl) != names.end()) {
    found.direct = direct_url_in("");
  }
  return found;
}

/// The folder whose project an `.egg-link` stands for.
std::string DistributionReader::target_of(const std::string& link) const {
  const std::string text = invocation_.read(link, kDirectUrlBytes).value_or("");
  const auto places = places_named_in(link, text.substr(0, text.find_first_of("\r\n")));
  if (places.empty()) return std::string(folder_of(link));
  return is_of_a_process(places.front()) ? places.front() : resolved(places.front());
}

std::optional<std::vector<RecordRow>> DistributionReader::record_of(const OnDisk& found) const {
  const auto text = invocation_.read(found.file("RECORD"), kRecordBytes + 1);
  auto record = text ? parse_record(*text) : std::unexpected(Error(kRecordInvalid, "no RECORD"));
  if (!record) return std::nullopt;
  for (RecordRow& row : *record) row.path = seen_from(found.entry.folder, row.path);
  return *std::move(record);
}

std::optional<Sha256> DistributionReader::digest_of(const OnDisk& found, const std::string& path) const {
  const std::string full = found.beside(path);
  const Result<Descriptor> file = open_for_reading(full);
  if (!file) return std::nullopt;
  const Result<Digest> digest = tomme::digest_of(*file, HashAlgorithm::sha256, full);
  if (!digest) return std::nullopt;
  const Result<Sha256> sha = Sha256::from_bytes(digest->view());
  return sha ? std::optional(*sha) : std::nullopt;
}

std::string DistributionReader::resolved(std::string path) const {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return invocation_.resolve ? invocation_.resolve(path) : path;
}

}  // namespace tomme::guard
