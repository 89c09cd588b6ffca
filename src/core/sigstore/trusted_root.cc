#include "core/sigstore/trusted_root.h"

#include <array>
#include <utility>

#include "core/encoding/text.h"
#include "core/sigstore/builtin_roots.h"
#include "core/sigstore/errors.h"
#include "core/sigstore/json_lines.h"

namespace tomme {

namespace {

using json::Fields;

constexpr std::size_t kMostRoots = 8;  // in one file

struct KeyDetails {
  std::string_view name;  // PublicKeyDetails of sigstore_common.proto
  std::int64_t number;
  HashAlgorithm hash;
  Padding padding;
  bool pkcs1;  // rawBytes is an RSAPublicKey instead of a SubjectPublicKeyInfo
};

constexpr std::array kKeyDetails = {
    KeyDetails{"PKCS1_RSA_PKCS1V5", 1, HashAlgorithm::sha256, Padding::pkcs1, true},
    KeyDetails{"PKCS1_RSA_PSS", 2, HashAlgorithm::sha256, Padding::pss, true},
    KeyDetails{"PKIX_RSA_PKCS1V5", 3, HashAlgorithm::sha256, Padding::pkcs1, false},
    KeyDetails{"PKIX_RSA_PSS", 4, HashAlgorithm::sha256, Padding::pss, false},
    KeyDetails{"PKIX_ECDSA_P256_SHA_256", 5, HashAlgorithm::sha256, Padding::none, false},
    KeyDetails{"PKIX_ED25519", 7, HashAlgorithm::sha256, Padding::none, false},
    KeyDetails{"PKIX_RSA_PKCS1V15_2048_SHA256", 9, HashAlgorithm::sha256, Padding::pkcs1, false},
    KeyDetails{"PKIX_RSA_PKCS1V15_3072_SHA256", 10, HashAlgorithm::sha256, Padding::pkcs1, false},
    KeyDetails{"PKIX_RSA_PKCS1V15_4096_SHA256", 11, HashAlgorithm::sha256, Padding::pkcs1, false},
    KeyDetails{"PKIX_ECDSA_P384_SHA_384", 12, HashAlgorithm::sha384, Padding::none, false},
    KeyDetails{"PKIX_ECDSA_P521_SHA_512", 13, HashAlgorithm::sha512, Padding::none, false},
    KeyDetails{"PKIX_RSA_PSS_2048_SHA256", 16, HashAlgorithm::sha256, Padding::pss, false},
    KeyDetails{"PKIX_RSA_PSS_3072_SHA256", 17, HashAlgorithm::sha256, Padding::pss, false},
    KeyDetails{"PKIX_RSA_PSS_4096_SHA256", 18, HashAlgorithm::sha256, Padding::pss, false},
    KeyDetails{"PKIX_ECDSA_P384_SHA_256", 19, HashAlgorithm::sha256, Padding::none, false},
    KeyDetails{"PKIX_ECDSA_P521_SHA_256", 20, HashAlgorithm::sha256, Padding::none, false},
};

const KeyDetails* find_key_details(const json::Value& value) {
  for (const KeyDetails& details : kKeyDetails) {
    if (value.text() && *value.text() == details.name) return &details;
    if (value.integer() == details.number) return &details;
  }
  return nullptr;
}

Result<TimeRange> parse_validity(Fields fields) {
  const std::string_view start = TRY(fields.text("start"));
  const auto from = parse_rfc3339(start);
  if (!from)
    return fail(kTrustRootInvalid, "a validity starts at " + printable(start) + ", which is no time");
  TimeRange range{*from, std::nullopt};
  if (const auto end = TRY(fields.optional_text("end"))) {
    range.end = parse_rfc3339(*end);
    if (!range.end)
      return fail(kTrustRootInvalid, "a validity ends at " + printable(*end) + ", which is no time");
    if (*range.end < range.start) return fail(kTrustRootInvalid, "a validity ends before it starts");
  }
  return range;
}

/// The host of "https://host:port/path", and "host:port" where there is a port.
std::pair<std::string, std::optional<std::string>> note_names(std::string_view url) {
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const std::string_view authority = url.substr(0, url.find_first_of("/?#"));
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos || authority.ends_with(']'))
    return {std::string(authority), std::nullopt};
  return {std::string(authority.substr(0, colon)), std::string(authority)};
}

Result<std::optional<TrustedLog>> parse_log(const json::Value& value, std::vector<std::string>& left_out) {
  Fields fields = TRY(Fields::of(value, "trusted log", Fields::Spelling::proto));
  const std::string url(TRY(fields.text("baseUrl")));
  Fields key_fields = TRY(fields.object("publicKey"));
  const json::Value* details_value = TRY(key_fields.required("keyDetails"));
  const TimeRange valid = TRY(in(url, parse_validity(TRY(key_fields.object("validFor")))));
  const Bytes raw = TRY(key_fields.base64("rawBytes"));
  const KeyDetails* details = find_key_details(*details_value);
  if (!details) {
    left_out.push_back(url);
    return std::nullopt;
  }
  PublicKey key = TRY(in(url, details->pkcs1 ? PublicKey::parse_rsa_pkcs1(raw) : PublicKey::parse_spki(raw)));
  if ((key.type() == KeyType::rsa) != (details->padding != Padding::none)) {
    return fail(kTrustRootInvalid, url + " has a key of another kind than it says");
  }
  // Version 0.2 may name the key of checkpoints apart (trustroot.proto); one of both there must be.
  Bytes checkpoint_key_id;
  if (auto id = TRY(fields.optional_object("checkpointKeyId"))) checkpoint_key_id = TRY(id->base64("keyId"));
  Bytes log_id = checkpoint_key_id;
  if (auto id = TRY(fields.optional_object("logId")); id || checkpoint_key_id.empty())
    log_id = TRY(TRY(id ? Result<Fields>(std::move(*id)) : fields.object("logId")).base64("keyId"));
  std::string operator_name;
  if (const auto name = TRY(fields.optional_text("operator"))) operator_name = *name;
  const SignatureScheme scheme{details->hash, details->padding};
  const std::vector<BytesView> ids{log_id, checkpoint_key_id};
  auto [host, host_and_port] = note_names(url);
  std::optional<NoteKey> with_port;
  if (host_and_port) with_port = NoteKey::of_log(std::move(*host_and_port), key, scheme, ids);
  NoteKey note_key = NoteKey::of_log(std::move(host), std::move(key), scheme, ids);
  return TrustedLog{url,    std::move(operator_name), std::move(log_id),    std::move(checkpoint_key_id),
                    scheme, std::move(note_key),      std::move(with_port), valid};
}

Result<std::vector<Certificate>> parse_certificates(Fields fields) {
  std::vector<Certificate> certificates;
  for (const json::Value& item : *TRY(fields.array("certificates"))) {
    Fields certificate = TRY(Fields::of(item, "certificate", Fields::Spelling::proto));
    certificates.push_back(TRY(Certificate::parse(TRY(certificate.base64("rawBytes")))));
  }
  if (certificates.empty())
    return fail(kTrustRootInvalid, "an authority of the trusted root has no certificate");
  return certificates;
}

Result<TrustedAuthority> parse_authority(const json::Value& value, std::string_view purpose,
                                         LinkSignatures links) {
  Fields fields = TRY(Fields::of(value, "trusted authority", Fields::Spelling::proto));
  std::string uri;
  if (const auto text = TRY(fields.optional_text("uri"))) uri = *text;
  std::string operator_name;
  if (const auto name = TRY(fields.optional_text("operator"))) operator_name = *name;
  const TimeRange valid = TRY(in(uri, parse_validity(TRY(fields.object("validFor")))));
  std::vector<Certificate> certificates = TRY(in(uri, parse_certificates(TRY(fields.object("certChain")))));

  std::optional<Certificate> leaf;
  if (!certificates.front().is_ca()) {
    if (certificates.size() == 1) {
      return fail(kTrustRootInvalid, uri + " has a certificate of its own but none of its issuer");
    }
    leaf = certificates.front();
    certificates.erase(certificates.begin());
  }
  AuthorityChain chain = TRY(in(uri, AuthorityChain::make(std::move(certificates), purpose, links)));
  if (leaf) TRY(in(uri, chain.admit(*leaf, links)));
  return TrustedAuthority{std::move(uri), std::move(operator_name), std::move(chain), std::move(leaf), valid};
}

Result<const json::Array*> parse_list(Fields& fields, std::string_view name,
                                      const TrustedRoot::Limits& limits) {
  static const json::Array kNone;
  const json::Array* list = TRY(fields.optional_array(name));
  if (!list) return &kNone;
  if (list->size() > limits.instances) {
    return fail(kTrustRootLimit, "the trusted root has " + std::to_string(list->size()) + " " +
                                     std::string(name) + ", more than " + std::to_string(limits.instances));
  }
  return list;
}

}  // namespace

