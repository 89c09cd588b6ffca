#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/attestation/provenance.h"
#include "core/base/result.h"
#include "core/policy/publisher_check.h"
#include "core/sigstore/verify.h"

namespace tomme {

/// One document that came with a file, read but not believed.
struct Proof {
  std::string source;  ///< where it came from, for messages
  std::variant<Provenance, Attestation, Bundle> document;

  enum class Kind : std::uint8_t { provenance, attestation, bundle };
  static Result<Proof> parse(Kind kind, std::string source, std::string_view text,
                             const Provenance::Limits& limits = {});
  /// Tells the kind by the members that each has.
  static Result<Proof> parse_any(std::string source, std::string_view text);
};

/// What one file of proof brings. Of several bundles in it one has to hold: they are about one artifact, by
/// as many signers as there were.
using ProofChoice = std::vector<Proof>;

/// One signature that was verified.
struct VerifiedSignature {
  Evidence evidence;
  std::optional<TrustedPublisher> publisher;      ///< as the index has it
  std::optional<PublisherProof> publisher_proof;  ///< how much of that is proven
  std::string who() const;                        ///< one line for a table
  /// A sentence where the index names a publisher of a kind that this program cannot compare.
  std::optional<std::string> not_compared() const;
};

/// Verifies every signature of a proof over `artifact`; any that fails is the result. Of PEP 740 objects the
/// statement must name `filename` (where there is none, as for a bare digest, the statement's own name is
/// taken), and the publisher that the index names must be the certificate's.
/// Who should have signed is not asked.
Result<std::vector<VerifiedSignature>> verify_proof(const Verifier& verifier, const Proof& proof,
                                                    const std::optional<std::string>& filename,
                                                    Artifact& artifact);

}  // namespace tomme
