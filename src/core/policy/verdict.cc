#include "core/policy/verdict.h"

#include "core/attestation/errors.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"

namespace tomme {

namespace {

Result<Signer> verify_attestation(const Verifier& verifier, const Attestation& attestation,
                                  const std::optional<DistFilename>& filename, Artifact& artifact) {
  Evidence evidence = TRY(verifier.verify(TRY(Bundle::from_attestation(attestation)), artifact));
  const Statement& statement = *evidence.statement();
  const DistFilename named = filename ? *filename : TRY(DistFilename::parse(statement.subjects.front().name));
  TRY(check_attested_statement(statement, named));
  return Signer{std::move(evidence), std::nullopt, std::nullopt};
}

Result<std::vector<Signer>> verify_provenance(const Verifier& verifier, const Provenance& provenance,
                                              const std::optional<DistFilename>& filename,
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
                                         const std::optional<DistFilename>& filename, Artifact& artifact) {
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

std::string Signer::who() const {
  if (evidence.identity()) return evidence.identity()->describe();
  return "key " + evidence.key()->spki_sha256().to_hex().substr(0, 16);
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
                                 const std::vector<Proof>& proofs, const FileOrigin& origin) const {
  const std::vector<const Expectation*> expected = expected_of(filename.as_written());
  Verdict verdict;

  DigestArtifact artifact{Digest(digest)};
  const auto add_proof = [&](const Proof& proof) -> Result<void> {
    for (Signer& signer : TRY(verify_proof(*verifier_, proof, filename, artifact))) {
      TRY(expect_one_of(signer, expected));
      verdict.trail_.push_back(printable(proof.source) + ": signed by " + signer.who());
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
  judge_without_proof(filename.as_written(), expected, origin, verdict);
  return verdict;
}

Verdict DistributionJudge::judge_unattestable(std::string_view filename, FileOrigin origin) const {
  origin.no_proof = NoProof::impossible;
  const bool names_none = projects_named_by(filename).empty();
  if (names_none && !policy_.expected.empty()) {
    return refuse(Error(kPolicyUnattested,
                        printable(filename) + " does not tell whose it is, and signers are expected"));
  }
  Verdict verdict;
  judge_without_proof(filename, expected_of(filename), origin, verdict);
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
                                            const FileOrigin& origin, Verdict& verdict) const {
  verdict.no_proof_ = origin.no_proof;
  verdict.trail_.emplace_back(describe(origin.no_proof));
  if (!expected.empty()) {
    verdict.refusal_ = Error(kPolicyUnattested,
                             printable(filename) + " has no attestation, and " +
                                 expected.front()->describe() + " was expected to have signed it",
                             "take it from an index that lists its attestation, or drop the expectation on "
                             "purpose: without a proof nobody can tell who made it");
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
