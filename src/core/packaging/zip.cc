#include "core/packaging/zip.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <zlib.h>

#include "core/encoding/text.h"
#include "core/packaging/errors.h"
#include "core/packaging/zip_internal.h"

namespace tomme {

using namespace zip;

namespace {

/// What one header, local or central, says about its entry.
struct Header {
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc32 = 0;
  std::uint64_t packed = 0;
  std::uint64_t size = 0;
  std::uint64_t offset = 0;  ///< central only
  std::string_view name;
  bool zip64 = false;

  bool has_descriptor() const { return (flags & kFlagDescriptor) != 0; }
};

// zip64 extra (4.5.3) = [size64] [packed64] [offset64] [disk32], each there exactly where the header's field
// is full. Bazel's zipper writes both sizes into a local header that holds them already: harmless where
// equal.
Result<void> apply_zip64(Header& header, BytesView body, bool central) {
  if (header.zip64) return ambiguous(quoted(header.name) + " has two zip64 extra fields");
  header.zip64 = true;
  const bool redundant = body.size() == 16 && header.size == u64(body, 0) && header.packed == u64(body, 8);
  if (redundant && header.size < kFull32 && header.packed < kFull32) return {};
  const auto take = [&body](std::uint64_t& field) {
    if (field != kFull32) return true;
    if (body.size() < 8) return false;
    field = u64(body, 0);
    body = body.subspan(8);
    return true;
  };
  const bool whole = take(header.size) && take(header.packed) && (!central || take(header.offset));
  if (whole && body.empty()) return {};
  return ambiguous("the zip64 extra field of " + quoted(header.name) + " does not fit its header");
}

// extra = *(id16, length16, bytes)
Result<void> apply_extra(Header& header, BytesView extra, bool central) {
  while (extra.size() >= 4) {
    const std::uint16_t id = u16(extra, 0);
    const std::size_t length = u16(extra, 2);
    if (length > extra.size() - 4) return damaged("an extra field of " + quoted(header.name) + " is cut off");
    const BytesView body = extra.subspan(4, length);
    if (id == kExtraUnicodePath)
      return ambiguous(quoted(header.name) + " has a second name in its extra field");
    if (id == kExtraZip64) TRY(apply_zip64(header, body, central));
    extra = extra.subspan(4 + length);
  }
  if (!extra.empty()) return damaged("the extra field of " + quoted(header.name) + " is cut off");
  const bool full = header.size == kFull32 || header.packed == kFull32 || header.offset == kFull32;
  if (full && !header.zip64)
    return ambiguous(quoted(header.name) + " points to a zip64 extra field that is not there");
  return {};
}

bool starts_with_drive(std::string_view name) {
  return name.size() >= 2 && name[1] == ':';
}

/// A name that every reader unpacks to the same place below its folder.
Result<void> check_name(std::string_view name, std::uint16_t flags) {
  if (name.empty()) return ambiguous("an entry has no name");
  bool ascii = true;
  for (char c : name) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte < 0x20 || byte == 0x7f || c == '\\')
      return ambiguous(quoted(name) + " holds a character that no path has");
    ascii = ascii && byte < 0x80;
  }
  if (!is_utf8(name)) return ambiguous(quoted(name) + " is not UTF-8");
  if (!ascii && (flags & kFlagUtf8) == 0)
    return ambiguous(quoted(name) + " is not ASCII and not marked as UTF-8");
  if (starts_with_drive(name)) return ambiguous(quoted(name) + " names a drive");
  std::string_view rest = name.ends_with('/') ? name.substr(0, name.size() - 1) : name;
  for (;;) {
    const std::string_view segment = rest.substr(0, rest.find('/'));
    if (segment.empty() || segment == "." || segment == "..")
      return ambiguous(quoted(name) + " is not a plain relative path");
    if (segment.size() == rest.size()) return {};
    rest.remove_prefix(segment.size() + 1);
  }
}

