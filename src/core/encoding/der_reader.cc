#include "core/encoding/der.h"

#include <array>

#include "core/base/byte_reader.h"
#include "core/encoding/errors.h"
#include "core/encoding/text.h"

// X.690 section 8.1, with the restrictions of section 10.1:
//   identifier byte: class (bits 8-7), constructed (bit 6), number (bits 5-1; 31 = more bytes follow)
//   length bytes:    short form 0x00-0x7f; long form 0x80 + n, then n bytes, as few as possible;
//                     0x80 alone (indefinite) and 0xff (reserved) are not DER

namespace tomme::der {

namespace {

constexpr std::uint8_t kNumberMask = 0x1f;
constexpr std::size_t kMaxLengthBytes = 4;

std::string hex(Tag tag) {
  return "0x" + encode_hex(BytesView(&tag, 1));
}

std::unexpected<Error> bad(std::string message) {
  return fail(kDerInvalid, std::move(message));
}

/// The contents length; `input` is left behind the length bytes.
Result<std::size_t> read_length(ByteReader& input) {
  const auto first = input.u8();
  if (!first) return bad("the input ends before a length");
  if (*first < 0x80) return *first;
  const std::size_t count = *first & 0x7fu;
  if (count == 0) return bad("an indefinite length");
  if (count > kMaxLengthBytes) return bad("a length of " + std::to_string(count) + " bytes");
  const auto bytes = input.take(count);
  if (!bytes) return bad("the input ends in a length");
  std::size_t length = 0;
  for (std::uint8_t byte : *bytes) length = length << 8 | byte;
  if (length < 0x80 || (*bytes)[0] == 0) return bad("a length not in the shortest form");
  return length;
}

Result<Element> parse_element(BytesView input) {
  ByteReader ahead(input);
  const auto tag = ahead.u8();
  if (!tag) return bad("the input ends before an element");
  if ((*tag & kNumberMask) == kNumberMask) return bad("a tag number above 30, " + hex(*tag));
  // Tag 0 of the universal class closes indefinite lengths and is nothing else.
  if ((*tag & ~0x20u) == 0) return bad("an end-of-contents element");
  const std::size_t length = TRY(read_length(ahead));
  const auto body = ahead.take(length);
  if (!body) {
    return bad("an element " + hex(*tag) + " of " + std::to_string(length) + " bytes where " +
               std::to_string(ahead.left()) + " are left");
  }
  return Element{.tag = *tag, .body = *body, .whole = input.first(input.size() - ahead.left())};
}

/// X.690 section 8.3.2: one byte at least; the first nine bits are not all alike.
Result<void> check_integer(BytesView body) {
  if (body.empty()) return bad("an integer without bytes");
  if (body.size() > 1 && ((body[0] == 0x00 && body[1] < 0x80) || (body[0] == 0xff && body[1] >= 0x80))) {
    return bad("an integer not in the shortest form");
  }
  return {};
}

/// X.690 section 8.19.2: each arc in as few bytes as possible, the last byte ends one.
Result<void> check_oid(BytesView body) {
  if (body.empty()) return bad("an object identifier without bytes");
  bool starts_arc = true;
  for (std::uint8_t byte : body) {
    if (starts_arc && byte == 0x80) return bad("an object identifier with an arc not in the shortest form");
    starts_arc = byte < 0x80;
  }
  if (!starts_arc) return bad("an object identifier that ends within an arc");
  return {};
}

/// Two decimal digits at `at`, which the caller knows to be inside; nothing where they are none.
std::optional<unsigned> two_digits(std::string_view text, std::size_t at) {
  const unsigned high = static_cast<unsigned char>(text[at]) - unsigned{'0'};
  const unsigned low = static_cast<unsigned char>(text[at + 1]) - unsigned{'0'};
  if (high > 9 || low > 9) return std::nullopt;
  return high * 10 + low;
}

/// "MMDDHHMMSS" of `year`.
std::optional<Time> within_year(unsigned year, std::string_view text) {
  std::array<unsigned, 5> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto part = two_digits(text, 2 * i);
    if (!part) return std::nullopt;
    parts[i] = *part;
  }
  return time_from_civil(static_cast<int>(year), parts[0], parts[1], parts[2], parts[3], parts[4]);
}

/// RFC 5280 section 4.1.2.5.1: YYMMDDHHMMSSZ; YY below 50 is of this century.
std::optional<Time> parse_utc_time(std::string_view text) {
  if (text.size() != 13 || text[12] != 'Z') return std::nullopt;
  const auto year = two_digits(text, 0);
  if (!year) return std::nullopt;
  return within_year(*year < 50 ? 2000 + *year : 1900 + *year, text.substr(2, 10));
}

/// RFC 5280 section 4.1.2.5.2: YYYYMMDDHHMMSSZ.
std::optional<Time> parse_generalized_time(std::string_view text) {
  if (text.size() != 15 || text[14] != 'Z') return std::nullopt;
  const auto century = two_digits(text, 0), year = two_digits(text, 2);
  if (!century || !year) return std::nullopt;
  return within_year(*century * 100 + *year, text.substr(4, 10));
}

/// RFC 3161 section 2.4.2 genTime: YYYYMMDDHHMMSS[.s…]Z; the fraction has digits and no trailing zero.
std::optional<Time> parse_fractional_time(std::string_view text) {
  if (text.size() <= 15 || text[14] != '.') return parse_generalized_time(text);
  const std::string_view fraction = text.substr(15, text.size() - 16);
  if (text.back() != 'Z' || fraction.empty() || fraction.ends_with('0')) return std::nullopt;
  if (fraction.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return parse_generalized_time(std::string(text.substr(0, 14)) + 'Z');
}

Result<Time> time_or_error(std::optional<Time> time, const Element& element) {
  if (!time) return bad("not a time in UTC: '" + printable(text_of(element.body), 40) + "'");
  return *time;
}

}  // namespace

Result<void> Reader::expect_end() const {
  if (rest_.empty()) return {};
  return bad(std::to_string(rest_.size()) + " bytes left over");
}

std::optional<Tag> Reader::peek() const {
  if (rest_.empty()) return std::nullopt;
  return rest_[0];
}

Result<Element> Reader::any() {
  const Element element = TRY(parse_element(rest_));
  rest_ = rest_.subspan(element.whole.size());
  return element;
}

Result<Element> Reader::element(Tag tag) {
  if (rest_.empty()) return bad("the input ends where an element " + hex(tag) + " is expected");
  if (rest_[0] != tag) return bad("an element " + hex(rest_[0]) + " where " + hex(tag) + " is expected");
  return any();
}

Result<std::optional<Element>> Reader::optional(Tag tag) {
  if (!next_is(tag)) return std::nullopt;
  return TRY(any());
}

Result<Reader> Reader::nested(Tag constructed) {
  return Reader(TRY(element(constructed)).body);
}

Result<bool> Reader::boolean() {
  Reader ahead = *this;
  const BytesView body = TRY(ahead.element(kBoolean)).body;
  if (body.size() != 1 || (body[0] != 0x00 && body[0] != 0xff)) return bad("a boolean other than 00 or ff");
  *this = ahead;
  return body[0] == 0xff;
}

Result<BytesView> Reader::integer() {
  Reader ahead = *this;
  const BytesView body = TRY(ahead.element(kInteger)).body;
  TRY(check_integer(body));
  *this = ahead;
  return body;
}

Result<std::int64_t> Reader::small_integer() {
  Reader ahead = *this;
  const BytesView body = TRY(ahead.integer());
  if (body.size() > sizeof(std::int64_t)) {
    return bad("an integer of " + std::to_string(body.size()) + " bytes where 8 are the most");
  }
  std::uint64_t value = body[0] >= 0x80 ? ~std::uint64_t{0} : 0;
  for (std::uint8_t byte : body) value = value << 8 | byte;
  *this = ahead;
  return static_cast<std::int64_t>(value);
}

Result<BytesView> Reader::unsigned_integer() {
  Reader ahead = *this;
  const BytesView body = TRY(ahead.integer());
  if (body[0] >= 0x80) return bad("a negative integer where none may stand");
  *this = ahead;
  return body.size() > 1 && body[0] == 0 ? body.subspan(1) : body;
}

Result<BytesView> Reader::octet_string() {
  return TRY(element(kOctetString)).body;
}

Result<BytesView> Reader::bit_string() {
  Reader ahead = *this;
  const BytesView body = TRY(ahead.element(kBitString)).body;
  if (body.empty()) return bad("a bit string without its count of unused bits");
  if (body[0] != 0)
    return bad("a bit string with " + std::to_string(body[0]) + " unused bits where none may be");
  *this = ahead;
  return body.subspan(1);
}

Result<BytesView> Reader::oid() {
  Reader ahead = *this;
  const BytesView body = TRY(ahead.element(kOid)).body;
  TRY(check_oid(body));
  *this = ahead;
  return body;
}

Result<Time> Reader::time() {
  Reader ahead = *this;
  const Element element = TRY(ahead.any());
  if (element.tag != kUtcTime && element.tag != kGeneralizedTime) {
    return bad("an element " + hex(element.tag) + " where a time is expected");
  }
  const std::string_view text = text_of(element.body);
  const Time time = TRY(
      time_or_error(element.tag == kUtcTime ? parse_utc_time(text) : parse_generalized_time(text), element));
  *this = ahead;
  return time;
}

Result<Time> Reader::generalized_time() {
  Reader ahead = *this;
  const Element element = TRY(ahead.element(kGeneralizedTime));
  const Time time = TRY(time_or_error(parse_fractional_time(text_of(element.body)), element));
  *this = ahead;
  return time;
}

}  // namespace tomme::der
