#include "core/policy/judge.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/attestation/errors.h"
#include "core/crypto/errors.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"
#include "core/sigstore/errors.h"

namespace tomme {

namespace {

/// `expected` is not empty.
Result<void> expect_one_of(const VerifiedSignature& signer, const std::vector<const Expectation*>& expected) {
  if (!signer.evidence.identity()) {
    return fail(kPolicyIdentity,
                "it was signed with a key, and " + expected.front()->describe() + " was expected");
  }
  Result<void> result;
  for (const Expectation* expectation : expected) {
    result = expect_signer(*signer.evidence.identity(), *expectation);
    if (result) return {};
  }
  return result;
}

/// By PEP 740 a statement names its file; a bundle's may name anything.
void add_subjects(const Proof& proof, const std::vector<VerifiedSignature>& signers,
                  std::vector<std::string>& names) {
  if (std::holds_alternative<Bundle>(proof.document)) return;
  for (const VerifiedSignature& signer : signers) {
    for (const StatementSubject& subject : signer.evidence.statement()->subjects)
      names.push_back(subject.name);
  }
}

constexpr std::array<std::string_view, 3> kKnownPredicates{kPublishPredicate, kSlsaPredicate,
                                                           "https://slsa.dev/provenance/v0.2"};

Result<void> expect_known_statement(const VerifiedSignature& signature) {
  const auto& statement = signature.evidence.statement();
  if (!statement || std::ranges::find(kKnownPredicates, statement->predicate_type) != kKnownPredicates.end())
    return {};
  return fail(kPolicyPredicate, "signed statement: " + printable(statement->predicate_type) + ", by " +
                                    signature.who() + ", and statements of that kind were not asked for");
}

Result<void> expect_demanded(const std::vector<VerifiedSignature>& signatures, const Demand& demand) {
  for (const VerifiedSignature& signature : signatures) {
    if (demand.signer) TRY(demand.signer(signature));
    if (!demand.any_statement) TRY(expect_known_statement(signature));
  }
  return {};
}

}  // namespace

Result<void> expect_signer_of_each(const VerifiedSignature& signer, const ExpectedOfEach& expected) {
  for (const auto& of_one_project : expected) TRY(expect_one_of(signer, of_one_project));
  return {};
}

SignatureJudge::SignatureJudge(std::vector<std::shared_ptr<const Verifier>> verifiers)
    : verifiers_(std::move(verifiers)) {}

Result<std::vector<VerifiedSignature>> SignatureJudge::verify(const Proof& proof,
                                                              const std::optional<std::string>& filename,
                                                              Artifact& artifact) const {
  std::optional<Error> first;
  for (const auto& verifier : verifiers_) {
    auto signatures = verify_proof(*verifier, proof, filename, artifact);
    if (signatures) return signatures;
    // Another instance's root knows neither the log nor the authority: that says least.
    const bool foreign = signatures.error().is(kEntryUnknownLog) || signatures.error().is(kCertificateChain);
    if (!first || !foreign) first = std::move(signatures).error();
  }
  return std::unexpected(*std::move(first));
}

Verdict SignatureJudge::judge(
    const std::vector<ProofChoice>& choices, const std::optional<std::string>& filename, Artifact& artifact,
    const std::function<Demand(const std::vector<std::string>& names)>& demand) const {
  std::vector<std::vector<Result<std::vector<VerifiedSignature>>>> verified;  // of each proof of each choice
  std::vector<std::string> names;
  Verdict verdict;
  const auto refuse = [&](const ProofChoice& choice, Error error) {
    const std::string none = "none of its " + std::to_string(choice.size()) + " bundles holds";
    verdict.signers_.clear();
    verdict.trail_.push_back(printable(choice.front().source) + ": " + error.message());
    verdict.refusal_ = choice.size() > 1 ? std::move(error).in(none) : std::move(error);
    return verdict;
  };
  for (const ProofChoice& choice : choices) {
    auto& of_choice = verified.emplace_back();
    for (const Proof& proof : choice) {
      of_choice.push_back(verify(proof, filename, artifact));
      if (of_choice.back()) add_subjects(proof, *of_choice.back(), names);
      if (choice.size() == 1 && !of_choice.back()) return refuse(choice, of_choice.back().error());
    }
  }
  const Demand demanded = demand(names);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    std::optional<Error> why;
    bool held = false;
    std::vector<VerifiedSignature> strangers;
    for (std::size_t j = 0; j < choices[i].size(); ++j) {
      const Proof& proof = choices[i][j];
      auto& signatures = verified[i][j];
      const Result<void> ok =
          signatures ? expect_demanded(*signatures, demanded) : std::unexpected(signatures.error());
      if (choices[i].size() > 1) {
        verdict.notes_.push_back(proof.source +
                                 (ok ? " holds" : " was passed over: " + ok.error().message()));
      }
      if (!ok) {
        // What is genuine and not as expected tells more than what is not.
        if (!why || (signatures && strangers.empty())) why = ok.error();
        if (signatures && strangers.empty()) strangers = *std::move(signatures);
        continue;
      }
      held = true;
      for (VerifiedSignature& signature : *signatures) {
        verdict.trail_.push_back(printable(proof.source) + ": signed by " + signature.who());
        if (const auto word = signature.not_compared())
          verdict.trail_.push_back(printable(proof.source) + ": " + *word);
        verdict.signers_.push_back(std::move(signature));
      }
    }
    if (!held) {
      verdict.strangers_ = std::move(strangers);
      return refuse(choices[i], *std::move(why));
    }
  }
  verdict.expected_ = verdict.attested() && demanded.signer;
  if (verdict.attested()) verdict.decision_ = verdict.expected_ ? Decision::allow : Decision::warn;
  return verdict;
}

