#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/crypto/digest.h"

namespace tomme {

enum class KeyType : std::uint8_t { ecdsa_p256, ecdsa_p384, ecdsa_p521, rsa, ed25519 };
/// `none` for all but RSA. `pss_any_salt` verifies PSS whatever the length of its salt, as TUF's signers
/// choose it freely; it signs as `pss`.
enum class Padding : std::uint8_t { none, pkcs1, pss, pss_any_salt };

/// How a message becomes a signature with some key.
/// ECDSA: hash, then DER ECDSA-Sig-Value. RSA: hash, PKCS#1 v1.5 or PSS (MGF1 of the same hash, salt as
/// long as the hash). Ed25519: `hash` is ignored, the message itself is signed.
struct SignatureScheme {
  HashAlgorithm hash = HashAlgorithm::sha256;
  Padding padding = Padding::none;
  friend bool operator==(const SignatureScheme&, const SignatureScheme&) = default;
};

/// A key that was read, checked and kept ready: verification does not parse it again.
/// A cheap, thread-safe, immutable value.
class PublicKey {
 public:
  /// SubjectPublicKeyInfo (RFC 5280 4.1): P-256/384/521 named curves with uncompressed points that lie on
  /// the curve, RSA 2048 to 8192 bits with an odd exponent of at least 3, Ed25519.
  static Result<PublicKey> parse_spki(BytesView der);
  /// RSAPublicKey (RFC 8017 A.1.1), as old trust roots carry it.
  static Result<PublicKey> parse_rsa_pkcs1(BytesView der);
  /// PEM "PUBLIC KEY" or "RSA PUBLIC KEY".
  static Result<PublicKey> parse_pem(std::string_view text);

  KeyType type() const;
  unsigned bits() const;              ///< of the RSA modulus or the curve
  BytesView spki() const;             ///< canonical SubjectPublicKeyInfo; lives as long as the key
  const Sha256& spki_sha256() const;  ///< the log id of RFC 6962
  BytesView ed25519_point() const;    ///< 32 bytes; empty for other keys
  std::string describe() const;       ///< "ECDSA P-256", "RSA 4096", …

  /// SHA-256/384/512 by curve size; SHA-256 with PKCS#1 for RSA.
  SignatureScheme default_scheme() const;

  /// kSignatureInvalid unless `signature` is this key's over `message`. ECDSA signatures must be DER.
  Result<void> verify(const SignatureScheme& scheme, BytesView message, BytesView signature) const;
  /// The same where only the digest of the message is at hand; kSignatureNeedsContent for Ed25519.
  /// The digest's algorithm is the scheme's.
  Result<void> verify_digest(Padding padding, const Digest& digest, BytesView signature) const;

  friend bool operator==(const PublicKey& a, const PublicKey& b) { return equal(a.spki(), b.spki()); }

 private:
  friend class PrivateKey;
  struct Impl;
  explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// A signing key held in memory.
class PrivateKey {
 public:
  /// RSA keys are of `rsa_bits` (2048 to 8192). Randomness is libcrypto's.
  static Result<PrivateKey> generate(KeyType type, unsigned rsa_bits = 2048);
  static Result<PrivateKey> parse_pkcs8(BytesView der);
  static Result<PrivateKey> parse_pem(std::string_view text);  ///< "PRIVATE KEY", unencrypted

  const PublicKey& public_key() const;
  Result<Bytes> sign(const SignatureScheme& scheme, BytesView message) const;
  Result<Secret<Bytes>> to_pkcs8() const;

 private:
  struct Impl;
  explicit PrivateKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// `n` bytes of libcrypto's random generator.
Bytes random_bytes(std::size_t n);

}  // namespace tomme
