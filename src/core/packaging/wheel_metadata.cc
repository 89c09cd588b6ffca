#include "core/packaging/wheel_metadata.h"

#include <optional>
#include <string>
#include <string_view>

#include "core/encoding/text.h"
#include "core/base/ascii.h"
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

/// The one value of a field that must be there once: of two, one installer takes the first and another the
/// last.
Result<std::string> only_one(const std::vector<MetadataField>& fields, std::string_view name) {
  std::optional<std::string> value;
  for (const MetadataField& field : fields) {
    if (field.name != name) continue;
    if (value) return fail(kWheelName, "METADATA has two fields \"" + std::string(name) + "\"");
    value = field.value;
  }
  if (!value) return fail(kWheelName, "METADATA has no field \"" + std::string(name) + "\"");
  return *std::move(value);
}

Result<void> check_names_file(std::string_view metadata, const DistFilename& filename) {
  const std::vector<MetadataField> fields = metadata_fields(metadata);
  const std::string name = TRY(only_one(fields, "name"));
  const std::string version = TRY(only_one(fields, "version"));
  const Result<ProjectName> project = ProjectName::parse(name);
  if (!project || *project != filename.project())
    return fail(kWheelName, "METADATA names the project \"" + printable(name) + "\"");
  const Result<Version> parsed = Version::parse(version);
  if (!parsed || *parsed != filename.version())
    return fail(kWheelName, "METADATA names the version \"" + printable(version) + "\"");
  return {};
}

Result<Bytes> metadata_in(const ZipArchive& zip, const DistFilename& filename, const WheelLimits& limits) {
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
  return text;
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
  return in(quoted, metadata_in(zip, filename, limits));
}

Result<Bytes> metadata_of_odd_wheel(BytesView whole_wheel, const DistFilename& filename,
                                    const WheelLimits& limits) {
  const std::string quoted = TRY(quoted_wheel(filename));
  const ZipArchive zip = TRY(in(quoted, ZipArchive::parse_by_directory(whole_wheel, limits.zip)));
  return in(quoted, metadata_in(zip, filename, limits));
}

}  // namespace tomme
