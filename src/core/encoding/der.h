#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"

/// DER (X.690): definite, minimal lengths below 2^32; low tag numbers only (0 to 30).
/// Views borrow from the input.
namespace tomme::der {

/// An identifier byte: class, constructed bit, number.
using Tag = std::uint8_t;
inline constexpr Tag kBoolean = 0x01, kInteger = 0x02, kBitString = 0x03, kOctetString = 0x04, kNull = 0x05,
                     kOid = 0x06, kEnumerated = 0x0a, kUtf8String = 0x0c, kPrintableString = 0x13,
                     kIa5String = 0x16, kUtcTime = 0x17, kGeneralizedTime = 0x18, kSequence = 0x30,
                     kSet = 0x31;
constexpr Tag context(unsigned n) {
  return static_cast<Tag>(0x80 | n);
}  ///< [n] IMPLICIT primitive
constexpr Tag context_constructed(unsigned n) {
  return static_cast<Tag>(0xa0 | n);
}  ///< [n] constructed

struct Element {
  Tag tag;
  BytesView body;   ///< contents bytes
  BytesView whole;  ///< identifier, length and contents as they stand in the input
};

/// Reads a series of elements. A failed read does not move.
///
///     der::Reader outer(input);
///     der::Reader certificate = TRY(outer.sequence());
///     TRY(outer.expect_end());
class Reader {
 public:
  explicit Reader(BytesView input) : rest_(input) {}

  bool at_end() const { return rest_.empty(); }
  BytesView rest() const { return rest_; }
  Result<void> expect_end() const;

  /// The tag of the next element; nothing at the end.
  std::optional<Tag> peek() const;
  bool next_is(Tag tag) const { return peek() == tag; }

  Result<Element> any();
  Result<Element> element(Tag tag);
  /// Nothing, without moving, where the next element has another tag.
  Result<std::optional<Element>> optional(Tag tag);

  Result<Reader> sequence() { return nested(kSequence); }
  Result<Reader> set() { return nested(kSet); }
  Result<Reader> nested(Tag constructed);

  Result<bool> boolean();                ///< 0x00 or 0xff only
  Result<std::int64_t> small_integer();  ///< minimal two's complement that fits
  Result<BytesView> integer();           ///< minimal two's complement contents, sign byte included
  Result<BytesView> unsigned_integer();  ///< not negative; the leading zero byte removed
  Result<BytesView> octet_string();
  Result<BytesView> bit_string();  ///< whole bytes only: no unused bits
  Result<BytesView> oid();         ///< contents bytes, checked to be well-formed
  /// UTCTime (YYMMDDHHMMSSZ, 1950 to 2049) or GeneralizedTime (YYYYMMDDHHMMSSZ) as RFC 5280 4.1.2.5 has them.
  /// That a time before 2050 must be UTCTime binds issuers: either form names one moment, and both are read.
  Result<Time> time();
  /// GeneralizedTime whose fraction of a second, without trailing zeros, is cut off (RFC 3161 2.4.2).
  Result<Time> generalized_time();

 private:
  BytesView rest_;
};

/// "1.2.840.10045.4.3.2" of an OID's contents bytes; arcs above 2^64-1 print as "?".
std::string oid_to_text(BytesView contents);
/// Contents bytes of a dotted OID known at compile time or checked by the caller; empty where it is none.
Bytes oid_from_text(std::string_view dotted);

/// Builds DER bottom-up: `sequence({integer(1), octet_string(x)})`.
Bytes encode(Tag tag, BytesView body);
Bytes encode(Tag tag, std::initializer_list<BytesView> parts);
Bytes sequence(std::initializer_list<BytesView> parts);
Bytes encode_integer(std::int64_t value);
Bytes encode_unsigned(BytesView big_endian);  ///< minimal, with a leading zero byte where needed
Bytes encode_oid(std::string_view dotted);
Bytes encode_bit_string(BytesView bytes);
Bytes encode_octet_string(BytesView bytes);
Bytes encode_utf8(std::string_view text);
Bytes encode_time(Time time);  ///< UTCTime before 2050, GeneralizedTime after
Bytes encode_generalized_time(Time time);

}  // namespace tomme::der
