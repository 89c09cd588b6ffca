#include "core/packaging/tar_reader.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/errors.h"

namespace tomme {

namespace {

// Blocks of 512 bytes. A header:
//   name 100, mode 8, uid 8, gid 8, size 12, mtime 12, checksum 8, type 1, link 100,
//   magic and version 8 ("ustar\0" "00"; GNU "ustar  \0"; before: zeros), user 32, group 32, device 8 + 8,
//   prefix 155
// Behind it what it holds, padded with zeros. Two blocks of zeros are the end.
// Numbers are octal digits between blanks and zeros; a size may be 0x80 and 11 bytes, big endian.
// Types: 0 or NUL file, 7 file, 1 and 2 links, 5 folder, 3 4 6 devices; x pax records for the next entry, g
// for all, L GNU's name of the next, K its link. A pax record: decimal length of all of it, " ", key, "=",
// value, "\n".
constexpr std::size_t kBlock = 512;
constexpr std::size_t kSizeAt = 124, kChecksumAt = 148, kTypeAt = 156, kMagicAt = 257, kPrefixAt = 345;
constexpr std::size_t kMostRecords = 1024 * 1024;  // bytes of what only describes an entry
constexpr std::size_t kMostRecordsInARow = 16;
constexpr std::uint64_t kLargest = std::uint64_t{1} << 50;

std::unexpected<Error> invalid(std::string why) {
  return fail(kSdistInvalid, std::move(why));
}

std::string_view text_at(BytesView block, std::size_t at, std::size_t size) {
  const std::string_view field = text_of(block.subspan(at, size));
  return field.substr(0, field.find('\0'));
}

std::optional<std::uint64_t> octal(std::string_view field) {
  field = field.substr(0, field.find('\0'));
  while (field.starts_with(' ')) field.remove_prefix(1);
  while (field.ends_with(' ')) field.remove_suffix(1);
  std::uint64_t value = 0;
  for (const char c : field) {
    if (c < '0' || c > '7') return std::nullopt;
    value = value * 8 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

std::optional<std::uint64_t> size_in(BytesView block) {
  const BytesView field = block.subspan(kSizeAt, 12);
  if (field.front() != 0x80) return octal(text_of(field));
  std::uint64_t value = 0;
  for (const std::uint8_t byte : field.subspan(1)) {
    if (value > kLargest) return std::nullopt;
    value = value << 8 | byte;
  }
  return value;
}

bool checksum_fits(BytesView block) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i)
    sum += i >= kChecksumAt && i < kChecksumAt + 8 ? std::uint8_t{' '} : block[i];
  return octal(text_of(block.subspan(kChecksumAt, 8))) == sum;
}

bool is_zero(BytesView block) {
  return std::ranges::all_of(block, [](std::uint8_t byte) { return byte == 0; });
}

std::uint64_t padded(std::uint64_t size) {
  return (size + kBlock - 1) / kBlock * kBlock;
}

std::optional<std::uint64_t> decimal(std::string_view text) {
  if (text.empty() || text.size() > 15 || !std::ranges::all_of(text, ascii::is_digit)) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  return value;
}

}  // namespace

struct TarReader::Header {
  char type = '0';
  std::uint64_t size = 0;
  std::string name;
};

/// What the blocks before a header say about it.
struct TarReader::Pending {
  std::optional<std::string> name;
  std::optional<std::uint64_t> size;

