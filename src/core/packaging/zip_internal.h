#pragma once

// What both readers of zip archives share; for zip.cc and zip_by_directory.cc alone.

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/encoding/text.h"
#include "core/packaging/errors.h"
#include "core/packaging/zip.h"

namespace tomme::zip {

// Records of PKWARE's APPNOTE 6.3, integers little endian:
//   local       (4.3.7)  PK\3\4, version, flags, method, time, date, crc32, packed32, size32, name16, extra16
//   descriptor  (4.3.9)  [PK\7\8,] crc32, packed, size      32 bits each, or 64 with zip64
//   directory   (4.3.12) PK\1\2, made by, version, flags, method, time, date, crc32, packed32, size32,
//                        name16, extra16, comment16, disk, inner attributes, outer attributes32, offset32
//   end64       (4.3.14) PK\6\6, size64, made by, version, disk32, disk32, entries64 twice, size64, offset64
//   locator     (4.3.15) PK\6\7, disk32, offset64, disks32
//   end         (4.3.16) PK\5\6, disk, disk, entries16 twice, size32, offset32, comment16
inline constexpr std::uint32_t kLocal = 0x04034b50, kDescriptor = 0x08074b50, kDirectory = 0x02014b50,
                               kEnd64 = 0x06064b50, kLocator = 0x07064b50, kEnd = 0x06054b50;
inline constexpr std::size_t kLocalBytes = 30, kDirectoryBytes = 46, kEnd64Bytes = 56, kLocatorBytes = 20,
                             kEndBytes = 22;
inline constexpr std::uint32_t kFull32 = 0xffffffff;
inline constexpr std::uint16_t kFull16 = 0xffff;
inline constexpr std::uint16_t kExtraZip64 = 0x0001, kExtraUnicodePath = 0x7075;
inline constexpr std::uint16_t kFlagDescriptor = 1 << 3, kFlagUtf8 = 1 << 11;
/// Compression effort, descriptor, UTF-8. All others (encryption, patches, masking) are refused.
inline constexpr std::uint16_t kFlagsAllowed = 0x0006 | kFlagDescriptor | kFlagUtf8;
inline constexpr std::uint16_t kStored = 0, kDeflated = 8;

inline std::unexpected<Error> damaged(std::string why) {
  return fail(kWheelInvalid, std::move(why));
}
inline std::unexpected<Error> ambiguous(std::string why) {
  return fail(kWheelAmbiguous, std::move(why));
}
inline std::string quoted(std::string_view name) {
  return "\"" + printable(name) + "\"";
}

/// Bytes at fixed places; the caller has checked that they are there.
template <class T>
T at(BytesView record, std::size_t offset) {
  std::uint64_t value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) value = (value << 8) | record[offset + i];
  return static_cast<T>(value);
}
inline std::uint16_t u16(BytesView record, std::size_t offset) {
  return at<std::uint16_t>(record, offset);
}
inline std::uint32_t u32(BytesView record, std::size_t offset) {
  return at<std::uint32_t>(record, offset);
}
inline std::uint64_t u64(BytesView record, std::size_t offset) {
  return at<std::uint64_t>(record, offset);
}

struct Place {
  std::uint64_t entries = 0;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Where the last end record begins, as every reader from the end finds it: at most a comment's length before
/// the end of the file.
Result<std::uint64_t> find_end(BytesView archive);
Result<Place> check_limits(Place place, const ZipLimits& limits);

}  // namespace tomme::zip
