#include "core/policy/proof.h"

#include "core/encoding/text.h"

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

std::string VerifiedSignature::who() const {
  if (evidence.identity()) return evidence.identity()->describe();
  return "key " + evidence.key()->spki_sha256().to_hex().substr(0, 16);
}

std::optional<std::string> VerifiedSignature::not_compared() const {
  if (!publisher_proof || publisher_proof->compared) return std::nullopt;
  return "the index names a publisher of the kind " + printable(publisher->kind_name) +
         ", which this tomme does not know: only the certificate tells who signed";
}

}  // namespace tomme
