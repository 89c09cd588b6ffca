#include "app/proofs/local_proofs.h"

#include "io/system/file.h"

namespace tomme {

namespace {

constexpr std::size_t kProofBytes = 16 * 1024 * 1024;

}  // namespace

std::optional<Proof::Kind> kind_of_proof(std::string_view name, std::string_view filename) {
  if (filename.empty() || !name.starts_with(filename)) return std::nullopt;
  std::string_view suffix = name.substr(filename.size());
  if (suffix == ".provenance") return Proof::Kind::provenance;
  if (suffix == ".sigstore.json" || suffix == ".sigstore") return Proof::Kind::bundle;
  // "<file>.publish.attestation", as pypi-attestations and others name them, or without that word.
  constexpr std::string_view kAttestation = ".attestation";
  if (!suffix.ends_with(kAttestation)) return std::nullopt;
  suffix.remove_suffix(kAttestation.size());
  if (!suffix.empty() &&
      (!suffix.starts_with('.') || suffix.find_first_of("./", 1) != std::string_view::npos))
    return std::nullopt;
  return Proof::Kind::attestation;
}

std::vector<LocalProof> list_local_proofs(const std::string& folder, std::string_view filename) {
  std::vector<LocalProof> found;
  const std::string prefix = folder.empty() || folder.ends_with('/') ? folder : folder + "/";
  for (const std::string& name : list_folder(folder.empty() ? "." : folder)) {
    if (const auto kind = kind_of_proof(name, filename)) found.push_back({*kind, prefix + name});
  }
  return found;
}

Result<std::vector<Proof>> find_local_proofs(const std::string& folder, std::string_view filename) {
  std::vector<Proof> proofs;
  for (const LocalProof& found : list_local_proofs(folder, filename)) {
    proofs.push_back(TRY(Proof::parse(found.kind, found.path, TRY(read_file(found.path, kProofBytes)))));
  }
  return proofs;
}

}  // namespace tomme
