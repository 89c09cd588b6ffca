#include "app/gate/gate.h"

#include "core/encoding/text.h"
#include "io/remote/errors.h"

namespace tomme {

Gate::Gate(net::HttpClient& client, DistributionJudge judge, std::string attestations, MayVisit may_visit)
    : client_(client),
      judge_(std::move(judge)),
      attestations_(std::move(attestations)),
      may_visit_(std::move(may_visit)) {}

Result<std::vector<Proof>> Gate::find_proofs(const Candidate& candidate, std::stop_token stop) const {
  if (!attestations_.empty()) {
    std::vector<Proof> local = TRY(find_local_proofs(attestations_, candidate.filename.as_written()));
    if (!local.empty()) return local;
  }
  if (candidate.provenance_unusable) {
    return fail(kProvenanceUnavailable, "the index lists an attestation for " +
                                            printable(candidate.filename.as_written()) +
                                            " at an address that is neither its own nor secure");
  }
  std::vector<Proof> proofs;
  for (const net::Url& url : candidate.provenance) {
    const std::string authorization = candidate.authorization ? candidate.authorization(url.authority) : "";
    const std::string text = TRY(fetch_provenance(client_, url, authorization, may_visit_, stop));
    Result<Proof> proof = Proof::parse(Proof::Kind::provenance, url.to_string(), text);
    if (!proof)
      return fail(kProvenanceUnavailable,
                  "the attestation that the index lists cannot be read: " + proof.error().message());
    proofs.push_back(std::move(*proof));
  }
  return proofs;
}

Verdict Gate::judge(const Candidate& candidate, const Sha256& digest,
                    const Result<std::vector<Proof>>& proofs) const {
  if (!proofs) return judge_.refuse(proofs.error());
  return judge_.judge(candidate.filename, digest, *proofs);
}

}  // namespace tomme
