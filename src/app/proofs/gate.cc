#include "app/proofs/gate.h"

#include "core/encoding/text.h"
#include "io/remote/errors.h"

namespace tomme {

Gate::Gate(net::HttpClient& client, DistributionJudge judge, std::string attestations, MayVisit may_visit,
           std::optional<ProofsElsewhere> elsewhere)
    : client_(client),
      judge_(std::move(judge)),
      attestations_(std::move(attestations)),
      may_visit_(std::move(may_visit)),
      elsewhere_(std::move(elsewhere)) {}

Result<FoundProofs> Gate::find_proofs(const Candidate& candidate, std::stop_token stop) const {
  if (!attestations_.empty()) {
    std::vector<Proof> local = TRY(find_local_proofs(attestations_, candidate.filename.as_written()));
    if (!local.empty()) return FoundProofs{std::move(local)};
  }
  const bool is_listed = candidate.provenance_unusable || !candidate.provenance.empty();
  {
    // Of its own files PyPI has said all it knows.
    const bool is_pypis = candidate.address && is_file_of_pypi(*candidate.address);
    const std::lock_guard lock(mutex_);
    if (is_listed) ++seen_.listed;
    if (!is_listed && !is_pypis) ++seen_.unlisted;
  }
  if (!is_listed) return find_elsewhere(candidate, std::move(stop));
  if (candidate.provenance_unusable) {
    return fail(kProvenanceUnavailable, "the index lists an attestation for " +
                                            printable(candidate.filename.as_written()) +
                                            " at an address that is neither its own nor secure");
  }
  FoundProofs found;
  for (const Url& url : candidate.provenance) {
    const std::string authorization = candidate.authorization ? candidate.authorization(url) : "";
    const std::string text = TRY(fetch_provenance(client_, url, authorization, may_visit_, stop));
    Result<Proof> proof = Proof::parse(Proof::Kind::provenance, url.shown(), text);
    if (!proof)
      return fail(kProvenanceUnavailable,
                  "the attestation that the index lists cannot be read: " + proof.error().message());
    found.proofs.push_back(std::move(*proof));
  }
  return found;
}

Result<FoundProofs> Gate::find_elsewhere(const Candidate& candidate, std::stop_token stop) const {
  if (!elsewhere_) return FoundProofs{};
  const DistFilename& filename = candidate.filename;
  const Url* address = candidate.address ? &*candidate.address : nullptr;
  if (!elsewhere_->may_ask(filename.project(), address)) {
    const std::lock_guard lock(mutex_);
    seen_.not_asked.insert(filename.project().normalized());
    return FoundProofs{};
  }
  const std::string authorization = elsewhere_->login ? elsewhere_->login->authorization() : "";
  const Result<std::optional<std::string>> text =
      fetch_integrity(client_, elsewhere_->base, filename, authorization, stop);
  if (!text) {
    const std::lock_guard lock(mutex_);
    if (!stop.stop_requested()) seen_.untold[filename.as_written()] = text.error().message();
    return FoundProofs{};
  }
  {
    const std::lock_guard lock(mutex_);
    seen_.untold.erase(filename.as_written());
  }
  if (!*text) return FoundProofs{{}, true};
  const std::string place = elsewhere_->base.host();
  Result<Proof> proof = Proof::parse(Proof::Kind::provenance, place, **text);
  if (!proof) {
    return fail(kProvenanceUnavailable, "the attestation that " + place + " has for " +
                                            printable(filename.as_written()) +
                                            " cannot be read: " + proof.error().message());
  }
  FoundProofs found;
  found.proofs.push_back(*std::move(proof));
  return found;
}

Verdict Gate::judge(const Candidate& candidate, const Sha256& digest,
                    const Result<FoundProofs>& proofs) const {
  if (!proofs) return judge_.refuse(proofs.error());
  FileOrigin origin = candidate.origin;
  if (proofs->none_elsewhere) origin.no_proof = NoProof::none_elsewhere;
  return judge_.judge(candidate.filename, digest, proofs->proofs, std::move(origin));
}

std::vector<std::string> Gate::notes() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> notes;
  for (const auto& [file, why] : seen_.untold) notes.push_back(why);
  if (!seen_.not_asked.empty()) {
    std::string names;
    for (const std::string& name : seen_.not_asked) names += (names.empty() ? "" : ",") + name;
    notes.push_back(elsewhere_->base.host() +
                    " was not asked for attestations of projects that may be private; if these are not, add "
                    "--proofs-for " +
                    names);
  }
  if (!elsewhere_ && attestations_.empty() && seen_.listed == 0 && seen_.unlisted > 0) {
    notes.emplace_back(
        "the index lists no attestation for any file, as most mirrors do: --proofs pypi asks PyPI for those "
        "of public projects (see docs/guides/at-work.md)");
  }
  return notes;
}

}  // namespace tomme
