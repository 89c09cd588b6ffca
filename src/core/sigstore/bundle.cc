#include "core/sigstore/bundle.h"

#include <array>

#include "core/encoding/pem.h"
#include "core/encoding/text.h"
#include "core/sigstore/errors.h"

namespace tomme {

namespace {

using json::Fields;

enum class BundleVersion : std::uint8_t { v0_1, v0_2, v0_3 };

Result<BundleVersion> parse_media_type(std::string_view type) {
  constexpr std::string_view kPrefix = "application/vnd.dev.sigstore.bundle";
  if (type.starts_with(kPrefix)) {
    const std::string_view rest = type.substr(kPrefix.size());
    if (rest == "+json;version=0.1") return BundleVersion::v0_1;
    if (rest == "+json;version=0.2") return BundleVersion::v0_2;
    if (rest == "+json;version=0.3" || rest == ".v0.3+json") return BundleVersion::v0_3;
  }
  return fail(kBundleMediaType, "the bundle is of type " + printable(type));
}

Result<void> within(std::size_t count, std::size_t limit, std::string_view what) {
  if (count <= limit) return {};
  return fail(kBundleLimit, "the bundle has " + std::to_string(count) + " " + std::string(what) +
                                ", more than " + std::to_string(limit));
}

Result<Certificate> parse_raw_certificate(Fields fields) {
  const Bytes der = TRY(fields.base64("rawBytes"));
  TRY(fields.expect_no_more());
  return in("certificate", Certificate::parse(der));
}

// Only the leaf is taken from a chain: issuers come from the trusted root. A self-signed one among them
// means that somebody wants his own root believed.
Result<Certificate> parse_chain(Fields fields, const Bundle::Limits& limits) {
  const json::Array* chain = TRY(fields.array("certificates"));
  TRY(fields.expect_no_more());
  if (chain->empty()) return fail(kBundleShape, "the bundle's certificate chain is empty");
  TRY(within(chain->size(), limits.certificates, "certificates"));
  std::vector<Certificate> certificates;
  for (const json::Value& item : *chain) {
    certificates.push_back(
        TRY(parse_raw_certificate(TRY(Fields::of(item, "certificate", Fields::Spelling::proto)))));
    const Certificate& certificate = certificates.back();
    if (certificate.is_ca() && equal(certificate.issuer(), certificate.subject())) {
      return fail(kBundleShape, "the bundle brings a root certificate of its own");
    }
  }
  return certificates.front();
}

Result<std::variant<Certificate, PublicKeyHint>> parse_key_material(Fields& fields, BundleVersion version,
                                                                    const Bundle::Limits& limits) {
  auto certificate = TRY(fields.optional_object("certificate"));
  auto chain = TRY(fields.optional_object("x509CertificateChain"));
  auto key = TRY(fields.optional_object("publicKey"));
  if (int{certificate.has_value()} + int{chain.has_value()} + int{key.has_value()} != 1) {
    return fail(kBundleShape,
                "the bundle does not have exactly one of certificate, certificate chain and public key");
  }
  if (certificate) return TRY(parse_raw_certificate(std::move(*certificate)));
  if (chain) {
    if (version == BundleVersion::v0_3)
      return fail(kBundleShape, "a bundle of version 0.3 has a certificate chain");
    return TRY(parse_chain(std::move(*chain), limits));
  }
  PublicKeyHint hint;
  if (const auto text = TRY(key->optional_text("hint"))) hint.hint = *text;
  TRY(key->expect_no_more());
  return hint;
}

Result<std::vector<LogEntry>> parse_entries(const json::Array* entries, LogEntry::UnknownMembers unknown,
                                            const Bundle::Limits& limits) {
  std::vector<LogEntry> parsed;
  if (!entries) return parsed;
  TRY(within(entries->size(), limits.entries, "log entries"));
  parsed.reserve(entries->size());
  for (const json::Value& entry : *entries) parsed.push_back(TRY(LogEntry::parse(entry, unknown)));
  return parsed;
}

// TimestampVerificationData { repeated RFC3161SignedTimestamp { bytes signed_timestamp } rfc3161_timestamps }
Result<std::vector<Bytes>> parse_timestamps(std::optional<Fields> fields, const Bundle::Limits& limits) {
  std::vector<Bytes> parsed;
  if (!fields) return parsed;
  if (const json::Array* timestamps = TRY(fields->optional_array("rfc3161Timestamps"))) {
    TRY(within(timestamps->size(), limits.timestamps, "timestamps"));
    for (const json::Value& item : *timestamps) {
      Fields timestamp = TRY(Fields::of(item, "timestamp", Fields::Spelling::proto));
      parsed.push_back(TRY(timestamp.base64("signedTimestamp")));
      TRY(timestamp.expect_no_more());
    }
  }
  TRY(fields->expect_no_more());
  return parsed;
}

// HashOutput { HashAlgorithm algorithm; bytes digest }, HashAlgorithm of sigstore_common.proto.
Result<Digest> parse_hash_output(Fields fields) {
  struct Name {
    std::string_view name;
    std::int64_t number;
    HashAlgorithm algorithm;
  };
  static constexpr std::array kNames = {Name{"SHA2_256", 1, HashAlgorithm::sha256},
                                        Name{"SHA2_384", 2, HashAlgorithm::sha384},
                                        Name{"SHA2_512", 3, HashAlgorithm::sha512}};
  const json::Value* algorithm = TRY(fields.required("algorithm"));
  const Bytes bytes = TRY(fields.base64("digest"));
  TRY(fields.expect_no_more());
  for (const Name& name : kNames) {
    if ((algorithm->text() && *algorithm->text() == name.name) || algorithm->integer() == name.number) {
      return in("message digest", Digest::make(name.algorithm, bytes));
    }
  }
  return fail(kBundleShape, "the message digest is of an algorithm that is not SHA-256, SHA-384 or SHA-512");
}

Result<MessageSignature> parse_message(Fields fields) {
  MessageSignature message;
  if (auto digest = TRY(fields.optional_object("messageDigest"))) {
    message.digest = TRY(parse_hash_output(std::move(*digest)));
  }
  message.signature = TRY(fields.base64("signature"));
  TRY(fields.expect_no_more());
  if (message.signature.empty()) return fail(kBundleShape, "the bundle's signature is empty");
  return message;
}

// Envelope { bytes payload; string payload_type; repeated Signature { bytes sig; string keyid } }
Result<DsseEnvelope> parse_envelope(Fields fields) {
  DsseEnvelope envelope;
  envelope.payload = TRY(fields.base64("payload"));
  envelope.payload_type = TRY(fields.text("payloadType"));
  const json::Array* signatures = TRY(fields.array("signatures"));
  TRY(fields.expect_no_more());
  if (signatures->size() != 1) {
    return fail(kBundleShape,
                "the envelope has " + std::to_string(signatures->size()) + " signatures, not one");
  }
  Fields signature = TRY(Fields::of(signatures->front(), "envelope signature", Fields::Spelling::proto));
  envelope.signature = TRY(signature.base64("sig"));
  if (const auto key_id = TRY(signature.optional_text("keyid"))) envelope.key_id = *key_id;
  TRY(signature.expect_no_more());
  if (envelope.signature.empty()) return fail(kBundleShape, "the envelope's signature is empty");
  return envelope;
}

Result<std::variant<MessageSignature, DsseEnvelope>> parse_content(Fields& fields) {
  auto message = TRY(fields.optional_object("messageSignature"));
  auto envelope = TRY(fields.optional_object("dsseEnvelope"));
  if (message.has_value() == envelope.has_value()) {
    return fail(kBundleShape, "the bundle does not have exactly one of message signature and envelope");
  }
  if (message) return TRY(parse_message(std::move(*message)));
  return TRY(parse_envelope(std::move(*envelope)));
}

}  // namespace

Result<Bundle> Bundle::from_json(const json::Value& value, const Limits& limits) {
  Fields fields = TRY(Fields::of(value, "bundle", Fields::Spelling::proto));
  const std::string media_type(TRY(fields.text("mediaType")));
  const BundleVersion version = TRY(parse_media_type(media_type));
  Fields material = TRY(fields.object("verificationMaterial"));
  // Named one by one: g++ 12 forgets what a braced list has made when a TRY in it returns.
  auto key_material = TRY(parse_key_material(material, version, limits));
  auto entries = TRY(
      parse_entries(TRY(material.optional_array("tlogEntries")), LogEntry::UnknownMembers::refused, limits));
  auto timestamps = TRY(parse_timestamps(TRY(material.optional_object("timestampVerificationData")), limits));
  auto content = TRY(parse_content(fields));
  Bundle bundle{media_type, std::move(key_material), std::move(entries), std::move(timestamps),
                std::move(content)};
  TRY(material.expect_no_more());
  TRY(fields.expect_no_more());
  if (const auto* hint = std::get_if<PublicKeyHint>(&bundle.key_material); hint && bundle.envelope()) {
    const std::string& key_id = bundle.envelope()->key_id;
    if (!key_id.empty() && key_id != hint->hint) {
      return fail(kBundleShape, "the envelope's key id is not the bundle's key hint");
    }
  }
  return bundle;
}

Result<Bundle> Bundle::from_attestation(const Attestation& attestation, const Limits& limits) {
  TRY(within(attestation.timestamps.size(), limits.timestamps, "timestamps"));
  Certificate certificate = TRY(in("certificate", Certificate::parse(attestation.certificate)));
  auto entries =
      TRY(parse_entries(&attestation.transparency_entries, LogEntry::UnknownMembers::ignored, limits));
  return Bundle{"", std::move(certificate), std::move(entries), attestation.timestamps, attestation.envelope};
}

Result<Bundle> Bundle::from_detached(BytesView signature, std::string_view certificate,
                                     std::optional<LogEntry> entry) {
  const auto trimmed = [](std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
      text.remove_suffix(1);
    return text;
  };
  // Base64 text is never a DER signature: those start with 0x30 0x45 or the like, with bytes above 0x7f.
  Result<Bytes> decoded = decode_base64(trimmed(text_of(signature)));
  MessageSignature message{std::nullopt, decoded ? std::move(*decoded) : to_bytes(signature)};
  if (message.signature.empty()) return fail(kBundleShape, "the signature file is empty");
  std::string pem(certificate);
  if (Result<Bytes> unwrapped = decode_base64(trimmed(certificate))) pem = std::string(text_of(*unwrapped));
  Certificate leaf = TRY(in("certificate", Certificate::parse_pem(pem)));
  Bundle bundle{"", std::move(leaf), {}, {}, std::move(message)};
  if (entry) bundle.entries.push_back(std::move(*entry));
  return bundle;
}

BytesView Bundle::signature() const {
  if (const DsseEnvelope* envelope = this->envelope()) return envelope->signature;
  return std::get<MessageSignature>(content).signature;
}

}  // namespace tomme
