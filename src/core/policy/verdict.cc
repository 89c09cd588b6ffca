#include "core/policy/verdict.h"

#include <algorithm>

#include "core/attestation/errors.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"

namespace tomme {

namespace {

Result<VerifiedSignature> verify_attestation(const Verifier& verifier, const Attestation& attestation,
                                             const std::optional<std::string>& filename, Artifact& artifact) {
  Evidence evidence = TRY(verifier.verify(TRY(Bundle::from_attestation(attestation)), artifact));
  const Statement& statement = *evidence.statement();
  TRY(check_attested_statement(statement, filename.value_or(statement.subjects.front().name)));
  return VerifiedSignature{std::move(evidence), std::nullopt, std::nullopt};
}

Result<std::vector<VerifiedSignature>> verify_provenance(const Verifier& verifier,
                                                         const Provenance& provenance,
                                                         const std::optional<std::string>& filename,
                                                         Artifact& artifact) {
  std::vector<VerifiedSignature> signers;
  for (const AttestationBundle& group : provenance.bundles) {
    for (const Attestation& attestation : group.attestations) {
      VerifiedSignature signer = TRY(verify_attestation(verifier, attestation, filename, artifact));
      signer.publisher_proof = TRY(check_publisher(group.publisher, *signer.evidence.identity()));
      signer.publisher = group.publisher;
      signers.push_back(std::move(signer));
    }
  }
  return signers;
}

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

Result<void> expect_signer_of_each(const VerifiedSignature& signer,
                                   const std::vector<std::vector<const Expectation*>>& expected) {
  for (const auto& of_one_project : expected) TRY(expect_one_of(signer, of_one_project));
  return {};
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

}  // namespace

Result<Proof> Proof::parse(Kind kind, std::string source, std::string_view text,
                           const Provenance::Limits& limits) {
  const auto read = [&]() -> Result<std::variant<Provenance, Attestation, Bundle>> {
    if (kind == Kind::bundle) return TRY(Bundle::parse(text));
    const json::Value value = TRY(json::parse(text));
    if (kind == Kind::provenance) return TRY(Provenance::parse(value, limits));
    return TRY(parse_attestation(value, limits));
  };
  auto document = TRY(in(printable(source), read()));
  return Proof{std::move(source), std::move(document)};
}

Result<Proof> Proof::parse_any(std::string source, std::string_view text) {
  const json::Value value = TRY(in(printable(source), json::parse(text)));
  const json::Object* object = value.object();
  if (object && object->find("attestation_bundles")) return parse(Kind::provenance, std::move(source), text);
  if (object && object->find("verification_material") && object->find("envelope")) {
    return parse(Kind::attestation, std::move(source), text);
  }
  return parse(Kind::bundle, std::move(source), text);
}

Result<std::vector<VerifiedSignature>> verify_proof(const Verifier& verifier, const Proof& proof,
                                                    const std::optional<std::string>& filename,
                                                    Artifact& artifact) {
  if (const auto* provenance = std::get_if<Provenance>(&proof.document)) {
    return verify_provenance(verifier, *provenance, filename, artifact);
  }
  std::vector<VerifiedSignature> signers;
  if (const auto* attestation = std::get_if<Attestation>(&proof.document)) {
    signers.push_back(TRY(verify_attestation(verifier, *attestation, filename, artifact)));
  } else {
    Evidence evidence = TRY(verifier.verify(std::get<Bundle>(proof.document), artifact));
    signers.push_back(VerifiedSignature{std::move(evidence), std::nullopt, std::nullopt});
  }
  return signers;
}

std::string_view describe(NoProof why) {
  switch (why) {
    case NoProof::not_listed:
      return "the index lists no attestation";
    case NoProof::none_elsewhere:
      return "the index lists no attestation, and the other one that was asked has none either";
    case NoProof::on_no_page:
      return "no page of an index lists it";
    case NoProof::impossible:
      break;
  }
  return "no attestation can be for a file of this kind";
}

std::string VerifiedSignature::who() const {
  if (evidence.identity()) return evidence.identity()->describe();
  return "key " + evidence.key()->spki_sha256().to_hex().substr(0, 16);
}

std::optional<std::string> VerifiedSignature::not_compared() const {
  if (!publisher_proof || publisher_proof->compared) return std::nullopt;
  return "the index names a publisher of the kind " + printable(publisher->kind_name) +
         ", which this tomme does not know: only the certificate tells who signed";
}

DistributionJudge::DistributionJudge(std::shared_ptr<const Verifier> verifier, DistributionPolicy policy)
    : verifier_(std::move(verifier)), policy_(std::move(policy)) {}

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
  Verdict verdict;
  const auto refuse_for = [&](const Proof& proof, Error error) {
    verdict.signers_.clear();
    verdict.trail_.push_back(printable(proof.source) + ": " + error.message());
    verdict.refusal_ = std::move(error);
    return verdict;
  };

  DigestArtifact artifact{Digest(digest)};
  std::vector<std::vector<VerifiedSignature>> signers;  // of each proof
  for (const Proof& proof : proofs) {
    auto verified = verify_proof(*verifier_, proof, filename.as_written(), artifact);
    if (!verified) return refuse_for(proof, std::move(verified).error());
    add_subjects(proof, *verified, names);
    signers.push_back(*std::move(verified));
  }
  const Expected expected = expected_of(names);
  for (std::size_t i = 0; i < proofs.size(); ++i) {
    for (VerifiedSignature& signer : signers[i]) {
      if (auto ok = expect_signer_of_each(signer, expected); !ok)
        return refuse_for(proofs[i], std::move(ok).error());
      verdict.trail_.push_back(printable(proofs[i].source) + ": signed by " + signer.who());
      if (const auto word = signer.not_compared())
        verdict.trail_.push_back(printable(proofs[i].source) + ": " + *word);
      verdict.signers_.push_back(std::move(signer));
    }
  }
  if (verdict.attested()) {
    verdict.expected_ = !expected.empty();
    verdict.decision_ = verdict.expected_ ? Decision::allow : Decision::warn;
    if (!verdict.expected_)
      verdict.trail_.push_back("no expected signer was given " + filename.project().normalized());
    return verdict;
  }
  judge_without_proof(filename.as_written(), expected, origin, verdict);
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

DistributionJudge::Expected DistributionJudge::expected_of(const std::vector<std::string>& names) const {
  Expected expected;
  for (const ProjectName& project : policy_.expected.projects()) {
    const auto is_its = [&](const std::string& name) { return may_be_of(project, name); };
    if (std::ranges::any_of(names, is_its)) expected.push_back(policy_.expected.of(project));
  }
  return expected;
}

void DistributionJudge::judge_without_proof(std::string_view filename, const Expected& expected,
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
