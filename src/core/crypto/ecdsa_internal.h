#pragma once

#include <memory>

#include "core/base/bytes.h"
#include "core/crypto/key.h"

// EC_KEY of libcrypto, declared here so that its deprecated header is included by ecdsa.cc alone.
struct ec_key_st;

namespace tomme {

/// An ECDSA public key ready for verification: the one seam behind which a curve's implementation can be
/// changed.
///
/// This is libcrypto's EC_KEY and not EVP_PKEY, although 3.0 calls the former deprecated: measured there,
/// importing a P-256 point costs 3 us instead of 23 (each bundle brings a new key), verification 2 to 4 us
/// less, and no provider lock is taken that two threads would share.
class EcdsaKey {
 public:
  EcdsaKey() = default;
  /// Nothing where `point` (0x04 x y, of the curve's size) does not lie on the curve.
  static EcdsaKey import(KeyType curve, BytesView point);
  explicit operator bool() const { return key_ != nullptr; }

  /// `signature` is DER Ecdsa-Sig-Value (RFC 3279 2.2.3) in its one canonical form, and verifies over
  /// `digest`, of which the leftmost bits count where it is longer than the curve's order (FIPS 186-4 6.4).
  bool verify(BytesView digest, BytesView signature) const;

 private:
  struct Free {
    void operator()(ec_key_st* key) const;
  };
  std::unique_ptr<ec_key_st, Free> key_;
};

}  // namespace tomme
