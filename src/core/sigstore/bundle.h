#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/attestation/dsse.h"
#include "core/attestation/provenance.h"
#include "core/base/result.h"
#include "core/crypto/certificate.h"
#include "core/crypto/digest.h"
#include "core/crypto/timestamp.h"
#include "core/encoding/json.h"
#include "core/sigstore/log_entry.h"

namespace tomme {

/// A signature over the artifact itself.
struct MessageSignature {
  std::optional<Digest> digest;  ///< what the signer says the artifact's digest is
  Bytes signature;
};

/// "The key that the verifier knows under this hint": bundles made with a managed key.
struct PublicKeyHint {
  std::string hint;
};

struct BundleLimits {
  std::size_t bytes = 16 * 1024 * 1024;
  std::size_t entries = 32;
  std::size_t timestamps = 32;
  std::size_t certificates = 10;  ///< in a chain of version 0.1 or 0.2
  std::size_t bundles = 64;       ///< of one file
};

/// A Sigstore bundle (protobuf-specs sigstore_bundle.proto), version 0.1, 0.2 or 0.3, read but not believed.
/// PEP 740 attestations and detached signatures become bundles too: there is one verifier.
struct Bundle {
  using Limits = BundleLimits;

  std::string media_type;
  std::variant<Certificate, PublicKeyHint> key_material;
  std::vector<LogEntry> entries;
  std::vector<Bytes> timestamps;  ///< RFC 3161 responses, DER
  std::variant<MessageSignature, DsseEnvelope> content;

  /// protobuf JSON; an unknown member is an error. A file of one bundle, in any form that parse_all reads.
  static Result<Bundle> parse(std::string_view text, const Limits& limits = {});
  /// The bundles of a file, at least one: a bundle; an array of them (RubyGems); one in each line (gh
  /// attestation download); GitHub's answer {"attestations": [{"bundle": …}]}; cosign's old
  /// {"base64Signature", "cert", "rekorBundle"}, which has a log's promise and no proof of inclusion.
  static Result<std::vector<Bundle>> parse_all(std::string_view text, const Limits& limits = {});
  static Result<Bundle> from_json(const json::Value& value, const Limits& limits = {});
  static Result<Bundle> from_attestation(const Attestation& attestation, const Limits& limits = {});
  /// Detached: `signature` is base64 text or raw bytes, `certificate` PEM or base64 of PEM, `entry` what
  /// Rekor v1 answered for it (none where the caller accepts that).
  static Result<Bundle> from_detached(BytesView signature, std::string_view certificate,
                                      std::optional<LogEntry> entry);

  BytesView signature() const;
  const Certificate* certificate() const { return std::get_if<Certificate>(&key_material); }
  const DsseEnvelope* envelope() const { return std::get_if<DsseEnvelope>(&content); }
  const MessageSignature* message() const { return std::get_if<MessageSignature>(&content); }
};

}  // namespace tomme
