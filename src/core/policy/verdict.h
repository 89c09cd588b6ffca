#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/attestation/provenance.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/digest.h"
#include "core/packaging/dist_filename.h"
#include "core/policy/allowance.h"
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

/// What is known where a file has no attestation.
enum class NoProof : std::uint8_t {
  not_listed,      ///< the index that lists the file lists none
  none_elsewhere,  ///< nor has the other index that was asked
  on_no_page,      ///< no page lists the file, so that nobody could be asked
  impossible,      ///< no attestation can be for a file of its kind
};
/// "the index lists no attestation".
std::string_view describe(NoProof why);

/// Where a file was found, as far as a verdict depends on it.
struct FileOrigin {
  std::vector<std::string> also_named = {};  ///< other names by which it is known: its address's, METADATA's
  std::vector<std::string> indexes = {};     ///< whose pages list it, as canonical_index() writes them
  NoProof no_proof = NoProof::not_listed;    ///< what is known should it have no attestation
};

/// The answer to "may this file pass?", with its reasons in order. Only DistributionJudge makes it.
class Verdict {
 public:
  Decision decision() const { return decision_; }
  bool attested() const { return !signers_.empty(); }
  /// Somebody said who should sign, and all signers are such.
  bool expected() const { return expected_; }
  /// The option that let it pass without an attestation where one is required: "--allow demo".
  const std::optional<std::string>& allowed_by() const { return allowed_by_; }
  /// What is known; nothing where it has an attestation or what it has is no good.
  std::optional<NoProof> no_proof() const { return no_proof_; }
  /// What refused it; nothing unless denied.
  const std::optional<Error>& refusal() const { return refusal_; }
  const std::vector<VerifiedSignature>& signers() const { return signers_; }
  const std::vector<std::string>& trail() const { return trail_; }  ///< one sentence a step

 private:
  friend class DistributionJudge;
  Decision decision_ = Decision::deny;
  bool expected_ = false;
  std::optional<std::string> allowed_by_;
  std::optional<NoProof> no_proof_;
  std::optional<Error> refusal_;
  std::vector<VerifiedSignature> signers_;
  std::vector<std::string> trail_;
};

/// What is demanded of every distribution of one run. Immutable; const calls are thread-safe.
struct DistributionPolicy {
  bool require_attested = false;
  ExpectedSigners expected = {};
  Allowances allowed =
      {};  ///< though an attestation is required; an expected signer has to sign all the same
};

class DistributionJudge {
 public:
  DistributionJudge(std::shared_ptr<const Verifier> verifier, DistributionPolicy policy);

  /// Every attestation of every proof must verify over this digest, name this file, agree with the publisher
  /// that the index names, and be by a signer that is expected (where any is). Who is expected: the file's
  /// name, `origin.also_named` and the statements say whose file it may be, and for each such project a
  /// signer of that project's is wanted. No proof at all is a warning, or a refusal where a signer is
  /// expected, or where attestations are required and nothing allows this file to do without.
  Verdict judge(const DistFilename& filename, const Sha256& digest, const std::vector<Proof>& proofs,
                FileOrigin origin = {}) const;
  /// A file of a kind that PEP 740 has no attestations for: as one without proof.
  Verdict judge_unattestable(std::string_view filename, FileOrigin origin = {}) const;
  /// A refusal that was found before there was anything to judge (a proof that cannot be had or read).
  Verdict refuse(Error error) const;

 private:
  /// One list for each project whose file it may be: any of the list will do, but each list must be met.
  using Expected = std::vector<std::vector<const Expectation*>>;
  Expected expected_of(const std::vector<std::string>& names) const;
  void judge_without_proof(std::string_view filename, const Expected& expected, const FileOrigin& origin,
                           Verdict& verdict) const;
  std::shared_ptr<const Verifier> verifier_;
  DistributionPolicy policy_;
};

}  // namespace tomme
