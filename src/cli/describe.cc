#include "cli/describe.h"

#include "core/encoding/text.h"

namespace tomme::cli {

namespace {

/// The forge's numbers, by which a name that somebody else registers anew can be told.
std::string described_ids(const VerifiedSignature& signer) {
  const auto& identity = signer.evidence.identity();
  if (!identity) return "";
  const auto& owner = identity->claim(Claim::source_repository_owner_identifier);
  const auto& repository = identity->claim(Claim::source_repository_identifier);
  std::string text;
  if (owner) text += "owner id " + printable(*owner);
  if (repository) text += (text.empty() ? "" : ", ") + ("repository id " + printable(*repository));
  return text.empty() ? "" : "  ids        " + text + "\n";
}

}  // namespace

std::string describe(const VerifiedSignature& signer) {
  std::string text = "  signed by  " + signer.who() + "\n";
  if (const auto& identity = signer.evidence.identity()) {
    const auto& ref = identity->claim(Claim::source_repository_ref);
    const auto& commit = identity->claim(Claim::source_repository_digest);
    if (ref)
      text += "  built from " + printable(*ref) + (commit ? " at commit " + printable(*commit) : "") + "\n";
  }
  text += described_ids(signer);
  if (signer.publisher && signer.publisher->environment) {
    text +=
        "  environment " + printable(*signer.publisher->environment) +
        (signer.publisher_proof->environment_proven ? "" : " (the index says so; the certificate does not)") +
        "\n";
  }
  if (const auto word = signer.not_compared()) text += "  note: " + *word + "\n";
  for (const ProvenTime& time : signer.evidence.times()) {
    text += "  signed at  " + to_rfc3339(time.time) + ", says " + printable(time.source) + "\n";
  }
  for (const LogProof& log : signer.evidence.logs()) {
    text += "  logged in  " + printable(log.log) + " as entry " + std::to_string(log.index.value());
    if (!log.included) text += " (promised, not proven)";
    for (const Cosignature& witness : log.witnesses) text += ", witnessed by " + printable(witness.witness);
    text += "\n";
  }
  if (signer.evidence.statement())
    text += "  says       " + printable(signer.evidence.statement()->predicate_type) + "\n";
  for (const std::string& note : signer.evidence.notes()) text += "  note: " + printable(note, 400) + "\n";
  return text;
}

}  // namespace tomme::cli
