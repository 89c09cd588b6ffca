#include "core/encoding/text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/encoding/errors.h"

namespace tomme {

namespace {

constexpr std::string_view kBase64Letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::uint8_t kNoDigit = 0xff;

/// For each byte its place in `letters`, or kNoDigit.
constexpr std::array<std::uint8_t, 256> values_of(std::string_view letters) {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    values[static_cast<std::uint8_t>(letters[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto kBase64Values = values_of(kBase64Letters);
constexpr auto kHexValues = values_of(kHexDigits);

constexpr std::uint8_t byte(char c) {
  return static_cast<std::uint8_t>(c);
}
/// The top bit is set where `c` is no letter of the alphabet, and stays so however far the value is shifted
/// within a group.
constexpr std::uint32_t base64_value(char c) {
  return static_cast<std::uint32_t>(static_cast<std::int8_t>(kBase64Values[byte(c)]));
}
constexpr std::uint32_t kNotBase64 = 0x80000000u;

/// The 24 bits of four letters.
std::uint32_t base64_group(const char* letters) {
  return base64_value(letters[0]) << 18 | base64_value(letters[1]) << 12 | base64_value(letters[2]) << 6 |
         base64_value(letters[3]);
}

/// `group` as bytes, the first one first, and one of zeros after its three.
void put_group(std::uint8_t* to, std::uint32_t group) {
  std::uint32_t bytes = group << 8;
  if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap32(bytes);
  std::memcpy(to, &bytes, sizeof bytes);
}

/// The first byte that is not a letter of the alphabet, for the message.
std::unexpected<Error> bad_base64(std::string_view text, std::size_t padding) {
  for (std::size_t i = 0; i < text.size() - padding; ++i) {
    if ((base64_value(text[i]) & kNotBase64) == 0) continue;
    return fail(kEncodingBase64,
                "not base64: '" + printable(text.substr(i, 1)) + "' at byte " + std::to_string(i));
  }
  return fail(kEncodingBase64, "not canonical base64: bits are set that no byte uses, in the last group '" +
                                   printable(text.substr(text.size() - 4)) + "'");
}

/// How many bytes the character at the front of `text` has; 0 where it is not well-formed.
///
/// RFC 3629 section 4:
///   UTF8-2 = %xC2-DF UTF8-tail
///   UTF8-3 = %xE0 %xA0-BF UTF8-tail / %xE1-EC 2( UTF8-tail ) / %xED %x80-9F UTF8-tail / %xEE-EF 2( UTF8-tail
///   ) UTF8-4 = %xF0 %x90-BF 2( UTF8-tail ) / %xF1-F3 3( UTF8-tail ) / %xF4 %x80-8F 2( UTF8-tail )
std::size_t character_size(std::string_view text) {
  const std::uint8_t lead = byte(text[0]);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() < size) return 0;
  const std::uint8_t lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const std::uint8_t highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte(text[1]) < lowest || byte(text[1]) > highest) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if ((byte(text[i]) & 0xc0) != 0x80) return 0;
  }
  return size;
}

/// The code point of one well-formed character.
std::uint32_t code_point(std::string_view character) {
  if (character.size() == 1) return byte(character[0]);
  std::uint32_t value = byte(character[0]) & (0x7fu >> character.size());
  for (char c : character.substr(1)) value = (value << 6) | (byte(c) & 0x3fu);
  return value;
}

/// What a terminal would act upon or a reader would not see: controls, line and paragraph separators,
/// bidirectional marks, zero-width characters, tags, noncharacters.
bool is_unprintable(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
         (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
         c == 0xfeff || (c >= 0xfff0 && c <= 0xfffb) || (c & 0xfffe) == 0xfffe ||
         (c >= 0xe0000 && c <= 0xe0fff);
}

void append_digits(std::string& out, std::uint32_t value, unsigned digits) {
  for (unsigned i = digits; i-- > 0;) out.push_back(kHexDigits[(value >> (4 * i)) & 0xf]);
}

/// One character, or one byte that begins none, as a person may see it.
std::string shown(std::string_view character, bool well_formed) {
  std::string out;
  if (!well_formed) {
    out = "\\x";
    append_digits(out, byte(character[0]), 2);
    return out;
  }
  const std::uint32_t c = code_point(character);
  if (!is_unprintable(c)) return std::string(character);
  if (c < 0x80) {
    out = "\\x";
    append_digits(out, c, 2);
  } else {
    out = "\\u{";
    append_digits(out, c, c > 0xffff ? 6 : 4);
    out.push_back('}');
  }
  return out;
}

}  // namespace

std::string encode_base64(BytesView bytes) {
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  char* to = out.data();
  const std::uint8_t* from = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 3; left -= 3, from += 3, to += 4) {
    const std::uint32_t group =
        static_cast<std::uint32_t>(from[0]) << 16 | static_cast<std::uint32_t>(from[1]) << 8 | from[2];
    to[0] = kBase64Letters[group >> 18];
    to[1] = kBase64Letters[(group >> 12) & 63];
    to[2] = kBase64Letters[(group >> 6) & 63];
    to[3] = kBase64Letters[group & 63];
  }
  if (left == 0) return out;
  std::uint32_t group = static_cast<std::uint32_t>(from[0]) << 16;
  if (left == 2) group |= static_cast<std::uint32_t>(from[1]) << 8;
  to[0] = kBase64Letters[group >> 18];
  to[1] = kBase64Letters[(group >> 12) & 63];
  if (left == 2) to[2] = kBase64Letters[(group >> 6) & 63];
  return out;
}

Result<Bytes> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return fail(kEncodingBase64,
                "not canonical base64: " + std::to_string(text.size()) + " characters, not a multiple of 4");
  }
  if (text.empty()) return Bytes{};
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  Bytes out(text.size() / 4 * 3 - padding);
  std::uint8_t* to = out.data();
  const char* from = text.data();
  const char* const last = from + text.size() - 4;
  std::uint32_t seen = 0;
  for (; from != last; from += 4, to += 3) {
    const std::uint32_t group = base64_group(from);
    seen |= group;
    put_group(to, group);  // its fourth byte is the first of the next group
  }
  const char letters[] = {from[0], from[1], padding == 2 ? 'A' : from[2], padding != 0 ? 'A' : from[3]};
  const std::uint32_t group = base64_group(letters);
  const std::uint32_t unused = padding == 2 ? 0xffff : padding == 1 ? 0xff : 0;
  if (((seen | group) & kNotBase64) != 0 || (group & unused) != 0) return bad_base64(text, padding);
  to[0] = static_cast<std::uint8_t>(group >> 16);
  if (padding < 2) to[1] = static_cast<std::uint8_t>(group >> 8);
  if (padding < 1) to[2] = static_cast<std::uint8_t>(group);
  return out;
}

