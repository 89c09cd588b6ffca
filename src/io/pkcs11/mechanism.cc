#include <algorithm>

#include "core/encoding/der.h"
#include "io/pkcs11/errors.h"
#include "io/pkcs11/mechanism_internal.h"

namespace tomme::pkcs11 {

namespace {

struct Hash {
  std::string_view oid;
  ck_mechanism_type_t mechanism;
  ck_rsa_pkcs_mgf_type_t mgf;
};

Hash hash_of(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::sha256:
      return {"2.16.840.1.101.3.4.2.1", CKM_SHA256, CKG_MGF1_SHA256};
    case HashAlgorithm::sha384:
      return {"2.16.840.1.101.3.4.2.2", CKM_SHA384, CKG_MGF1_SHA384};
    case HashAlgorithm::sha512:
      return {"2.16.840.1.101.3.4.2.3", CKM_SHA512, CKG_MGF1_SHA512};
  }
  std::unreachable();
}

Bytes bytes_of_view(BytesView view) {
  return Bytes(view.begin(), view.end());
}

// DigestInfo ::= SEQUENCE { SEQUENCE { OBJECT IDENTIFIER, NULL }, OCTET STRING }
Bytes digest_info(const Digest& digest) {
  const Bytes oid = der::encode_oid(hash_of(digest.algorithm()).oid);
  const Bytes null = der::encode(der::kNull, BytesView());
  const Bytes algorithm = der::sequence({oid, null});
  const Bytes bytes = der::encode_octet_string(digest.view());
  return der::sequence({algorithm, bytes});
}

}  // namespace

Result<SigningRequest> SigningRequest::make(const PublicKey& key, const SignatureScheme& scheme,
                                            BytesView message) {
  const bool is_rsa = key.type() == KeyType::rsa;
  if (is_rsa != (scheme.padding != Padding::none)) {
    return fail(kPkcs11KeyType, "the key is " + key.describe() + ", which this scheme is not for");
  }
  if (key.type() == KeyType::ed25519) return SigningRequest(CKM_EDDSA, bytes_of_view(message));
  const Digest of_message = digest(scheme.hash, message);
  if (scheme.padding == Padding::pkcs1) return SigningRequest(CKM_RSA_PKCS, digest_info(of_message));
  const BytesView bytes = of_message.view();
  if (!is_rsa) {
    const std::size_t order = (key.bits() + 7) / 8;
    return SigningRequest(CKM_ECDSA, bytes_of_view(bytes.first(std::min(bytes.size(), order))));
  }
  SigningRequest request(CKM_RSA_PKCS_PSS, bytes_of_view(bytes));
  const Hash hash = hash_of(scheme.hash);
  request.pss_ = {hash.mechanism, hash.mgf, bytes.size()};
  return request;
}

ck_mechanism SigningRequest::mechanism() {
  if (type_ == CKM_RSA_PKCS_PSS) return {type_, &pss_, sizeof pss_};
  return {type_, nullptr, 0};
}

Result<Bytes> SigningRequest::signature_of(BytesView answer) const {
  if (type_ != CKM_ECDSA) return bytes_of_view(answer);
  if (answer.empty() || answer.size() % 2 != 0) {
    return fail(kPkcs11Signature, "the token made an ECDSA signature of " + std::to_string(answer.size()) +
                                      " bytes, which are no two numbers");
  }
  const Bytes r = der::encode_unsigned(answer.first(answer.size() / 2));
  const Bytes s = der::encode_unsigned(answer.last(answer.size() / 2));
  return der::sequence({r, s});
}

}  // namespace tomme::pkcs11
