// See ecdsa_internal.h for why.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/obj_mac.h>
#include <optional>

#include "core/crypto/ecdsa_internal.h"
#include "core/crypto/libcrypto.h"
#include "core/crypto/openssl_internal.h"
#include "core/encoding/der.h"

namespace tomme {

namespace {

using BigNumber = openssl::Handle<BIGNUM, &BN_free>;
using Signature = openssl::Handle<ECDSA_SIG, &ECDSA_SIG_free>;

const EC_GROUP* new_group(int nid) {
  initialise_libcrypto();
  EC_GROUP* group = EC_GROUP_new_by_curve_name(nid);
  openssl::must(group != nullptr, "EC_GROUP_new_by_curve_name");
  return group;
}

/// Kept for the life of the process: making a group costs four times as much as importing a point.
const EC_GROUP* group_of(KeyType curve) {
  static const EC_GROUP* const p256 = new_group(NID_X9_62_prime256v1);
  if (curve == KeyType::ecdsa_p256) return p256;
  static const EC_GROUP* const p384 = new_group(NID_secp384r1);
  if (curve == KeyType::ecdsa_p384) return p384;
  static const EC_GROUP* const p521 = new_group(NID_secp521r1);
  return p521;
}

struct Numbers {
  BytesView r, s;
};

// Ecdsa-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }
Result<Numbers> read_numbers(BytesView der) {
  der::Reader outer(der);
  der::Reader numbers = TRY(outer.sequence());
  TRY(outer.expect_end());
  BytesView r = TRY(numbers.unsigned_integer());
  BytesView s = TRY(numbers.unsigned_integer());
  TRY(numbers.expect_end());
  return Numbers{r, s};
}

BigNumber to_number(BytesView big_endian) {
  return BigNumber(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
}

Signature to_signature(const Numbers& numbers) {
  BigNumber r = to_number(numbers.r);
  BigNumber s = to_number(numbers.s);
  Signature signature(ECDSA_SIG_new());
  openssl::must(r && s && signature, "ECDSA_SIG_new");
  ECDSA_SIG_set0(signature.get(), r.release(), s.release());
  return signature;
}

/// No integer below the largest order (P-521) is longer.
constexpr std::size_t kMaxNumberBytes = 66;

}  // namespace

void EcdsaKey::Free::operator()(ec_key_st* key) const {
  EC_KEY_free(key);
}

EcdsaKey EcdsaKey::import(KeyType curve, BytesView point) {
  EcdsaKey out;
  out.key_.reset(EC_KEY_new());
  openssl::must(out.key_ && EC_KEY_set_group(out.key_.get(), group_of(curve)) == 1, "EC_KEY_set_group");
  if (EC_KEY_oct2key(out.key_.get(), point.data(), point.size(), nullptr) != 1) {
    openssl::clear_errors();
    out.key_.reset();
  }
  return out;
}

bool EcdsaKey::verify(BytesView digest, BytesView signature) const {
  Result<Numbers> numbers = read_numbers(signature);
  if (!numbers || numbers->r.size() > kMaxNumberBytes || numbers->s.size() > kMaxNumberBytes) return false;
  Signature parsed = to_signature(*numbers);
  // That r and s lie in [1, n-1] is checked by ECDSA_do_verify.
  bool verified =
      ECDSA_do_verify(digest.data(), static_cast<int>(digest.size()), parsed.get(), key_.get()) == 1;
  if (!verified) openssl::clear_errors();
  return verified;
}

}  // namespace tomme
