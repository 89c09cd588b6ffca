#pragma once

#include <string>
#include <string_view>

#include "core/attestation/provenance.h"
#include "core/base/result.h"
#include "core/sigstore/identity.h"

namespace tomme {

/// How much of a publisher object the certificate proves.
struct PublisherProof {
  bool compared;            ///< false for kinds of publisher that this program does not know
  bool environment_proven;  ///< claim 23 is present and the same; else the environment is the index's word
};

/// Holds what the index says against the certificate: kPolicyPublisher where they contradict each other, or
/// where the kind is not known and the certificate is of an issuer whose publishers are all of a known one.
Result<PublisherProof> check_publisher(const TrustedPublisher& publisher, const Identity& identity);

/// "github:owner/repository:workflow[:environment]", "gitlab:group/project:file[:environment]",
/// "circleci:PROJECT-ID[:PIPELINE-DEFINITION-ID]", "google:E-MAIL".
Result<TrustedPublisher> parse_publisher_expectation(std::string_view text);
/// Each text of `expected` is a pattern; what is empty is not asked for.
/// kPolicyIdentity where the certificate is another's.
Result<void> expect_publisher(const TrustedPublisher& expected, const Identity& identity);
/// Whether it tells one publisher from another.
bool names_somebody(const TrustedPublisher& expected);
/// "GitHub owner/name (release.yml) in environment pypi" for messages.
std::string describe(const TrustedPublisher& publisher);

}  // namespace tomme
