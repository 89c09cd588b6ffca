#include <algorithm>
#include <optional>

#include "core/packaging/zip_internal.h"

namespace tomme {

using namespace zip;

namespace {

/// What the end record says, or the zip64 record before it.
Result<Place> find_directory(BytesView archive, const ZipLimits& limits) {
  const std::uint64_t end_at = TRY(find_end(archive));
  Place place{u16(archive, end_at + 10), u32(archive, end_at + 16), u32(archive, end_at + 12)};
  if (end_at >= kLocatorBytes && u32(archive, end_at - kLocatorBytes) == kLocator) {
    const std::uint64_t at = u64(archive, end_at - kLocatorBytes + 8);
    if (at > archive.size() || archive.size() - at < kEnd64Bytes || u32(archive, at) != kEnd64)
      return damaged("the zip64 locator points to no record");
    place = {u64(archive, at + 32), u64(archive, at + 48), u64(archive, at + 40)};
  }
  if (place.offset > archive.size() || place.size > archive.size() - place.offset)
    return damaged("the central directory is not where the end record has it");
  return check_limits(place, limits);
}

/// zip64 extra (4.5.3): takes the first one, whose numbers stand for those of the header that are full.
void apply_zip64(BytesView extra, ZipEntry& entry, std::uint64_t& packed, std::uint64_t& offset) {
  while (extra.size() >= 4) {
    const std::size_t length = std::min<std::size_t>(u16(extra, 2), extra.size() - 4);
    BytesView body = extra.subspan(4, length);
    if (u16(extra, 0) == kExtraZip64) {
      for (std::uint64_t* field : {&entry.size, &packed, &offset}) {
        if (*field != kFull32 || body.size() < 8) continue;
        *field = u64(body, 0);
        body = body.subspan(8);
      }
      return;
    }
    extra = extra.subspan(4 + length);
  }
}

/// The data behind the local header at `offset`; nothing where there is none or its data is cut off.
std::optional<BytesView> data_at(BytesView archive, std::uint64_t offset, std::uint64_t packed) {
  if (offset > archive.size() || archive.size() - offset < kLocalBytes) return std::nullopt;
  const BytesView local = archive.subspan(offset);
  if (u32(local, 0) != kLocal) return std::nullopt;
  const std::size_t head = kLocalBytes + u16(local, 26) + u16(local, 28);
  if (local.size() < head || local.size() - head < packed) return std::nullopt;
  return local.subspan(head, packed);
}

}  // namespace

Result<ZipArchive> ZipArchive::parse_by_directory(BytesView archive, const ZipLimits& limits) {
  const Place place = TRY(find_directory(archive, limits));
  BytesView rest = archive.subspan(place.offset, place.size);
  ZipArchive zip;
  for (std::uint64_t i = 0; i < place.entries; ++i) {
    if (rest.size() < kDirectoryBytes || u32(rest, 0) != kDirectory)
      return damaged("the central directory is cut off");
    const std::size_t name = u16(rest, 28), extra = u16(rest, 30), comment = u16(rest, 32);
    const std::uint16_t method = u16(rest, 10);
    ZipEntry entry;
    entry.deflated = method == kDeflated;
    entry.crc32 = u32(rest, 16);
    entry.size = u32(rest, 24);
    std::uint64_t packed = u32(rest, 20), offset = u32(rest, 42);
    rest = rest.subspan(kDirectoryBytes);
    if (rest.size() < name + extra + comment) return damaged("the central directory is cut off");
    entry.name = text_of(rest.first(name));
    apply_zip64(rest.subspan(name, extra), entry, packed, offset);
    rest = rest.subspan(name + extra + comment);
    const auto data = data_at(archive, offset, packed);
    if (!data || (method != kDeflated && (method != kStored || packed != entry.size))) continue;
    entry.packed = *data;
    zip.entries_.push_back(entry);
  }
  return zip;
}

}  // namespace tomme
