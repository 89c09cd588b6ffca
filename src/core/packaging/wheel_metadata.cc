#include "core/packaging/wheel_metadata.h"

#include <optional>
#include <string>
#include <string_view>

#include "core/encoding/text.h"
#include "core/base/ascii.h"
#include "core/packaging/errors.h"

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

}  // namespace

Result<Bytes> metadata_of_wheel(BytesView whole_wheel, const DistFilename& filename,
                                const WheelLimits& limits) {
  const std::string quoted = "\"" + printable(filename.as_written()) + "\"";
  if (!filename.is_wheel()) return fail(kWheelMetadata, quoted + " is not a wheel");
  const ZipArchive zip = TRY(in(quoted, ZipArchive::parse(whole_wheel, limits.zip)));
  std::optional<std::string_view> folder;
  const ZipEntry* metadata = nullptr;
  for (const ZipEntry& entry : zip.entries()) {
    const auto top = dist_info_of(entry.name);
    if (!top) continue;
    if (folder && *folder != *top) {
      return fail(kWheelMetadata, quoted + " has two folders of metadata, \"" + printable(*folder) +
                                      "\" and \"" + printable(*top) + "\"");
    }
    folder = top;
    if (entry.name.substr(top->size()) == "/METADATA") metadata = &entry;
  }
  if (!folder) return fail(kWheelMetadata, quoted + " has no .dist-info folder");
  if (!belongs_to(*folder, filename)) {
    return fail(kWheelMetadata,
                quoted + " has the metadata of another distribution, \"" + printable(*folder) + "\"");
  }
  if (metadata == nullptr) return fail(kWheelMetadata, quoted + " has no METADATA file");
  return in(quoted, ZipArchive::read(*metadata, limits.metadata_bytes));
}

}  // namespace tomme
