#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include "core/crypto/errors.h"
#include "core/crypto/oids_internal.h"
#include "core/crypto/spki_internal.h"
#include "core/encoding/der.h"

namespace tomme {

namespace {

constexpr unsigned kMinRsaBits = 2048;
constexpr unsigned kMaxRsaBits = 8192;
/// libcrypto refuses longer ones with large moduli; they only make verification slow.
constexpr std::size_t kMaxExponentBytes = 8;

struct Curve {
  KeyType type;
  BytesView oid;
  unsigned bits;
};
constexpr std::array<Curve, 3> kCurves{{
    {KeyType::ecdsa_p256, oid::kP256, 256},
    {KeyType::ecdsa_p384, oid::kP384, 384},
    {KeyType::ecdsa_p521, oid::kP521, 521},
}};

unsigned bit_length(BytesView big_endian) {
  if (big_endian.empty()) return 0;
  return static_cast<unsigned>((big_endian.size() - 1) * 8) +
         static_cast<unsigned>(std::bit_width(big_endian[0]));
}

bool is_odd(BytesView big_endian) {
  return !big_endian.empty() && (big_endian.back() & 1) != 0;
}

// Of each kind of key it is asked here, where all keys are read: does one signature by it fit one message,
// and is there one way to write it? Who adds a kind answers for it.
//
// ECDSA: yes, for a key of which nobody chose the messages first. The curves have no points of small order,
// and coordinates from the prime on are refused by libcrypto. Whoever makes a key may choose it for a pair of
// messages of his own, and no reader can tell such a key: so what a log or an authority vouches for is bound
// to the content's digest beside the signature. RSA: yes, whatever the modulus: the message is recovered from
// the signature (RFC 8017 8.1.2, 8.2.2) where the exponent is not 1. Numbers are DER, so in their shortest
// form. Ed25519: not with a point of small order, which takes the message out of the equation (RFC
// 8032 5.1.7), nor is there one way to write y where it may be taken from 2^255 - 19 on.

// RFC 5480 2.1.1, 2.2: ECParameters ::= CHOICE { namedCurve OBJECT IDENTIFIER }
//                      ECPoint ::= OCTET STRING  -- SEC 1 2.3.3, here 0x04 x y
Result<SpkiParts> read_ec(der::Reader parameters, BytesView point) {
  if (!parameters.next_is(der::kOid)) {
    return fail(kKeyUnsupported, "the elliptic curve is not given by its name");
  }
  BytesView name = TRY(parameters.oid());
  TRY(parameters.expect_end());
  for (const Curve& curve : kCurves) {
    if (!equal(name, curve.oid)) continue;
    std::size_t coordinate = (curve.bits + 7) / 8;
    if (point.empty() || point[0] != 0x04 || point.size() != 1 + 2 * coordinate) {
      return fail(kKeyInvalid,
                  "the point is not " + std::to_string(1 + 2 * coordinate) + " bytes in uncompressed form");
    }
    return SpkiParts{.type = curve.type, .bits = curve.bits, .point = point};
  }
  return fail(kKeyUnsupported, "elliptic curve " + der::oid_to_text(name));
}

// RFC 3279 2.3.1: parameters are NULL.
Result<SpkiParts> read_rsa(der::Reader parameters, BytesView key) {
  der::Element null = TRY(parameters.element(der::kNull));
  if (!null.body.empty()) return fail(kKeyInvalid, "a NULL with contents");
  TRY(parameters.expect_end());
  return read_rsa_public_key(key);
}

// RFC 8032 5.1.2: y in 255 bits, little endian, below 2^255 - 19; then one bit for the sign of x.
using Ed25519Point = std::array<std::uint8_t, 32>;
constexpr Ed25519Point with_ends(std::uint8_t first, std::uint8_t middle, std::uint8_t last) {
  Ed25519Point point{};
  point.fill(middle);
  point.front() = first;
  point.back() = last;
  return point;
}
constexpr Ed25519Point kEd25519Prime = with_ends(0xed, 0xff, 0x7f);  // 2^255 - 19
/// The y of the eight points whose order divides 8: 0, 1, -1, and the two of order 8.
constexpr std::array<Ed25519Point, 5> kSmallOrder{{
    with_ends(0x00, 0x00, 0x00),
    with_ends(0x01, 0x00, 0x00),
    with_ends(0xec, 0xff, 0x7f),
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
     0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
     0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
}};

/// Whether a signature by this key fits one message only, and no other bytes are the same key.
Result<void> expect_one_message(BytesView key) {
  Ed25519Point y{};
  std::ranges::copy(key, y.begin());
  y.back() &= 0x7f;
  const auto big_endian_less = [](const Ed25519Point& a, const Ed25519Point& b) {
    return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  };
  if (!big_endian_less(y, kEd25519Prime))
    return fail(kKeyInvalid, "an Ed25519 key whose point is not written in the one way there is");
  if (std::ranges::find(kSmallOrder, y) != kSmallOrder.end())
    return fail(kKeyInvalid, "an Ed25519 key of small order, whose signatures fit many messages");
  return {};
}

// RFC 8410 3 and 4: parameters are absent, the key is 32 bytes.
Result<SpkiParts> read_ed25519(der::Reader parameters, BytesView key) {
  TRY(parameters.expect_end());
  if (key.size() != 32) {
    return fail(kKeyInvalid, "an Ed25519 key has 32 bytes, not " + std::to_string(key.size()));
  }
  TRY(expect_one_message(key));
  return SpkiParts{.type = KeyType::ed25519, .bits = 256, .point = key};
}

// SubjectPublicKeyInfo ::= SEQUENCE {
//   algorithm         AlgorithmIdentifier,  -- SEQUENCE { OBJECT IDENTIFIER, parameters OPTIONAL }
//   subjectPublicKey  BIT STRING }
Result<SpkiParts> read(BytesView der) {
  der::Reader outer(der);
  der::Reader spki = TRY(outer.sequence());
  TRY(outer.expect_end());
  der::Reader algorithm = TRY(spki.sequence());
  BytesView key = TRY(spki.bit_string());
  TRY(spki.expect_end());

  BytesView kind = TRY(algorithm.oid());
  if (equal(kind, oid::kEcPublicKey)) return read_ec(algorithm, key);
  if (equal(kind, oid::kRsa)) return read_rsa(algorithm, key);
  if (equal(kind, oid::kEd25519)) return read_ed25519(algorithm, key);
  return fail(kKeyUnsupported, "key algorithm " + der::oid_to_text(kind));
}

// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }   (RFC 8017 A.1.1)
Result<SpkiParts> read_rsa_numbers(BytesView der) {
  der::Reader outer(der);
  der::Reader numbers = TRY(outer.sequence());
  TRY(outer.expect_end());
  BytesView modulus = TRY(numbers.unsigned_integer());
  BytesView exponent = TRY(numbers.unsigned_integer());
  TRY(numbers.expect_end());

  unsigned bits = bit_length(modulus);
  if (bits < kMinRsaBits || bits > kMaxRsaBits) {
    return fail(kKeyUnsupported, "an RSA key of " + std::to_string(bits) + " bits");
  }
  if (!is_odd(modulus)) return fail(kKeyInvalid, "an even RSA modulus");
  if (!is_odd(exponent) || bit_length(exponent) < 2)
    return fail(kKeyInvalid, "an RSA exponent that is even or 1");
  if (exponent.size() > kMaxExponentBytes) {
    return fail(kKeyUnsupported, "an RSA exponent of " + std::to_string(bit_length(exponent)) + " bits");
  }
  return SpkiParts{.type = KeyType::rsa, .bits = bits, .modulus = modulus, .exponent = exponent};
}

/// What the DER reader said, as a complaint about a key.
Result<SpkiParts> as_key_error(Result<SpkiParts> parts) {
  if (parts || parts.error().is(kKeyUnsupported)) return parts;
  return fail(kKeyInvalid, "public key: " + parts.error().message());
}

}  // namespace

Result<SpkiParts> read_spki(BytesView der) {
  return as_key_error(read(der));
}

Result<SpkiParts> read_rsa_public_key(BytesView der) {
  return as_key_error(read_rsa_numbers(der));
}

Bytes wrap_rsa_public_key(BytesView der) {
  return der::sequence(
      {der::sequence({der::encode(der::kOid, oid::kRsa), der::encode(der::kNull, BytesView{})}),
       der::encode_bit_string(der)});
}

}  // namespace tomme
