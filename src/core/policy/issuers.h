#pragma once

#include "core/base/result.h"
#include "core/policy/pattern.h"
#include "core/sigstore/identity.h"

namespace tomme {

/// Whether the issuer of `identity` is one that may vouch for what `expected` means, where nobody named an
/// issuer: anyone may run one, and put into a certificate whatever name its users ask for.
///
///   a URI of GitHub, GitLab or CircleCI   the issuer of that forge
///   another https URI                     an issuer on that host or below it
///   an e-mail address                     the logins of GitHub, Google and Microsoft, which check it
///   any other name                        none: the issuer must be named
///
/// kPolicyIssuer.
Result<void> expect_known_issuer(const Identity& identity, const Pattern& expected);

/// Whether the certificate's name is of the kind that `expected` means: a URI, an e-mail address, another.
/// One text may stand for different signers in each.
bool is_of_kind(const SubjectName& subject, const Pattern& expected);

}  // namespace tomme