/// Where something begins that a reader may take for the start of a record; the size where nothing does.
std::size_t find_signature(BytesView bytes) {
  for (std::size_t i = 0; i + 2 < bytes.size(); ++i) {
    if (bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] <= 8) return i;
  }
  return bytes.size();
}

/// Reads the archive from its end to its front.
class Reader {
 public:
  Reader(BytesView archive, const ZipLimits& limits) : archive_(archive), limits_(limits) {}

  Result<std::vector<ZipEntry>> read() {
    const Place place = TRY(find_directory());
    TRY(read_directory(place));
    std::vector<ZipEntry> entries = TRY(read_locals(place));
    TRY(check_repeated(entries));
    return entries;
  }

 private:
  Result<Place> find_directory() const {
    const std::uint64_t end_at = TRY(find_end(archive_));
    const BytesView end = archive_.subspan(end_at);
    TRY(check_behind_end(end));
    if (u16(end, 4) != 0 || u16(end, 6) != 0) return ambiguous("the archive claims to have several disks");
    if (u16(end, 8) != u16(end, 10)) return ambiguous("the end record counts its entries in two ways");
    Place place{u16(end, 10), u32(end, 16), u32(end, 12)};
    std::uint64_t directory_end = end_at;
    const bool zip64 = end_at >= kLocatorBytes && u32(archive_, end_at - kLocatorBytes) == kLocator;
    if (zip64) {
      directory_end = TRY(apply_end64(place, end_at - kLocatorBytes));
    } else if (place.entries == kFull16 || place.offset == kFull32 || place.size == kFull32) {
      return ambiguous("the end record points to a zip64 record that is not there");
    }
    if (place.offset > directory_end || place.size != directory_end - place.offset) {
      return ambiguous("the central directory does not end where the end record begins");
    }
    TRY(check_limits(place, limits_));
    if (place.entries > place.size / kDirectoryBytes) {
      return ambiguous("the end record counts more entries than the central directory can hold");
    }
    return place;
  }

  /// Readers from the end look for the last record, some for one whose comment fills the file, and those from
  /// the front stop behind it. They agree where nothing behind it looks like a record.
  static Result<void> check_behind_end(BytesView end) {
    const std::size_t comment = u16(end, 20);
    const BytesView behind = end.subspan(kEndBytes);
    if (comment > behind.size()) return ambiguous("the comment of the archive is cut off");
    if (find_signature(behind) < behind.size())
      return ambiguous("there is a record in the archive's comment");
    const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
    if (!std::ranges::all_of(behind.subspan(comment), is_zero))
      return ambiguous("there is data after the end record");
    return {};
  }

  /// Where the zip64 end record begins, which must be right before its locator.
  Result<std::uint64_t> apply_end64(Place& place, std::uint64_t locator_at) const {
    const BytesView locator = archive_.subspan(locator_at, kLocatorBytes);
    if (locator_at < kEnd64Bytes || u64(locator, 8) != locator_at - kEnd64Bytes || u32(locator, 4) != 0 ||
        u32(locator, 16) > 1) {
      return ambiguous("the zip64 locator does not point to the record before it");
    }
    const BytesView end = archive_.subspan(locator_at - kEnd64Bytes, kEnd64Bytes);
    if (u32(end, 0) != kEnd64 || u64(end, 4) != kEnd64Bytes - 12 || u32(end, 16) != 0 || u32(end, 20) != 0) {
      return ambiguous("the zip64 end record is not of the one form that all readers know");
    }
    const Place wide{u64(end, 32), u64(end, 48), u64(end, 40)};
    const bool agrees = u64(end, 24) == wide.entries &&
                        (place.entries == kFull16 || place.entries == wide.entries) &&
                        (place.offset == kFull32 || place.offset == wide.offset) &&
                        (place.size == kFull32 || place.size == wide.size);
    if (!agrees) return ambiguous("the end record and the zip64 end record contradict each other");
    place = wide;
    return locator_at - kEnd64Bytes;
  }

