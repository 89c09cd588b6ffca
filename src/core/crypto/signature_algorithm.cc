#include <array>

#include "core/crypto/errors.h"
#include "core/crypto/oids_internal.h"
#include "core/crypto/signature_algorithm_internal.h"
#include "core/encoding/der.h"
#include "core/encoding/errors.h"

namespace tomme {

namespace {

using Family = SignatureAlgorithm::Family;

struct Named {
  BytesView oid;
  SignatureAlgorithm algorithm;
};
constexpr std::array<Named, 7> kNamed{{
    {oid::kEcdsaSha256, {Family::ecdsa, {HashAlgorithm::sha256, Padding::none}}},
    {oid::kEcdsaSha384, {Family::ecdsa, {HashAlgorithm::sha384, Padding::none}}},
    {oid::kEcdsaSha512, {Family::ecdsa, {HashAlgorithm::sha512, Padding::none}}},
    {oid::kRsaSha256, {Family::rsa, {HashAlgorithm::sha256, Padding::pkcs1}}},
    {oid::kRsaSha384, {Family::rsa, {HashAlgorithm::sha384, Padding::pkcs1}}},
    {oid::kRsaSha512, {Family::rsa, {HashAlgorithm::sha512, Padding::pkcs1}}},
    {oid::kEd25519, {Family::ed25519, {HashAlgorithm::sha256, Padding::none}}},
}};

/// The inside of one AlgorithmIdentifier ::= SEQUENCE { OBJECT IDENTIFIER, parameters ANY OPTIONAL }
Result<der::Reader> open(BytesView der) {
  der::Reader outer(der);
  der::Reader inner = TRY(outer.sequence());
  TRY(outer.expect_end());
  return inner;
}

Result<void> expect_null_or_nothing(der::Reader& parameters) {
  std::optional<der::Element> null = TRY(parameters.optional(der::kNull));
  if (null && !null->body.empty()) return fail(kDerInvalid, "a NULL with contents");
  return parameters.expect_end();
}

/// `[n] EXPLICIT` around one element.
Result<BytesView> explicit_element(der::Reader& reader, unsigned n) {
  der::Reader inner = TRY(reader.nested(der::context_constructed(n)));
  der::Element element = TRY(inner.any());
  TRY(inner.expect_end());
  return element.whole;
}

// RSASSA-PSS-params ::= SEQUENCE {   (RFC 4055 3.1)
//   hashAlgorithm    [0] HashAlgorithm DEFAULT sha1,      -- so present here
//   maskGenAlgorithm [1] MaskGenAlgorithm DEFAULT mgf1SHA1,  -- so present here
//   saltLength       [2] INTEGER DEFAULT 20,              -- so present here
//   trailerField     [3] INTEGER DEFAULT 1 }              -- only 1 exists, so absent in DER
Result<SignatureAlgorithm> read_pss(der::Reader algorithm) {
  der::Reader parameters = TRY(algorithm.sequence());
  TRY(algorithm.expect_end());
  HashAlgorithm hash = TRY(read_hash_algorithm(TRY(explicit_element(parameters, 0))));

  der::Reader mask = TRY(open(TRY(explicit_element(parameters, 1))));
  if (!equal(TRY(mask.oid()), oid::kMgf1)) return fail(kKeyUnsupported, "a PSS mask other than MGF1");
  HashAlgorithm mask_hash = TRY(read_hash_algorithm(TRY(mask.any()).whole));
  TRY(mask.expect_end());
  if (mask_hash != hash) return fail(kKeyUnsupported, "PSS with two different hashes");

  der::Reader salt(TRY(explicit_element(parameters, 2)));
  std::int64_t bytes = TRY(salt.small_integer());
  TRY(parameters.expect_end());
  if (bytes != static_cast<std::int64_t>(digest_size(hash))) {
    return fail(kKeyUnsupported, "PSS with a salt of " + std::to_string(bytes) + " bytes");
  }
  return SignatureAlgorithm{Family::rsa, {hash, Padding::pss}};
}

}  // namespace

bool SignatureAlgorithm::fits(KeyType key) const {
  switch (key) {
    case KeyType::ecdsa_p256:
    case KeyType::ecdsa_p384:
    case KeyType::ecdsa_p521:
      return family == Family::ecdsa;
    case KeyType::rsa:
      return family == Family::rsa;
    case KeyType::ed25519:
      return family == Family::ed25519;
  }
  std::unreachable();
}

Result<SignatureAlgorithm> read_signature_algorithm(BytesView der) {
  der::Reader inner = TRY(open(der));
  BytesView name = TRY(inner.oid());
  if (equal(name, oid::kRsaPss)) return read_pss(inner);
  for (const Named& named : kNamed) {
    if (!equal(name, named.oid)) continue;
    if (named.algorithm.family == Family::rsa) {
      TRY(expect_null_or_nothing(inner));
    } else {
      TRY(inner.expect_end());
    }
    return named.algorithm;
  }
  return fail(kKeyUnsupported, "signature algorithm " + der::oid_to_text(name));
}

Result<HashAlgorithm> read_hash_algorithm(BytesView der) {
  der::Reader inner = TRY(open(der));
  BytesView name = TRY(inner.oid());
  TRY(expect_null_or_nothing(inner));
  if (equal(name, oid::kSha256)) return HashAlgorithm::sha256;
  if (equal(name, oid::kSha384)) return HashAlgorithm::sha384;
  if (equal(name, oid::kSha512)) return HashAlgorithm::sha512;
  return fail(kKeyUnsupported, "hash algorithm " + der::oid_to_text(name));
}

}  // namespace tomme