void append_hex(std::string& out, BytesView bytes) {
  out.resize(out.size() + bytes.size() * 2);
  char* to = out.data() + out.size() - bytes.size() * 2;
  for (std::uint8_t o : bytes) {
    *to++ = kHexDigits[o >> 4];
    *to++ = kHexDigits[o & 15];
  }
}

std::string encode_hex(BytesView bytes) {
  std::string out;
  append_hex(out, bytes);
  return out;
}

Result<Bytes> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return fail(kEncodingHex, "not hexadecimal: an odd number of digits, " + std::to_string(text.size()));
  }
  Bytes out(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::uint8_t high = kHexValues[byte(text[i])], low = kHexValues[byte(text[i + 1])];
    if ((high | low) > 15) {
      const std::size_t at = high > 15 ? i : i + 1;
      return fail(kEncodingHex, "not lower-case hexadecimal: '" + printable(text.substr(at, 1)) +
                                    "' at byte " + std::to_string(at));
    }
    out[i / 2] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    // Most texts are ASCII: eight bytes at a time as long as no top bit is set.
    std::uint64_t block = 0;
    while (text.size() >= sizeof block) {
      std::memcpy(&block, text.data(), sizeof block);
      if ((block & 0x8080808080808080u) != 0) break;
      text.remove_prefix(sizeof block);
    }
    if (text.empty()) return true;
    const std::size_t size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t limit) {
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7f; };
  if (text.size() <= limit && std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::size_t size = character_size(text);
    const std::string next = shown(text.substr(0, size == 0 ? 1 : size), size != 0);
    if (out.size() + next.size() > limit) return out + "...";
    out += next;
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out;
}

}  // namespace tomme
