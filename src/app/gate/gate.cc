#include "app/gate/gate.h"

#include "core/encoding/text.h"
#include "io/remote/errors.h"
#include "io/store/file.h"

namespace tomme {

namespace {

constexpr std::size_t kProofOctets = 16 * 1024 * 1024;

std::optional<Proof::Kind> kind_of(std::string_view suffix) {
  if (suffix == ".provenance") return Proof::Kind::provenance;
  if (suffix == ".sigstore.json") return Proof::Kind::bundle;
  if (suffix == ".attestation") return Proof::Kind::attestation;
  // "<file>.publish.attestation", as twine and others name them.
  if (suffix.starts_with('.') && suffix.ends_with(".attestation") && !suffix.substr(1).contains('/')) {
    const std::string_view middle =
        suffix.substr(1, suffix.size() - 1 - std::string_view(".attestation").size());
    if (!middle.contains('.')) return Proof::Kind::attestation;
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<Proof>> find_local_proofs(const std::string& folder, std::string_view filename) {
  std::vector<Proof> proofs;
  for (const std::string& name : list_folder(folder)) {
    if (!name.starts_with(filename)) continue;
    const auto kind = kind_of(std::string_view(name).substr(filename.size()));
    if (!kind) continue;
    const std::string path = folder + "/" + name;
    proofs.push_back(TRY(Proof::parse(*kind, path, TRY(read_file(path, kProofOctets)))));
  }
  return proofs;
}

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
  return judge_.judge(candidate.filename, digest, *proofs, candidate.origin);
}

}  // namespace tomme
