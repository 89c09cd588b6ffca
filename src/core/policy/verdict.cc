#include "core/policy/verdict.h"

#include "core/attestation/errors.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"

namespace tomme {

namespace {

Result<Signer> verify_attestation(const Verifier& verifier, const Attestation& attestation,
                                  const std::optional<std::string>& filename, Artifact& artifact) {
  Evidence evidence = TRY(verifier.verify(TRY(Bundle::from_attestation(attestation)), artifact));
  const Statement& statement = *evidence.statement();
  TRY(check_attested_statement(statement, filename.value_or(statement.subjects.front().name)));
  return Signer{std::move(evidence), std::nullopt, std::nullopt};
}

Result<std::vector<Signer>> verify_provenance(const Verifier& verifier, const Provenance& provenance,
                                              const std::optional<std::string>& filename,
                                              Artifact& artifact) {
  std::vector<Signer> signers;
  for (const AttestationBundle& group : provenance.bundles) {
    for (const Attestation& attestation : group.attestations) {
      Signer signer = TRY(verify_attestation(verifier, attestation, filename, artifact));
      signer.publisher_proof = TRY(check_publisher(group.publisher, *signer.evidence.identity()));
      signer.publisher = group.publisher;
      signers.push_back(std::move(signer));
    }
  }
  return signers;
}

Result<void> expect_one_of(const Signer& signer, const std::vector<const Expectation*>& expected) {
  if (expected.empty()) return {};
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

Result<std::vector<Signer>> verify_proof(const Verifier& verifier, const Proof& proof,
                                         const std::optional<std::string>& filename, Artifact& artifact) {
  if (const auto* provenance = std::get_if<Provenance>(&proof.document)) {
    return verify_provenance(verifier, *provenance, filename, artifact);
  }
  std::vector<Signer> signers;
  if (const auto* attestation = std::get_if<Attestation>(&proof.document)) {
    signers.push_back(TRY(verify_attestation(verifier, *attestation, filename, artifact)));
  } else {
    Evidence evidence = TRY(verifier.verify(std::get<Bundle>(proof.document), artifact));
    signers.push_back(Signer{std::move(evidence), std::nullopt, std::nullopt});
  }
  return signers;
}

std::string Signer::who() const {
  if (evidence.identity()) return evidence.identity()->describe();
  return "key " + evidence.key()->spki_sha256().to_hex().substr(0, 16);
}

std::optional<std::string> Signer::not_compared() const {
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
                                 const std::vector<Proof>& proofs) const {
  const std::vector<const Expectation*> expected = expected_of(filename.as_written());
  Verdict verdict;

  DigestArtifact artifact{Digest(digest)};
  const auto add_proof = [&](const Proof& proof) -> Result<void> {
    for (Signer& signer : TRY(verify_proof(*verifier_, proof, filename.as_written(), artifact))) {
      TRY(expect_one_of(signer, expected));
      verdict.trail_.push_back(printable(proof.source) + ": signed by " + signer.who());
      if (const auto word = signer.not_compared())
        verdict.trail_.push_back(printable(proof.source) + ": " + *word);
      verdict.signers_.push_back(std::move(signer));
    }
    return {};
  };

  for (const Proof& proof : proofs) {
    if (Result<void> ok = add_proof(proof); !ok) {
      verdict.signers_.clear();
      verdict.trail_.push_back(printable(proof.source) + ": " + ok.error().message());
      verdict.refusal_ = std::move(ok).error();
      return verdict;
    }
  }
  if (verdict.attested()) {
    verdict.expected_ = !expected.empty();
    verdict.decision_ = verdict.expected_ ? Decision::allow : Decision::warn;
    if (!verdict.expected_)
      verdict.trail_.push_back("nobody said who should have signed " + filename.project().normalized());
    return verdict;
  }
  judge_without_proof(filename.as_written(), expected, verdict);
  return verdict;
}

Verdict DistributionJudge::judge_unattestable(std::string_view filename) const {
  const bool names_none = projects_named_by(filename).empty();
  if (names_none && !policy_.expected.empty()) {
    return refuse(Error(kPolicyUnattested,
                        printable(filename) + " does not tell whose it is, and signers are expected"));
  }
  Verdict verdict;
  judge_without_proof(filename, expected_of(filename), verdict);
  return verdict;
}

/// Of every project that an installer may take the file for.
std::vector<const Expectation*> DistributionJudge::expected_of(std::string_view filename) const {
  std::vector<const Expectation*> expected;
  if (policy_.expected.empty()) return expected;
  for (const ProjectName& project : projects_named_by(filename)) {
    for (const Expectation* one : policy_.expected.of(project)) expected.push_back(one);
  }
  return expected;
}

void DistributionJudge::judge_without_proof(std::string_view filename,
                                            const std::vector<const Expectation*>& expected,
                                            Verdict& verdict) const {
  verdict.trail_.push_back("no attestation");
  if (!expected.empty()) {
    verdict.refusal_ =
        Error(kPolicyUnattested, printable(filename) + " has no attestation, and " +
                                     expected.front()->describe() + " was expected to have signed it");
  } else if (policy_.require_attested) {
    verdict.refusal_ =
        Error(kPolicyUnattested, printable(filename) + " has no attestation, and one is required");
  } else {
    verdict.decision_ = Decision::warn;
  }
}

}  // namespace tomme
