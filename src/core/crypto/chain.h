#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/certificate.h"

namespace tomme {

/// Whether the signatures between an authority's certificates still have to be verified. They have not for
/// the roots that are built into the program: those are constants, and a test verifies them.
enum class LinkSignatures : bool { verify, verified_at_build };

/// A certificate authority's own certificates, from the one that issues leaves up to the trusted one
/// (the anchor; not required to be self-signed). The links between them are verified once, here: what
/// `make` returns is used for every leaf. A single certificate is an anchor that issues leaves itself.
/// Immutable, cheap to copy.
class AuthorityChain {
 public:
  /// `certificates`: issuer first, anchor last; 1 to 8. Each is a CA (basicConstraints, keyCertSign), signs
  /// the one before it by key and by name, and its pathLenConstraint allows what is below it. Extended key
  /// usages on the way, where present, must allow `extended_key_usage`. Time is not looked at yet.
  static Result<AuthorityChain> make(std::vector<Certificate> certificates,
                                     std::string_view extended_key_usage,
                                     LinkSignatures links = LinkSignatures::verify);

  const Certificate& issuer() const { return certificates_.front(); }
  const Certificate& anchor() const { return certificates_.back(); }
  const std::vector<Certificate>& certificates() const { return certificates_; }

  /// `leaf` was issued by issuer() (key and name) and is no CA; leaf and every certificate of the chain were
  /// valid at `at` (closed interval); no critical extension is left that nobody understood.
  /// The caller still checks key usage, extended key usage, names and SCTs of the leaf.
  Result<void> verify_leaf(const Certificate& leaf, Time at) const;
  /// The time part alone, for a leaf whose issuer was verified before.
  Result<void> verify_times(const Certificate& leaf, Time at) const;
  /// The part of verify_leaf that does not depend on time.
  Result<void> verify_issued(const Certificate& leaf) const;

  /// verify_issued, once: this very certificate is known from then on. For authorities whose own certificate
  /// a trust root names, as timestamp authorities have.
  Result<void> admit(const Certificate& leaf, LinkSignatures links = LinkSignatures::verify);

 private:
  explicit AuthorityChain(std::vector<Certificate> certificates) : certificates_(std::move(certificates)) {}
  std::vector<Certificate> certificates_;
  std::vector<Certificate> admitted_;
};

}  // namespace tomme
