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
constexpr std::size_t kMaxExponentOctets = 8;

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
                  "the point is not " + std::to_string(1 + 2 * coordinate) + " octets in uncompressed form");
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

// RFC 8410 3 and 4: parameters are absent, the key is 32 octets.
Result<SpkiParts> read_ed25519(der::Reader parameters, BytesView key) {
  TRY(parameters.expect_end());
  if (key.size() != 32) {
    return fail(kKeyInvalid, "an Ed25519 key has 32 octets, not " + std::to_string(key.size()));
  }
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
  if (exponent.size() > kMaxExponentOctets) {
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