  Result<void> set_name(std::string_view value) {
    if (name) return invalid("one of its entries has two names");
    name = value;
    return {};
  }
  Result<void> set(std::string_view key, std::string_view value) {
    if (key.starts_with("GNU.sparse.")) return invalid("it has a sparse file, which not all readers take");
    if (key == "path") return set_name(value);
    if (key != "size") return {};
    if (size) return invalid("one of its entries has two sizes");
    size = decimal(value);
    if (!size) return invalid("the size of one of its entries is no number");
    return {};
  }
  Result<void> add_records(std::string_view records) {
    while (!records.empty()) {
      const std::size_t blank = records.find(' ');
      const auto length = decimal(records.substr(0, blank));
      if (!length || *length > records.size() || *length < blank + 3 || records[*length - 1] != '\n')
        return invalid("one of its pax records is damaged");
      const std::string_view record = records.substr(blank + 1, *length - blank - 2);
      const std::size_t equals = record.find('=');
      if (equals == std::string_view::npos) return invalid("one of its pax records is damaged");
      TRY(set(record.substr(0, equals), record.substr(equals + 1)));
      records.remove_prefix(*length);
    }
    return {};
  }
};

/// False at the end of the source.
Result<bool> TarReader::read_block(std::span<std::uint8_t> block) {
  const std::size_t came = TRY(source_(block));
  if (came != 0 && came != block.size()) return invalid("it is cut off");
  return came != 0;
}

Result<void> TarReader::skip() {
  std::array<std::uint8_t, 128 * kBlock> scratch;
  while (unread_ > 0) {
    const std::size_t piece = std::min<std::uint64_t>(unread_, scratch.size());
    if (!TRY(read_block(std::span(scratch).first(piece)))) return invalid("it is cut off");
    unread_ -= piece;
  }
  return {};
}

Result<TarReader::Header> TarReader::parse_header(BytesView block) {
  if (!checksum_fits(block)) return invalid("a header of its tar archive is damaged");
  const auto size = size_in(block);
  if (!size || *size > kLargest) return invalid("the size of one of its entries is no number");
  Header header{static_cast<char>(block[kTypeAt]), *size, std::string(text_at(block, 0, 100))};
  const bool is_ustar = text_of(block.subspan(kMagicAt, 6)) == std::string_view("ustar\0", 6);
  const std::string_view prefix = text_at(block, kPrefixAt, 155);
  // Python puts it before the name in every form, others in ustar alone.
  if (!prefix.empty() && !is_ustar) return invalid("the name of one of its entries may be read in two ways");
  if (!prefix.empty()) header.name = std::string(prefix) + "/" + header.name;
  return header;
}

Result<TarEntry> TarReader::entry_of(Header header, Pending pending) {
  if (pending.size && *pending.size != header.size) return invalid("one of its entries has two sizes");
  TarEntry entry{.name = pending.name ? *std::move(pending.name) : std::move(header.name),
                 .size = header.size};
  // An old file whose name ends so is a folder.
  const bool is_old_folder = header.type == '\0' && entry.name.ends_with('/');
  if ((header.type == '0' || header.type == '\0' || header.type == '7') && !is_old_folder) {
    size_ = header.size;
    unread_ = padded(header.size);
    return entry;
  }
  if (header.size != 0) return invalid("\"" + printable(entry.name) + "\" is no file and has content");
  switch (header.type) {
    case '\0':
    case '5':
      entry.kind = TarEntry::Kind::folder;
      return entry;
    case '1':
    case '2':
      entry.kind = TarEntry::Kind::link;
      return entry;
    case '3':
    case '4':
    case '6':
      entry.kind = TarEntry::Kind::device;
      return entry;
    default:
      return invalid("\"" + printable(entry.name) + "\" is of a kind that not all readers know");
  }
}

Result<std::optional<TarEntry>> TarReader::next() {
  Pending pending;
  for (std::size_t records = 0; records <= kMostRecordsInARow; ++records) {
    TRY(skip());
    size_ = 0;
    std::array<std::uint8_t, kBlock> block{};
    if (!TRY(read_block(block))) return std::nullopt;
    if (is_zero(block)) {
      if (TRY(read_block(block)) && !is_zero(block)) return invalid("it has entries after its end");
      return std::nullopt;
    }
    Header header = TRY(parse_header(block));
    if (header.type != 'x' && header.type != 'g' && header.type != 'L' && header.type != 'K')
      return TRY(entry_of(std::move(header), std::move(pending)));
    size_ = header.size;
    unread_ = padded(header.size);
    const Bytes bytes = TRY(content(kMostRecords));
    const std::string_view text = text_of(bytes);
    if (header.type == 'x') TRY(pending.add_records(text));
    if (header.type == 'L') TRY(pending.set_name(text.substr(0, text.find('\0'))));
    if (header.type != 'g') continue;
    // git writes one, with its commit. What it said of names and sizes would be for all entries.
    Pending all;
    TRY(all.add_records(text));
    if (all.name || all.size) return invalid("it gives all its entries one name or size");
  }
  return invalid("one of its entries is described too often");
}

Result<Bytes> TarReader::content(std::size_t max) {
  if (size_ > max) return fail(kSdistTooLarge, "one of its entries is larger than our limits allow");
  Bytes bytes(static_cast<std::size_t>(size_));
  if (!bytes.empty() && !TRY(read_block(bytes))) return invalid("it is cut off");
  unread_ -= size_;
  size_ = 0;
  TRY(skip());
  return bytes;
}

}  // namespace tomme
