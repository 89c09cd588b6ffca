#include "core/policy/verdict.h"

#include "core/attestation/errors.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"

namespace tomme {

namespace {

Result<Signer> verify_bundle(const Bundle& bundle, const DistFilename& filename, const Sha256& digest,
                             const Verifier& verifier, bool is_attestation) {
  DigestArtifact artifact{Digest(digest)};
  Evidence evidence = TRY(verifier.verify(bundle, artifact));
  if (is_attestation) TRY(check_attested_statement(*evidence.statement(), filename));
  return Signer{std::move(evidence), std::nullopt, std::nullopt};
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

Result<Proof> Proof::parse(Kind kind, std::string source, std::string_view text) {
  const auto read = [&]() -> Result<std::variant<Provenance, Attestation, Bundle>> {
    if (kind == Kind::bundle) return TRY(Bundle::parse(text));
    const json::Value value = TRY(json::parse(text));
    if (kind == Kind::provenance) return TRY(Provenance::parse(value));
    return TRY(parse_attestation(value));
  };
  return Proof {
    source, TRY(in(printable(source), read()))
  };
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
                                 const std::vector<Proof>& proofs) const {
  const std::vector<const Expectation*> expected = policy_.expected.of(filename.project());
  Verdict verdict;

  const auto add = [&](Result<Signer> signer, const std::string& source) -> Result<void> {
    Signer verified = TRY(std::move(signer));
    TRY(expect_one_of(verified, expected));
    verdict.trail_.push_back(printable(source) + ": signed by " + verified.who());
    verdict.signers_.push_back(std::move(verified));
    return {};
  };
  const auto add_provenance = [&](const Provenance& provenance, const std::string& source) -> Result<void> {
    for (const AttestationBundle& group : provenance.bundles) {
      for (const Attestation& attestation : group.attestations) {
        Signer signer = TRY(
            verify_bundle(TRY(Bundle::from_attestation(attestation)), filename, digest, *verifier_, true));
        if (signer.evidence.identity()) {
          signer.publisher_proof = TRY(check_publisher(group.publisher, *signer.evidence.identity()));
          signer.publisher = group.publisher;
        }
        TRY(add(std::move(signer), source));
      }
    }
    return {};
  };
  const auto add_proof = [&](const Proof& proof) -> Result<void> {
    if (const auto* provenance = std::get_if<Provenance>(&proof.document)) {
      return add_provenance(*provenance, proof.source);
    }
    if (const auto* attestation = std::get_if<Attestation>(&proof.document)) {
      return add(
          verify_bundle(TRY(Bundle::from_attestation(*attestation)), filename, digest, *verifier_, true),
          proof.source);
    }
    return add(verify_bundle(std::get<Bundle>(proof.document), filename, digest, *verifier_, false),
               proof.source);
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
  Verdict verdict;
  judge_without_proof(filename, {}, verdict);
  return verdict;
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