  Result<void> read_directory(const Place& place) {
    BytesView rest = archive_.subspan(place.offset, place.size);
    std::unordered_map<std::string_view, std::size_t> names;
    headers_.reserve(place.entries);
    for (std::uint64_t i = 0; i < place.entries; ++i) {
      const Header header = TRY(next_in_directory(rest));
      std::string_view path = header.name;
      if (path.ends_with('/')) path.remove_suffix(1);
      if (const auto [first, is_new] = names.emplace(path, i); !is_new) {
        if (headers_[first->second].name != header.name)
          return ambiguous(quoted(header.name) + " is a file and a folder");
        repeated_.emplace_back(first->second, i);
      }
      headers_.push_back(header);
    }
    if (!rest.empty()) return ambiguous("the central directory holds more than its entries");
    return {};
  }

  /// maturin and others wrote a licence twice: with one content, every reader unpacks the same.
  Result<void> check_repeated(const std::vector<ZipEntry>& entries) const {
    std::uint64_t unpacked = 0;
    for (const auto& [first, second] : repeated_) {
      const ZipEntry& a = entries[first];
      const ZipEntry& b = entries[second];
      const bool alike = a.crc32 == b.crc32 && a.size == b.size;
      if (alike && a.deflated == b.deflated && equal(a.packed, b.packed)) continue;
      unpacked += alike ? a.size : 0;
      if (unpacked > limits_.repeated_bytes)
        return ambiguous(quoted(a.name) + " is there twice, and is large");
      if (!alike || TRY(ZipArchive::read(a, limits_.repeated_bytes)) !=
                        TRY(ZipArchive::read(b, limits_.repeated_bytes)))
        return ambiguous(quoted(a.name) + " is there twice in the archive, with other content");
    }
    return {};
  }

  static Result<Header> next_in_directory(BytesView& rest) {
    if (rest.size() < kDirectoryBytes || u32(rest, 0) != kDirectory)
      return damaged("the central directory is cut off");
    const BytesView fixed = rest.first(kDirectoryBytes);
    const std::size_t name = u16(fixed, 28), extra = u16(fixed, 30), comment = u16(fixed, 32);
    rest = rest.subspan(kDirectoryBytes);
    if (rest.size() < name + extra + comment) return damaged("the central directory is cut off");
    Header header{.flags = u16(fixed, 8),
                  .method = u16(fixed, 10),
                  .crc32 = u32(fixed, 16),
                  .packed = u32(fixed, 20),
                  .size = u32(fixed, 24),
                  .offset = u32(fixed, 42),
                  .name = text_of(rest.first(name))};
    TRY(check_name(header.name, header.flags));
    const std::size_t before = std::min<std::size_t>(name + extra, 3);
    if (comment != 0 &&
        find_signature(rest.subspan(name + extra - before, before + comment)) < before + comment)
      return ambiguous(quoted(header.name) + " has a comment that looks like a record");
    if (u16(fixed, 34) != 0) return ambiguous(quoted(header.name) + " is said to be on another disk");
    TRY(apply_extra(header, rest.subspan(name, extra), true));
    TRY(check_method(header));
    rest = rest.subspan(name + extra + comment);
    return header;
  }

  static Result<void> check_method(const Header& header) {
    if ((header.flags & ~kFlagsAllowed) != 0) {
      return ambiguous(quoted(header.name) + " is encrypted or has a flag that not all readers know");
    }
    if (header.method != kStored && header.method != kDeflated) {
      return ambiguous(quoted(header.name) + " is packed with method " + std::to_string(header.method) +
                       ", not stored or deflated");
    }
    if (header.method == kStored && header.packed != header.size) {
      return ambiguous(quoted(header.name) + " is stored, but its two sizes differ");
    }
    return {};
  }

