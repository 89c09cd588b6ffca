#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/digest.h"

namespace tomme {

struct ZipLimits {
  std::size_t entries = 100'000;
  std::size_t directory_bytes = 32 * 1024 * 1024;  ///< of the central directory
  /// Unpacked, of all entries together that are compared because their name is there twice.
  std::size_t repeated_bytes = 64 * 1024 * 1024;
};

/// One file or folder of an archive. Borrows from the archive's bytes.
struct ZipEntry {
  std::string_view name;  ///< as written; of `parse`: valid UTF-8, relative, no `..`, no `\`, no NUL
  bool deflated = false;  ///< otherwise stored
  std::uint32_t crc32 = 0;
  std::uint64_t size = 0;  ///< unpacked bytes, as the archive claims
  BytesView packed;

  bool is_folder() const { return name.ends_with('/'); }
};

/// A zip archive that has one reading only: its records cover the bytes from the first to the end record
/// without gap or overlap, and what a reader from the front sees is what a reader of the directory sees.
/// Behind the end record a comment may stand, and zeros, at most 65535 bytes together; a name may stand twice
/// with the same content. Borrows: the bytes must outlive it. Makes no copy of them.
class ZipArchive {
 public:
  /// Fails with kWheelInvalid for what nobody can read, kWheelAmbiguous for what may be read in more ways
  /// than one, kWheelTooLarge.
  static Result<ZipArchive> parse(BytesView archive, const ZipLimits& limits = {});
  /// As readers of the directory alone see an archive that others may see otherwise: for one about which
  /// nobody claims anything. Entries with any name; those whose data cannot be found are left out. The same
  /// errors.
  static Result<ZipArchive> parse_by_directory(BytesView archive, const ZipLimits& limits = {});

  const std::vector<ZipEntry>& entries() const { return entries_; }  ///< in the directory's order
  /// The unpacked bytes, CRC and length checked; refuses more than `max` before unpacking.
  static Result<Bytes> read(const ZipEntry& entry, std::size_t max);
  /// Of the unpacked bytes, with the same checks, and 64 KiB in memory however large they are.
  static Result<Sha256> digest(const ZipEntry& entry, std::uint64_t max);

 private:
  std::vector<ZipEntry> entries_;
};

}  // namespace tomme