bool TrustedLog::is_named(BytesView id) const {
  return equal(log_id, id) || (!checkpoint_key_id.empty() && equal(checkpoint_key_id, id));
}

std::string TrustedLog::counted_as() const {
  return operator_name.empty() ? "log " + key.key().spki_sha256().to_hex() : "operator " + operator_name;
}

std::string TrustedAuthority::counted_as() const {
  return operator_name.empty() ? "authority " + chain.anchor().key().spki_sha256().to_hex()
                               : "operator " + operator_name;
}

namespace {

Result<TrustedRoot> parse_root(std::string_view text, const TrustedRoot::Limits& limits,
                               LinkSignatures links) {
  const json::Value value = TRY(in("trusted root", json::parse(text, {.depth = 32, .bytes = limits.bytes})));
  Fields fields = TRY(Fields::of(value, "trusted root", Fields::Spelling::proto));
  const std::string_view type = TRY(fields.text("mediaType"));
  if (type != "application/vnd.dev.sigstore.trustedroot+json;version=0.1" &&
      type != "application/vnd.dev.sigstore.trustedroot+json;version=0.2" &&
      type != "application/vnd.dev.sigstore.trustedroot.v0.2+json") {
    return fail(kTrustRootInvalid, "the trusted root is of type " + printable(type));
  }
  TrustedRoot root;
  for (const json::Value& item : *TRY(parse_list(fields, "tlogs", limits))) {
    if (auto log = TRY(parse_log(item, root.left_out))) root.logs.push_back(std::move(*log));
  }
  for (const json::Value& item : *TRY(parse_list(fields, "ctlogs", limits))) {
    if (auto log = TRY(parse_log(item, root.left_out))) root.certificate_logs.push_back(std::move(*log));
  }
  for (const json::Value& item : *TRY(parse_list(fields, "certificateAuthorities", limits))) {
    root.certificate_authorities.push_back(TRY(parse_authority(item, kEkuCodeSigning, links)));
  }
  for (const json::Value& item : *TRY(parse_list(fields, "timestampAuthorities", limits))) {
    root.timestamp_authorities.push_back(TRY(parse_authority(item, kEkuTimeStamping, links)));
  }
  return root;
}

Result<std::shared_ptr<const TrustedRoot>> load_builtin(std::string_view text) {
  return std::make_shared<const TrustedRoot>(TRY(parse_root(text, {}, LinkSignatures::verified_at_build)));
}

}  // namespace

