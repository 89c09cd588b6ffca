#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/attestation/provenance.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/digest.h"
#include "core/packaging/dist_filename.h"
#include "core/policy/expectation.h"
#include "core/sigstore/verify.h"

namespace tomme {

enum class Decision : std::uint8_t { allow, warn, deny };

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

/// One signature that was verified.
struct Signer {
  Evidence evidence;
  std::optional<Publisher> publisher;             ///< as the index has it
  std::optional<PublisherProof> publisher_proof;  ///< how much of that is proven
  std::string who() const;                        ///< one line for a table
  /// A sentence where the index names a publisher of a kind that this program cannot compare.
  std::optional<std::string> not_compared() const;
};

/// Verifies every signature of a proof over `artifact`; any that fails is the result. Of PEP 740 objects the
/// statement must name `filename` (where there is none, as for a bare digest, the statement's own name is
/// taken), and the publisher that the index names must be the certificate's.
/// Who should have signed is not asked.
Result<std::vector<Signer>> verify_proof(const Verifier& verifier, const Proof& proof,
                                         const std::optional<std::string>& filename, Artifact& artifact);

/// The answer to "may this file pass?", with its reasons in order. Only DistributionJudge makes it.
class Verdict {
 public:
  Decision decision() const { return decision_; }
  bool attested() const { return !signers_.empty(); }
  /// Somebody said who should sign, and all signers are such.
  bool expected() const { return expected_; }
  /// What refused it; nothing unless denied.
  const std::optional<Error>& refusal() const { return refusal_; }
  const std::vector<Signer>& signers() const { return signers_; }
  const std::vector<std::string>& trail() const { return trail_; }  ///< one sentence a step

 private:
  friend class DistributionJudge;
  Decision decision_ = Decision::deny;
  bool expected_ = false;
  std::optional<Error> refusal_;
  std::vector<Signer> signers_;
  std::vector<std::string> trail_;
};

/// What is demanded of every distribution of one run. Immutable; const calls are thread-safe.
struct DistributionPolicy {
  bool require_attested = false;
  ExpectedSigners expected = {};
};

class DistributionJudge {
 public:
  DistributionJudge(std::shared_ptr<const Verifier> verifier, DistributionPolicy policy);

  /// Every attestation of every proof must verify over this digest, name this file, agree with the publisher
  /// that the index names, and be by a signer that is expected (where any is).
  /// No proof at all is a warning, or a refusal where attestations are required or a signer is expected.
  Verdict judge(const DistFilename& filename, const Sha256& digest, const std::vector<Proof>& proofs) const;
  /// A file of a kind that PEP 740 has no attestations for: as one without proof.
  Verdict judge_unattestable(std::string_view filename) const;
  /// A refusal that was found before there was anything to judge (a proof that cannot be had or read).
  Verdict refuse(Error error) const;

 private:
  std::vector<const Expectation*> expected_of(std::string_view filename) const;
  void judge_without_proof(std::string_view filename, const std::vector<const Expectation*>& expected,
                           Verdict& verdict) const;
  std::shared_ptr<const Verifier> verifier_;
  DistributionPolicy policy_;
};

}  // namespace tomme
