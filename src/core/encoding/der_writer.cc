#include <bit>
#include <charconv>
#include <limits>

#include "core/base/byte_reader.h"
#include "core/encoding/der.h"

namespace tomme::der {

namespace {

/// X.690 section 10.1: the shortest definite form.
void append_length(Bytes& out, std::size_t length) {
  if (length < 0x80) {
    out.push_back(static_cast<std::uint8_t>(length));
    return;
  }
  std::size_t count = 0;
  for (std::size_t rest = length; rest != 0; rest >>= 8) ++count;
  out.push_back(static_cast<std::uint8_t>(0x80 | count));
  while (count-- > 0) out.push_back(static_cast<std::uint8_t>(length >> (8 * count)));
}

/// X.690 section 8.19.2: base 128, most significant group first, the top bit on all but the last.
void append_arc(Bytes& out, std::uint64_t arc) {
  const int bits = static_cast<int>(std::bit_width(arc));
  for (int shift = bits == 0 ? 0 : (bits - 1) / 7 * 7; shift >= 0; shift -= 7) {
    out.push_back(static_cast<std::uint8_t>(((arc >> shift) & 0x7f) | (shift == 0 ? 0 : 0x80)));
  }
}

/// "20241003180701" of a moment; the first two digits are the century.
std::string digits_of(Time time) {
  std::string text = to_rfc3339(time);
  std::erase_if(text, [](char c) { return c < '0' || c > '9'; });
  return text;
}

/// Takes one decimal arc and the dot behind it; nothing where there is none.
std::optional<std::uint64_t> take_arc(std::string_view& dotted) {
  std::uint64_t arc = 0;
  const auto [end, error] = std::from_chars(dotted.data(), dotted.data() + dotted.size(), arc);
  if (error != std::errc{}) return std::nullopt;
  dotted.remove_prefix(static_cast<std::size_t>(end - dotted.data()));
  if (dotted.starts_with('.')) dotted.remove_prefix(1);
  return arc;
}

}  // namespace

std::string oid_to_text(BytesView contents) {
  std::string out;
  std::uint64_t arc = 0;
  bool too_large = false;
  for (std::uint8_t byte : contents) {
    too_large = too_large || arc > (std::numeric_limits<std::uint64_t>::max() >> 7);
    arc = arc << 7 | (byte & 0x7fu);
    if (byte >= 0x80) continue;
    if (out.empty()) {
      // X.690 section 8.19.4: the first two arcs share one subidentifier, 40 * first + second.
      const std::uint64_t first = arc < 80 && !too_large ? arc / 40 : 2;
      out = std::to_string(first);
      arc -= 40 * first;
    }
    out += '.' + (too_large ? std::string("?") : std::to_string(arc));
    arc = 0;
    too_large = false;
  }
  return out;
}

Bytes oid_from_text(std::string_view dotted) {
  Bytes out;
  const auto first = take_arc(dotted), second = take_arc(dotted);
  if (!first || !second || *first > 2 || (*first < 2 && *second >= 40)) return {};
  append_arc(out, *first * 40 + *second);
  while (!dotted.empty()) {
    const auto arc = take_arc(dotted);
    if (!arc) return {};
    append_arc(out, *arc);
  }
  return out;
}

Bytes encode(Tag tag, BytesView body) {
  return encode(tag, std::initializer_list<BytesView>{body});
}

Bytes encode(Tag tag, std::initializer_list<BytesView> parts) {
  std::size_t length = 0;
  for (BytesView part : parts) length += part.size();
  Bytes out;
  out.reserve(length + 6);
  out.push_back(tag);
  append_length(out, length);
  for (BytesView part : parts) append(out, part);
  return out;
}

Bytes sequence(std::initializer_list<BytesView> parts) {
  return encode(kSequence, parts);
}

Bytes encode_integer(std::int64_t value) {
  Bytes bytes;
  append_uint<8>(bytes, static_cast<std::uint64_t>(value));
  BytesView body = bytes;
  // X.690 section 8.3.2: a byte that only repeats the sign bit of the next goes.
  while (body.size() > 1 && body[0] == (body[1] >= 0x80 ? 0xff : 0x00)) body = body.subspan(1);
  return encode(kInteger, body);
}

Bytes encode_unsigned(BytesView big_endian) {
  while (!big_endian.empty() && big_endian[0] == 0) big_endian = big_endian.subspan(1);
  static constexpr std::uint8_t kZero = 0;
  const bool padded = big_endian.empty() || big_endian[0] >= 0x80;
  return encode(kInteger, {BytesView(&kZero, padded ? 1 : 0), big_endian});
}

Bytes encode_oid(std::string_view dotted) {
  return encode(kOid, oid_from_text(dotted));
}

Bytes encode_bit_string(BytesView bytes) {
  static constexpr std::uint8_t kNoUnusedBits = 0;
  return encode(kBitString, {BytesView(&kNoUnusedBits, 1), bytes});
}

Bytes encode_octet_string(BytesView bytes) {
  return encode(kOctetString, bytes);
}

Bytes encode_utf8(std::string_view text) {
  return encode(kUtf8String, bytes_of(text));
}

Bytes encode_time(Time time) {
  const std::string digits = digits_of(time);
  // RFC 5280 section 4.1.2.5: UTCTime through the year 2049. It begins with 1950.
  const bool utc = digits >= "1950" && digits < "2050";
  if (!utc) return encode_generalized_time(time);
  return encode(kUtcTime, bytes_of(digits.substr(2) + "Z"));
}

Bytes encode_generalized_time(Time time) {
  return encode(kGeneralizedTime, bytes_of(digits_of(time) + "Z"));
}

}  // namespace tomme::der
