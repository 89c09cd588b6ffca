#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/packaging/dist_filename.h"
#include "core/policy/allowance.h"
#include "core/policy/expectation.h"
#include "core/policy/proof.h"
#include "core/policy/verdict.h"
#include "core/sigstore/verify.h"

namespace tomme {

/// One list for each project whose file it may be: any of the list will do, but each list must be met.
using ExpectedOfEach = std::vector<std::vector<const Expectation*>>;
/// kPolicyIdentity and its kin where a signature is not by a signer of each list.
Result<void> expect_signer_of_each(const VerifiedSignature& signer, const ExpectedOfEach& expected);

/// What is asked of each signature over one file, beyond that it is genuine.
struct Demand {
  /// Holds it against who is expected. Nothing: no signer is, and the verdict is a warning.
  std::function<Result<void>(const VerifiedSignature&)> signer = {};
  /// A signed statement may say anything of its file ("it failed its tests"): it has to be a publish
  /// attestation or SLSA provenance, but where the caller asked for another predicate type, or shows what is
  /// said.
  bool any_statement = false;
};

/// The one judge of what is signed: `verify`, `run` and `sigstore` ask it. Immutable; const calls are
/// thread-safe.
class SignatureJudge {
 public:
  /// Not empty. Each trust root in turn may verify a proof: an instance's bundle holds by its own alone.
  explicit SignatureJudge(std::vector<std::shared_ptr<const Verifier>> verifiers);

  /// Of every choice one proof must hold: verify over `artifact` (see verify_proof) and be as demanded. The
  /// demand is asked for when all proofs are verified, with the names that their statements have for the
  /// file. Without any signature the verdict denies, without a refusal.
  Verdict judge(const std::vector<ProofChoice>& choices, const std::optional<std::string>& filename,
                Artifact& artifact,
                const std::function<Demand(const std::vector<std::string>& names)>& demand) const;

 private:
  Result<std::vector<VerifiedSignature>> verify(const Proof& proof,
                                                const std::optional<std::string>& filename,
                                                Artifact& artifact) const;
  std::vector<std::shared_ptr<const Verifier>> verifiers_;
};

/// Where a file was found, as far as a verdict depends on it.
struct FileOrigin {
  std::vector<std::string> also_named = {};  ///< other names by which it is known: its address's, METADATA's
  std::vector<std::string> indexes = {};     ///< whose pages list it, as canonical_index() writes them
  NoProof no_proof = NoProof::not_listed;    ///< what is known should it have no attestation
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
  ExpectedOfEach expected_of(const std::vector<std::string>& names) const;
  void judge_without_proof(std::string_view filename, const ExpectedOfEach& expected,
                           const FileOrigin& origin, Verdict& verdict) const;
  SignatureJudge signatures_;
  DistributionPolicy policy_;
};

}  // namespace tomme