  /// Walks the local headers: they must follow each other from byte 0 to the directory.
  Result<std::vector<ZipEntry>> read_locals(const Place& place) const {
    std::vector<std::size_t> order(headers_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [this](std::size_t a, std::size_t b) { return headers_[a].offset < headers_[b].offset; });
    std::vector<ZipEntry> entries(headers_.size());
    std::uint64_t expected = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const Header& header = headers_[order[i]];
      if (header.offset != expected)
        return ambiguous("there is a gap or an overlap before " + quoted(header.name));
      const std::uint64_t next = i + 1 < order.size() ? headers_[order[i + 1]].offset : place.offset;
      if (next < expected || next > place.offset)
        return ambiguous(quoted(header.name) + " reaches into the central directory");
      const BytesView record = archive_.subspan(expected, next - expected);
      entries[order[i]] = TRY(read_local(header, record));
      expected = next;
    }
    if (expected != place.offset) return ambiguous("there is data that belongs to no entry");
    return entries;
  }

  /// `record` is everything from this local header to the next record.
  static Result<ZipEntry> read_local(const Header& central, BytesView record) {
    const auto cut_off = [&] { return damaged("the data of " + quoted(central.name) + " is cut off"); };
    if (record.size() < kLocalBytes || u32(record, 0) != kLocal) {
      return ambiguous("there is no local header where the central directory has " + quoted(central.name));
    }
    const std::size_t name = u16(record, 26), extra = u16(record, 28);
    BytesView rest = record.subspan(kLocalBytes);
    if (rest.size() < name + extra) return cut_off();
    Header local{.flags = u16(record, 6),
                 .method = u16(record, 8),
                 .crc32 = u32(record, 14),
                 .packed = u32(record, 18),
                 .size = u32(record, 22),
                 .name = text_of(rest.first(name))};
    TRY(apply_extra(local, rest.subspan(name, extra), false));
    rest = rest.subspan(name + extra);
    TRY(compare(central, local));
    if (rest.size() < central.packed) return cut_off();
    // Where stored data ends only a descriptor behind it says: a reader from the front looks for one.
    if (central.method == kStored && central.has_descriptor() && find_signature(rest) < central.packed)
      return ambiguous(quoted(central.name) + " is stored with its size after it and holds a record");
    TRY(check_behind(central, rest.subspan(central.packed)));
    return ZipEntry{.name = central.name,
                    .deflated = central.method == kDeflated,
                    .crc32 = central.crc32,
                    .size = central.size,
                    .packed = rest.first(central.packed)};
  }

  static Result<void> compare(const Header& central, const Header& local) {
    const auto same = [&](std::uint64_t in_local, std::uint64_t in_central) {
      return in_local == in_central || (local.has_descriptor() && in_local == 0);
    };
    const bool agrees = local.name == central.name && local.flags == central.flags &&
                        local.method == central.method && same(local.crc32, central.crc32) &&
                        same(local.packed, central.packed) && same(local.size, central.size);
    if (!agrees)
      return ambiguous("the local header of " + quoted(central.name) + " contradicts the central directory");
    return {};
  }

  /// Nothing, or the descriptor that the header announces.
  static Result<void> check_behind(const Header& header, BytesView behind) {
    if (!header.has_descriptor()) {
      if (!behind.empty())
        return ambiguous("there is data after " + quoted(header.name) + " that belongs to no entry");
      return {};
    }
    if (behind.size() >= 16 && behind.size() % 8 == 0 && u32(behind, 0) == kDescriptor)
      behind = behind.subspan(4);
    const bool narrow =
        behind.size() == 12 && u32(behind, 4) == header.packed && u32(behind, 8) == header.size;
    const bool wide =
        behind.size() == 20 && u64(behind, 4) == header.packed && u64(behind, 12) == header.size;
    if ((!narrow && !wide) || u32(behind, 0) != header.crc32) {
      return ambiguous("the data descriptor of " + quoted(header.name) +
                       " contradicts the central directory");
    }
    return {};
  }

  BytesView archive_;
  const ZipLimits& limits_;
  std::vector<Header> headers_;
  std::vector<std::pair<std::size_t, std::size_t>> repeated_;  // two headers with the same name
};

/// Unpacks a raw deflate stream that must fill `out` exactly and use all of `packed`.
bool inflate_exactly(BytesView packed, Bytes& out) {
  z_stream stream{};
  if (packed.size() > kFull32 || out.size() > kFull32 || inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return false;
  std::uint8_t none = 0;
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = out.empty() ? &none : out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = inflate(&stream, Z_FINISH);
  const bool exact = status == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
  inflateEnd(&stream);
  return exact;
}

}  // namespace

