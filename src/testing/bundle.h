#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/attestation/dsse.h"
#include "core/sigstore/bundle.h"
#include "core/sigstore/log_entry.h"
#include "testing/json_edit.h"

namespace tomme::testing {

inline constexpr std::string_view kBundle01 = "application/vnd.dev.sigstore.bundle+json;version=0.1";
inline constexpr std::string_view kBundle02 = "application/vnd.dev.sigstore.bundle+json;version=0.2";
inline constexpr std::string_view kBundle03Old = "application/vnd.dev.sigstore.bundle+json;version=0.3";
inline constexpr std::string_view kBundle03 = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// The parts of a bundle, written as they stand: nothing is checked, nothing is made to fit.
struct BundleParts {
  enum class Material : std::uint8_t { certificate, chain, public_key };

  std::string media_type = std::string(kBundle03);
  Material material = Material::certificate;
  std::vector<Bytes> certificates = {};  ///< leaf first; `certificate` writes the first alone
  std::string key_hint = {};
  std::vector<LogEntry> entries = {};
  std::vector<Bytes> timestamps = {};
  std::variant<MessageSignature, DsseEnvelope> content = {};

  json::Value to_json() const;
  std::string to_text() const { return json::to_canonical(to_json()); }
};

json::Value entry_json(const LogEntry& entry);

/// PEP 740, version 1: of a bundle with a certificate and an envelope.
json::Value attestation_json(const BundleParts& bundle);

}  // namespace tomme::testing
