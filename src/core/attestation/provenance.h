#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/attestation/dsse.h"
#include "core/attestation/statement.h"
#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/encoding/json.h"
#include "core/packaging/dist_filename.h"

namespace tomme {

/// A PEP 740 attestation object, version 1, read but not believed.
/// Members that the specification does not name are ignored ("MAY include additional keys").
struct Attestation {
  Bytes certificate;                              ///< DER
  std::vector<json::Value> transparency_entries;  ///< protobuf JSON; core/sigstore reads them
  std::vector<Bytes> timestamps;                  ///< RFC 3161 responses, DER; an addition for Rekor v2
  DsseEnvelope envelope;
};

/// Who the index says has published. Never believed: compared with the certificate.
struct TrustedPublisher {
  enum class Kind : std::uint8_t { github, gitlab, google, circleci, other };
  Kind kind = Kind::other;
  std::string kind_name;   ///< as written
  std::string repository;  ///< "owner/name" of github and gitlab
  std::string workflow;    ///< GitHub: file name; GitLab: path of the file
  std::string email;       ///< google
  std::string project_id;  ///< circleci, as the next three
  std::string pipeline_definition_id;
  std::optional<std::string> vcs_origin;  ///< "github.com/owner/name"
  std::optional<std::string> vcs_ref;
  std::optional<std::string> environment;  ///< absent where null or empty
};

struct AttestationBundle {
  TrustedPublisher publisher;
  std::vector<Attestation> attestations;
};

struct ProvenanceLimits {
  std::size_t bundles = 32;
  std::size_t attestations = 32;  ///< in all bundles together
  std::size_t entries = 32;       ///< transparency entries of one attestation
  std::size_t timestamps = 32;    ///< of one attestation
};

/// A PEP 740 provenance object: all that an index holds about one file.
struct Provenance {
  using Limits = ProvenanceLimits;
  std::vector<AttestationBundle> bundles;

  static Result<Provenance> parse(const json::Value& value, const Limits& limits = {});
};

Result<Attestation> parse_attestation(const json::Value& value, const Provenance::Limits& limits = {});

inline constexpr std::string_view kPublishPredicate = "https://docs.pypi.org/attestations/publish/v1";
inline constexpr std::string_view kSlsaPredicate = "https://slsa.dev/provenance/v1";

/// What PEP 740 asks of a statement beyond in-toto: exactly one subject, whose name is a distribution's and
/// that of this file (compared as parsed names; a file of another kind of name is never the one) and that has
/// a sha256 digest; a predicate that PEP 740 defines, empty for the publish attestation. The digest's
/// equality is the verifier's.
Result<void> check_attested_statement(const Statement& statement, std::string_view filename);

}  // namespace tomme