Result<std::uint64_t> zip::find_end(BytesView archive) {
  const std::size_t reach = std::min(archive.size(), kEndBytes + kFull16);
  const BytesView tail = archive.last(reach);
  for (std::size_t back = kEndBytes; back <= reach; ++back) {
    if (u32(tail, reach - back) == kEnd) return archive.size() - back;
  }
  return damaged("the file has no end record of a zip archive");
}

Result<Place> zip::check_limits(Place place, const ZipLimits& limits) {
  if (place.entries > limits.entries) {
    return fail(kWheelTooLarge, "the archive has " + std::to_string(place.entries) + " entries, more than " +
                                    std::to_string(limits.entries));
  }
  if (place.size > limits.directory_bytes) {
    return fail(kWheelTooLarge, "the central directory has " + std::to_string(place.size) +
                                    " bytes, more than " + std::to_string(limits.directory_bytes));
  }
  return place;
}

Result<ZipArchive> ZipArchive::parse(BytesView archive, const ZipLimits& limits) {
  ZipArchive zip;
  zip.entries_ = TRY(Reader(archive, limits).read());
  return zip;
}

namespace {

Result<void> expect_at_most(const ZipEntry& entry, std::uint64_t max) {
  if (entry.size <= max) return {};
  return fail(kWheelTooLarge, quoted(entry.name) + " unpacks to " + std::to_string(entry.size) +
                                  " bytes, more than " + std::to_string(max));
}

Result<void> expect_checksum(const ZipEntry& entry, uLong crc) {
  if (crc == entry.crc32) return {};
  return damaged(quoted(entry.name) + " does not have the checksum that the archive gives");
}

/// Raw deflate, a piece at a time; false where it does not unpack to `size` bytes exactly, or leaves some of
/// `packed`.
bool inflate_in_pieces(BytesView packed, std::uint64_t size, const std::function<void(BytesView)>& take) {
  z_stream stream{};
  if (packed.size() > kFull32 || inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
  stream.next_in = const_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  Bytes piece(64UZ * 1024);
  std::uint64_t done = 0;
  int status = Z_OK;
  while (status == Z_OK && done <= size) {
    stream.next_out = piece.data();
    stream.avail_out = static_cast<uInt>(piece.size());
    status = inflate(&stream, Z_NO_FLUSH);
    const std::size_t came = piece.size() - stream.avail_out;
    if (status == Z_OK && came == 0) break;
    take(BytesView(piece).first(came));
    done += came;
  }
  const bool exact = status == Z_STREAM_END && stream.avail_in == 0 && done == size;
  inflateEnd(&stream);
  return exact;
}

}  // namespace

Result<Bytes> ZipArchive::read(const ZipEntry& entry, std::size_t max) {
  TRY(expect_at_most(entry, max));
  Bytes out;
  if (entry.deflated) {
    out.resize(static_cast<std::size_t>(entry.size));
    if (!inflate_exactly(entry.packed, out))
      return damaged(quoted(entry.name) + " does not unpack to its size");
  } else {
    out = to_bytes(entry.packed);
  }
  TRY(expect_checksum(entry, crc32_z(0, out.data(), out.size())));
  return out;
}

Result<Sha256> ZipArchive::digest(const ZipEntry& entry, std::uint64_t max) {
  TRY(expect_at_most(entry, max));
  Hasher hasher(HashAlgorithm::sha256);
  uLong crc = 0;
  const auto take = [&](BytesView bytes) {
    hasher.update(bytes);
    crc = crc32_z(crc, bytes.data(), bytes.size());
  };
  if (!entry.deflated) {
    take(entry.packed);
  } else if (!inflate_in_pieces(entry.packed, entry.size, take)) {
    return damaged(quoted(entry.name) + " does not unpack to its size");
  }
  TRY(expect_checksum(entry, crc));
  return hasher.finish_sha256();
}

}  // namespace tomme