DistributionJudge::DistributionJudge(std::shared_ptr<const Verifier> verifier, DistributionPolicy policy)
    : signatures_({std::move(verifier)}), policy_(std::move(policy)) {}

Verdict DistributionJudge::refuse(Error error) const {
  Verdict verdict;
  verdict.trail_.push_back(error.message());
  verdict.refusal_ = std::move(error);
  return verdict;
}

Verdict DistributionJudge::judge(const DistFilename& filename, const Sha256& digest,
                                 const std::vector<Proof>& proofs, FileOrigin origin) const {
  std::vector<std::string>& names = origin.also_named;
  names.push_back(filename.as_written());
  if (proofs.empty()) {
    Verdict verdict;
    judge_without_proof(filename.as_written(), expected_of(names), origin, verdict);
    return verdict;
  }
  DigestArtifact artifact{Digest(digest)};
  std::vector<ProofChoice> choices;
  for (const Proof& proof : proofs) choices.push_back({proof});
  Verdict verdict = signatures_.judge(
      choices, filename.as_written(), artifact, [&](const std::vector<std::string>& stated) {
        names.insert(names.end(), stated.begin(), stated.end());
        ExpectedOfEach expected = expected_of(names);
        if (expected.empty()) return Demand{};
        return Demand{.signer = [expected = std::move(expected)](const VerifiedSignature& signer) {
          return expect_signer_of_each(signer, expected);
        }};
      });
  // An attestation that is not one (provenance without any) leaves the file without.
  if (!verdict.refusal() && !verdict.attested())
    judge_without_proof(filename.as_written(), expected_of(names), origin, verdict);
  if (verdict.decision() == Decision::warn && verdict.attested())
    verdict.trail_.push_back("no expected signer was given for " + filename.project().normalized());
  return verdict;
}

Verdict DistributionJudge::judge_unattestable(std::string_view filename, FileOrigin origin) const {
  origin.no_proof = NoProof::impossible;
  std::vector<std::string>& names = origin.also_named;
  names.emplace_back(filename);
  // What a wheel brings stands in its METADATA, which is read only where its name is one to all installers.
  const bool tells =
      std::ranges::any_of(names, tells_a_project) && std::ranges::none_of(names, has_wheel_name);
  if (!tells && !policy_.expected.empty()) {
    return refuse(Error(kPolicyUnattested,
                        printable(filename) + " does not tell whose it is, and signers are expected"));
  }
  Verdict verdict;
  judge_without_proof(filename, expected_of(names), origin, verdict);
  return verdict;
}

ExpectedOfEach DistributionJudge::expected_of(const std::vector<std::string>& names) const {
  ExpectedOfEach expected;
  for (const ProjectName& project : policy_.expected.projects()) {
    const auto is_its = [&](const std::string& name) { return may_be_of(project, name); };
    if (std::ranges::any_of(names, is_its)) expected.push_back(policy_.expected.of(project));
  }
  return expected;
}

void DistributionJudge::judge_without_proof(std::string_view filename, const ExpectedOfEach& expected,
                                            const FileOrigin& origin, Verdict& verdict) const {
  verdict.no_proof_ = origin.no_proof;
  verdict.trail_.emplace_back(describe(origin.no_proof));
  if (!expected.empty()) {
    verdict.refusal_ = Error(kPolicyUnattested,
                             printable(filename) + " has no attestation, and " +
                                 expected.front().front()->describe() + " was expected to have signed it",
                             "take it from an index that lists its attestation, or drop the expectation on "
                             "purpose: without a proof it cannot be told who made it");
    return;
  }
  if (policy_.require_attested) {
    verdict.allowed_by_ = policy_.allowed.of(filename, origin.indexes);
    if (!verdict.allowed_by_) {
      verdict.refusal_ =
          Error(kPolicyUnattested, printable(filename) + " has no attestation, and one is required");
      return;
    }
    verdict.trail_.push_back("let pass by " + printable(*verdict.allowed_by_));
  }
  verdict.decision_ = Decision::warn;
}

}  // namespace tomme
