#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/key.h"
#include "io/pkcs11/module_internal.h"

namespace tomme::pkcs11 {

/// How a token is asked for a signature: the mechanism, and what it is given to sign. Digests are ours, as
/// tokens differ in which mechanisms hash, and metadata is long.
///   ECDSA     CKM_ECDSA          the digest, cut to the length of the curve's order
///   RSA       CKM_RSA_PKCS       DigestInfo (RFC 8017 section 9.2)
///   RSA-PSS   CKM_RSA_PKCS_PSS   the digest; MGF1 of the same hash, salt as long as it
///   Ed25519   CKM_EDDSA          the message
class SigningRequest {
 public:
  /// kPkcs11KeyType where the scheme does not fit the key.
  static Result<SigningRequest> make(const PublicKey& key, const SignatureScheme& scheme, BytesView message);

  ck_mechanism mechanism();  ///< lives as long as this stays where it is
  BytesView input() const { return input_; }
  /// The room that the token gets for its answer, in bytes. For Ed25519 exactly what it fills: NSS softoken
  /// refuses more (CKR_ARGUMENTS_BAD). Others have enough for RSA of 8192 bits.
  std::size_t answer_bytes() const { return type_ == CKM_EDDSA ? 64 : 1024; }
  /// The token's answer in the form of PrivateKey::sign: ECDSA's r and s, side by side, become DER.
  Result<Bytes> signature_of(BytesView answer) const;

 private:
  SigningRequest(ck_mechanism_type_t type, Bytes input) : type_(type), input_(std::move(input)) {}

  ck_mechanism_type_t type_;
  Bytes input_;
  ck_rsa_pkcs_pss_params pss_{};
};

}  // namespace tomme::pkcs11
