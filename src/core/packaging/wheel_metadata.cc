#include "core/packaging/wheel_metadata.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/errors.h"
#include "core/packaging/metadata_fields.h"

namespace tomme {
namespace {

constexpr std::string_view kSuffix = ".dist-info";

/// The first folder of an entry that stands in a `.dist-info` folder, else nothing. Case is ignored:
/// on some file systems it does not count.
std::optional<std::string_view> dist_info_of(std::string_view entry) {
  const std::string_view top = entry.substr(0, entry.find('/'));
  if (top.size() == entry.size() || !ascii::to_lower(top).ends_with(kSuffix)) return std::nullopt;
  return top;
}

/// "{name}-{version}.dist-info", in any spelling that means this wheel.
bool belongs_to(std::string_view dist_info, const DistFilename& filename) {
  if (!dist_info.ends_with(kSuffix)) return false;
  const std::string_view stem = dist_info.substr(0, dist_info.size() - kSuffix.size());
  const std::size_t hyphen = stem.rfind('-');
  if (hyphen == std::string_view::npos) return false;
  const auto name = ProjectName::parse(stem.substr(0, hyphen));
  const auto version = Version::parse(stem.substr(hyphen + 1));
  return name && version && *name == filename.project() && *version == filename.version();
}

Result<void> check_names_file(std::string_view metadata, const DistFilename& filename) {
  const std::vector<MetadataField> fields = metadata_fields(metadata);
  const std::string name = TRY(only_field(fields, "name", kWheelName, "METADATA"));
  const std::string version = TRY(only_field(fields, "version", kWheelName, "METADATA"));
  const Result<ProjectName> project = ProjectName::parse(name);
  if (!project || *project != filename.project())
    return fail(kWheelName, "METADATA names the project \"" + printable(name) + "\"");
  const Result<Version> parsed = Version::parse(version);
  if (!parsed || *parsed != filename.version())
    return fail(kWheelName, "METADATA names the version \"" + printable(version) + "\"");
  return {};
}

std::unexpected<Error> ambiguous(std::string_view entry, std::string_view why) {
  return fail(kWheelAmbiguous, "\"" + printable(entry) + "\" " + std::string(why));
}

std::size_t depth_of(std::string_view path) {
  return static_cast<std::size_t>(std::ranges::count(path, '/'));
}

/// Where pip and PDM look for dependencies besides METADATA: beside it, and where that of `.data` will be put
/// beside it. No build tool writes them into a wheel. Case is ignored, as above.
Result<void> check_no_other_dependencies(const ZipArchive& zip, std::string_view dist_info) {
  for (const ZipEntry& entry : zip.entries()) {
    const std::string path = ascii::to_lower(entry.name);
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) continue;
    const std::string_view folder = std::string_view(path).substr(0, slash);
    const std::string_view name = std::string_view(path).substr(slash + 1);
    const bool is_old = name == "requires.txt" || name == "pkg-info";
    const bool is_here = folder == ascii::to_lower(dist_info);
    const bool is_unpacked_here =
        folder.substr(0, folder.find('/')).ends_with(".data") && folder.ends_with(kSuffix);
    if ((is_here && is_old) || (is_unpacked_here && (is_old || name == "metadata"))) {
      return ambiguous(entry.name, "is beside METADATA, and some installers would take dependencies from it");
    }
  }
  return {};
}

/// Poetry (pkginfo) takes, of all files with METADATA in their path, the least deep one that says
/// "Metadata-Version".
Result<void> check_is_least_deep(const ZipArchive& zip, const ZipEntry& metadata, BytesView text,
                                 const WheelLimits& limits) {
  constexpr std::string_view kSays = "Metadata-Version";
  const bool counts = text_of(text).contains(kSays);
  std::size_t left = limits.metadata_bytes;
  for (const ZipEntry& entry : zip.entries()) {
    if (entry.name == metadata.name || entry.is_folder() || !entry.name.contains("METADATA")) continue;
    if (counts && depth_of(entry.name) > depth_of(metadata.name)) continue;
    const Result<Bytes> other = ZipArchive::read(entry, left);
    // What is too large to be looked at is not metadata, or is there to be overlooked.
    if (!other || text_of(*other).contains(kSays))
      return ambiguous(entry.name, "may be taken for its METADATA by some installers");
    left -= other->size();
  }
  return {};
}

struct Metadata {
  const ZipEntry& entry;
  std::string_view folder;
  Bytes text;
};

Result<Metadata> metadata_in(const ZipArchive& zip, const DistFilename& filename, const WheelLimits& limits) {
  std::optional<std::string_view> folder;
  const ZipEntry* metadata = nullptr;
  for (const ZipEntry& entry : zip.entries()) {
    const auto top = dist_info_of(entry.name);
    if (!top) continue;
    if (folder && *folder != *top) {
      return fail(kWheelMetadata, "it has two folders of metadata, \"" + printable(*folder) + "\" and \"" +
                                      printable(*top) + "\"");
    }
    folder = top;
    if (entry.name.substr(top->size()) == "/METADATA") metadata = &entry;
  }
  if (!folder) return fail(kWheelMetadata, "it has no .dist-info folder");
  if (!belongs_to(*folder, filename))
    return fail(kWheelMetadata,
                "it has the metadata of another distribution, \"" + printable(*folder) + "\"");
  if (metadata == nullptr) return fail(kWheelMetadata, "it has no METADATA file");
  Bytes text = TRY(ZipArchive::read(*metadata, limits.metadata_bytes));
  TRY(check_names_file(text_of(text), filename));
  return Metadata{*metadata, *folder, std::move(text)};
}

/// What all who read wheels take for it, however they look for it.
Result<Bytes> only_metadata_in(const ZipArchive& zip, const DistFilename& filename,
                               const WheelLimits& limits) {
  Metadata found = TRY(metadata_in(zip, filename, limits));
  TRY(check_no_other_dependencies(zip, found.folder));
  TRY(check_is_least_deep(zip, found.entry, found.text, limits));
  return std::move(found.text);
}

/// "\"demo-1.0-py3-none-any.whl\"", for messages.
Result<std::string> quoted_wheel(const DistFilename& filename) {
  std::string quoted = "\"" + printable(filename.as_written()) + "\"";
  if (!filename.is_wheel()) return fail(kWheelMetadata, quoted + " is not a wheel");
  return quoted;
}

}  // namespace

Result<Bytes> metadata_of_wheel(BytesView whole_wheel, const DistFilename& filename,
                                const WheelLimits& limits) {
  const std::string quoted = TRY(quoted_wheel(filename));
  const ZipArchive zip = TRY(in(quoted, ZipArchive::parse(whole_wheel, limits.zip)));
  return in(quoted, only_metadata_in(zip, filename, limits));
}

Result<Bytes> metadata_of_odd_wheel(BytesView whole_wheel, const DistFilename& filename,
                                    const WheelLimits& limits) {
  const std::string quoted = TRY(quoted_wheel(filename));
  const ZipArchive zip = TRY(in(quoted, ZipArchive::parse_by_directory(whole_wheel, limits.zip)));
  return std::move(TRY(in(quoted, metadata_in(zip, filename, limits))).text);
}

}  // namespace tomme
