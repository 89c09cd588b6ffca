#include "core/crypto/timestamp.h"

#include <algorithm>
#include <array>
#include <openssl/evp.h>

#include "core/crypto/errors.h"
#include "core/crypto/libcrypto.h"
#include "core/crypto/openssl_internal.h"
#include "core/crypto/timestamp_internal.h"

namespace tomme {

using timestamp::EssCertId;
using timestamp::IssuerSerial;
using timestamp::SignerInfo;
using timestamp::Token;

struct Timestamp::Impl {
  Bytes der;  // what the token's views borrow from
  Token token;

  static Result<Timestamp> make(BytesView der, bool is_response, const Limits& limits);
};

namespace {

/// The hash that the first version of ESSCertID is made of (RFC 2634 5.4.1). It tells certificates apart and
/// proves nothing: the chain and the signature do that.
std::optional<std::array<std::uint8_t, 20>> sha1(BytesView bytes) {
  initialise_libcrypto();
  std::array<std::uint8_t, 20> out{};
  std::size_t size = 0;
  if (EVP_Q_digest(nullptr, "SHA1", nullptr, bytes.data(), bytes.size(), out.data(), &size) == 1 &&
      size == out.size())
    return out;
  openssl::clear_errors();
  return std::nullopt;
}

bool has_hash(const EssCertId& id, BytesView certificate) {
  if (id.algorithm) return equal(id.hash, digest(*id.algorithm, certificate).view());
  auto hash = sha1(certificate);
  return hash && equal(id.hash, *hash);
}

bool all_have_hash(const std::vector<EssCertId>& ids, BytesView certificate) {
  return std::all_of(ids.begin(), ids.end(), [&](const EssCertId& id) { return has_hash(id, certificate); });
}

bool is_of(const IssuerSerial& name, const Certificate& certificate) {
  return equal(name.issuer, certificate.issuer()) && equal(name.serial, certificate.serial());
}

/// The signer information and the signed attributes name this certificate.
bool names(const SignerInfo& signer, const Certificate& certificate) {
  const bool identified = signer.issuer_serial ? is_of(*signer.issuer_serial, certificate)
                                               : equal(signer.subject_key_id, certificate.subject_key_id());
  return identified && all_have_hash(signer.certificate_ids, certificate.der()) &&
         std::all_of(signer.certificate_ids.begin(), signer.certificate_ids.end(), [&](const EssCertId& id) {
           return !id.issuer_serial || is_of(*id.issuer_serial, certificate);
         });
}

/// The embedded certificate that the token names. Its place among the others means nothing, and what it says
/// of itself neither: the caller holds it against the chain of the trust root.
Result<Certificate> embedded_signer(const Token& token) {
  for (BytesView der : token.certificates) {
    if (!all_have_hash(token.signer.certificate_ids, der)) continue;
    auto certificate = Certificate::parse(der);
    if (certificate && names(token.signer, *certificate)) return certificate;
  }
  return fail(kTimestampAuthority,
              token.certificates.empty()
                  ? "neither the timestamp nor the trust root has the signer's certificate"
                  : "none of the embedded certificates is the one that the signer names");
}

Result<Certificate> find_signer(const Token& token, const std::optional<Certificate>& leaf) {
  if (!leaf) return embedded_signer(token);
  if (names(token.signer, *leaf)) return *leaf;
  return fail(kTimestampAuthority, "the timestamp names another signer than the authority's certificate");
}

Result<void> check_imprint(const Digest& imprint, BytesView message) {
  const Digest actual = digest(imprint.algorithm(), message);
  if (actual == imprint) return {};
  return fail(kTimestampImprint,
              "the timestamp is over " + imprint.to_hex() + ", the signature's digest is " + actual.to_hex());
}

// RFC 3161 2.3: the extended key usage is there once, critical, and for nothing else.
Result<void> check_purpose(const Certificate& signer) {
  const auto& usages = signer.extended_key_usages();
  if (usages.size() != 1 || usages.front() != kEkuTimeStamping || !signer.extended_key_usage_critical())
    return fail(kCertificatePurpose,
                "the timestamp's signer is not certified, critically, for time stamping alone");
  if (signer.has_key_usage() && !signer.allows(KeyUsage::digital_signature))
    return fail(kCertificatePurpose, "the timestamp's signer is not certified for digital signatures");
  return {};
}

Result<void> check_signature(const Token& token, const PublicKey& key) {
  const SignerInfo& signer = token.signer;
  if (!equal(signer.message_digest, digest(signer.digest, token.content).view()))
    return fail(kTimestampSignature, "the signed attributes are of another TSTInfo");
  if (!signer.algorithm.fits(key.type()))
    return fail(kTimestampSignature,
                "the signature's algorithm is not that of the signer's key, " + key.describe());
  if (!key.verify(signer.algorithm.scheme, signer.signed_attributes, signer.signature))
    return fail(kTimestampSignature, "the signer's key did not sign this timestamp");
  return {};
}

Result<void> as(const ErrorCode& code, Result<void> result) {
  if (result) return result;
  return fail(code, result.error().message());
}

}  // namespace

Result<Timestamp> Timestamp::Impl::make(BytesView der, bool is_response, const Limits& limits) {
  if (der.size() > limits.bytes)
    return fail(kTimestampInvalid, "the timestamp has " + std::to_string(der.size()) +
                                       " bytes, more than the " + std::to_string(limits.bytes) + " allowed");
  Bytes copy = to_bytes(der);
  BytesView content_info = copy;
  if (is_response) content_info = TRY(timestamp::granted_token(copy));
  Token token = TRY(timestamp::parse_token(content_info, limits));
  // Moving a vector keeps its bytes where they are, and with them the views.
  return Timestamp(std::make_shared<const Impl>(Impl{std::move(copy), std::move(token)}));
}

Result<Timestamp> Timestamp::parse(BytesView der, const Limits& limits) {
  auto timestamp = Impl::make(der, true, limits);
  if (timestamp) return timestamp;
  return fail(kTimestampInvalid, timestamp.error().message());
}

Result<Timestamp> Timestamp::parse_token(BytesView der, const Limits& limits) {
  auto timestamp = Impl::make(der, false, limits);
  if (timestamp) return timestamp;
  return fail(kTimestampInvalid, timestamp.error().message());
}

Time Timestamp::time() const {
  return impl_->token.info.time;
}
const Digest& Timestamp::imprint() const {
  return impl_->token.info.imprint;
}
std::optional<BytesView> Timestamp::nonce() const {
  return impl_->token.info.nonce;
}

Result<void> Timestamp::verify(BytesView message, const AuthorityChain& chain,
                               const std::optional<Certificate>& leaf) const {
  const Token& token = impl_->token;
  TRY(check_imprint(token.info.imprint, message));
  const Certificate signer = TRY(find_signer(token, leaf));
  TRY(as(kTimestampAuthority, chain.verify_issued(signer)));
  TRY(check_purpose(signer));
  TRY(check_signature(token, signer.key()));
  return as(kTimestampTime, chain.verify_times(signer, token.info.time));
}

}  // namespace tomme
