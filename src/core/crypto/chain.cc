#include "core/crypto/chain.h"

#include <algorithm>
#include <utility>

#include "core/crypto/errors.h"

namespace tomme {

namespace {

constexpr std::size_t kMaxCertificates = 8;

std::unexpected<Error> broken(std::string message) {
  return fail(kCertificateChain, std::move(message));
}

std::string quoted(const Certificate& certificate) {
  return "'" + certificate.describe() + "'";
}

/// Nothing that is critical may be left unread; name constraints are read but not applied.
Result<void> expect_understood(const Certificate& certificate) {
  if (!certificate.unknown_critical().empty()) {
    return broken(quoted(certificate) + " has the unknown critical extension " +
                  certificate.unknown_critical());
  }
  if (certificate.has_name_constraints()) {
    return broken(quoted(certificate) + " has name constraints, which are not applied here");
  }
  return {};
}

Result<void> expect_authority(const Certificate& certificate, std::string_view extended_key_usage) {
  TRY(expect_understood(certificate));
  if (!certificate.is_ca()) return broken(quoted(certificate) + " is not a certificate authority's");
  if (!certificate.allows(KeyUsage::key_cert_sign)) {
    return broken(quoted(certificate) + " may not sign certificates");
  }
  if (!certificate.extended_key_usages().empty() && !certificate.allows_extended(extended_key_usage)) {
    return fail(kCertificatePurpose,
                quoted(certificate) + " may not issue for the use " + std::string(extended_key_usage));
  }
  return {};
}

/// `below` authorities stand between this one and the leaf. Self-issued ones are counted too, which RFC 5280
/// 6.1.4 does not: stricter, and simple.
Result<void> expect_path_length(const Certificate& certificate, std::size_t below) {
  if (!certificate.path_length() || *certificate.path_length() >= below) return {};
  return broken(quoted(certificate) + " allows " + std::to_string(*certificate.path_length()) +
                " authorities below it, not " + std::to_string(below));
}

/// Names are compared byte by byte: an authority writes its name one way.
Result<void> expect_issued(const Certificate& subject, const Certificate& issuer, LinkSignatures links) {
  if (!equal(subject.issuer(), issuer.subject())) {
    return broken(quoted(subject) + " was issued by '" + name_to_text(subject.issuer()) + "', not by " +
                  quoted(issuer));
  }
  if (!subject.authority_key_id().empty() && !issuer.subject_key_id().empty() &&
      !equal(subject.authority_key_id(), issuer.subject_key_id())) {
    return broken(quoted(subject) + " names another key of " + quoted(issuer) + " as its issuer's");
  }
  if (links == LinkSignatures::verified_at_build) return {};
  Result<void> signature = subject.verify_signed_by(issuer.key());
  if (!signature) return broken(quoted(subject) + " was not signed by " + quoted(issuer));
  return {};
}

Result<void> expect_issued_leaf(const Certificate& leaf, const Certificate& issuer, LinkSignatures links) {
  TRY(expect_understood(leaf));
  if (leaf.is_ca()) {
    return broken(quoted(leaf) + " is a certificate authority's where a signer's is expected");
  }
  return expect_issued(leaf, issuer, links);
}

Result<void> expect_valid(const Certificate& certificate, Time at) {
  const TimeRange& validity = certificate.validity();
  if (validity.contains(at)) return {};
  return fail(kCertificateTime, quoted(certificate) + " is valid from " + to_rfc3339(validity.start) +
                                    " to " + to_rfc3339(*validity.end) + ", not at " + to_rfc3339(at));
}

}  // namespace

Result<AuthorityChain> AuthorityChain::make(std::vector<Certificate> certificates,
                                            std::string_view extended_key_usage, LinkSignatures links) {
  if (certificates.empty() || certificates.size() > kMaxCertificates) {
    return broken("a certificate authority has 1 to " + std::to_string(kMaxCertificates) +
                  " certificates, not " + std::to_string(certificates.size()));
  }
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    TRY(expect_authority(certificates[i], extended_key_usage));
    TRY(expect_path_length(certificates[i], i));
    if (i > 0) TRY(expect_issued(certificates[i - 1], certificates[i], links));
  }
  return AuthorityChain(std::move(certificates));
}

Result<void> AuthorityChain::verify_leaf(const Certificate& leaf, Time at) const {
  TRY(verify_issued(leaf));
  return verify_times(leaf, at);
}

Result<void> AuthorityChain::verify_times(const Certificate& leaf, Time at) const {
  TRY(expect_valid(leaf, at));
  for (const Certificate& certificate : certificates_) TRY(expect_valid(certificate, at));
  return {};
}

Result<void> AuthorityChain::admit(const Certificate& leaf, LinkSignatures links) {
  TRY(expect_issued_leaf(leaf, issuer(), links));
  admitted_.push_back(leaf);
  return {};
}

Result<void> AuthorityChain::verify_issued(const Certificate& leaf) const {
  if (std::ranges::find(admitted_, leaf) != admitted_.end()) return {};
  return expect_issued_leaf(leaf, issuer(), LinkSignatures::verify);
}

}  // namespace tomme
