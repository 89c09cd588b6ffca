#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/policy/proof.h"

namespace tomme {

/// A document that is named after a file: `<file>.provenance`, `.attestation`, `.<any>.attestation`,
/// `.sigstore.json` or `.sigstore`.
struct LocalProof {
  Proof::Kind kind;
  std::string path;
};
/// Those in `folder` for a file, sorted by name; an empty folder is the current one.
std::vector<LocalProof> list_local_proofs(const std::string& folder, std::string_view filename);
/// The same, read. A document that is there and cannot be read is an error.
Result<std::vector<Proof>> find_local_proofs(const std::string& folder, std::string_view filename);

/// Whether `name` is the name of a document for `filename`.
std::optional<Proof::Kind> kind_of_proof(std::string_view name, std::string_view filename);

}  // namespace tomme