Result<TrustedRoot> TrustedRoot::parse(std::string_view text, const Limits& limits) {
  if (const std::size_t lines = json_lines(text).size(); lines > 1) {
    return fail(
        kTrustRootInvalid,
        "the file holds " + std::to_string(lines) + " trusted roots, one in each line, and one is read here",
        "keep the line of the instance that you mean in a file of its own; tomme verify tries them all");
  }
  return parse_root(text, limits, LinkSignatures::verify);
}

Result<std::vector<TrustedRoot>> TrustedRoot::parse_all(std::string_view text, const Limits& limits) {
  std::vector<TrustedRoot> roots;
  const auto lines = json_lines(text);
  if (lines.size() <= 1) {
    roots.push_back(TRY(parse(text, limits)));
    return roots;
  }
  if (lines.size() > kMostRoots) {
    return fail(kTrustRootLimit, "the file has " + std::to_string(lines.size()) +
                                     " trusted roots, more than " + std::to_string(kMostRoots));
  }
  for (const std::string_view line : lines) {
    roots.push_back(TRY(in("trusted root " + std::to_string(roots.size() + 1), parse(line, limits))));
  }
  return roots;
}

Result<std::shared_ptr<const TrustedRoot>> public_good_root() {
  return load_builtin(public_good_root_text());
}
Result<std::shared_ptr<const TrustedRoot>> staging_root() {
  return load_builtin(staging_root_text());
}

}  // namespace tomme
