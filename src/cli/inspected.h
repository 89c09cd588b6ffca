#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/encoding/json.h"
#include "core/policy/proof.h"
#include "core/sigstore/bundle.h"

namespace tomme::cli {

/// One signature, or a certificate alone, as a file brings it. Nothing of it is verified.
struct Inspected {
  std::optional<TrustedPublisher> publisher;  ///< as the index has it
  std::optional<Bundle> bundle;               ///< nothing for a certificate alone
  std::optional<Certificate> certificate;
};

struct InspectedFile {
  enum class Kind : std::uint8_t { bundle, attestation, provenance, certificate };
  std::string name;
  Kind kind;
  std::vector<Inspected> parts;  ///< at least one
};

/// Tells the kind by the content: JSON by its members, certificates as PEM, DER or base64 of PEM.
/// kInspectKind where it is none of them, with a hint at what it seems to be.
Result<InspectedFile> read_inspected(std::string name, std::string_view content);
Result<InspectedFile> to_inspected(std::string name, const Proof& proof);

/// What the certificate has against the publisher that the index names; nothing where they agree or nothing
/// can be compared.
std::optional<std::string> contradiction(const Inspected& part);

/// For people; every line of it is a claim.
std::string to_text(const InspectedFile& file);
/// With all of Fulcio's claims by their names; docs/json.md names the members.
json::Value to_json(const InspectedFile& file);

/// Who a log id belongs to by the roots that this program was built with.
struct KnownLog {
  std::string url;
  std::string_view instance;  ///< "public-good", "staging"
};
std::optional<KnownLog> find_known_log(BytesView log_id);
std::optional<KnownLog> find_known_certificate_log(BytesView log_id);

}  // namespace tomme::cli
