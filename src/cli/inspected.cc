#include "cli/inspected.h"

#include <algorithm>
#include <array>

#include "cli/errors.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"
#include "core/policy/expectation.h"
#include "core/sigstore/builtin_roots.h"
#include "core/sigstore/json_lines.h"

namespace tomme::cli {

namespace {

constexpr std::string_view kPemLine = "-----BEGIN ";

Result<InspectedFile> from_certificates(std::string name, const std::vector<Bytes>& ders) {
  InspectedFile file{std::move(name), InspectedFile::Kind::certificate, {}};
  for (const Bytes& der : ders) {
    Certificate certificate = TRY(in(printable(file.name), Certificate::parse(der)));
    file.parts.push_back({std::nullopt, std::nullopt, std::move(certificate)});
  }
  return file;
}

Result<InspectedFile> from_pem(std::string name, std::string_view text) {
  std::vector<Bytes> ders;
  for (PemBlock& block : TRY(in(printable(name), parse_pem(text)))) {
    if (block.label != "CERTIFICATE") {
      return fail(kInspectKind,
                  printable(name) + " holds a PEM block " + printable(block.label) + ", not a certificate");
    }
    ders.push_back(std::move(block.der));
  }
  return from_certificates(std::move(name), ders);
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

Inspected from_bundle(Bundle bundle, std::optional<TrustedPublisher> publisher) {
  std::optional<Certificate> certificate;
  if (bundle.certificate()) certificate = *bundle.certificate();
  return {std::move(publisher), std::move(bundle), std::move(certificate)};
}

/// What other JSON files of this trade are called, so that a mix-up is told.
std::string_view name_of_json(const json::Object& object) {
  const json::Value* type = object.find("mediaType");
  if (type && type->text()) {
    if (type->text()->contains("trustedroot"))
      return "a trusted root: give it to tomme verify --trusted-root";
    if (type->text()->contains("signingconfig"))
      return "a signing configuration, which says nothing of a file";
    if (type->text()->contains("clienttrustconfig"))
      return "a client trust configuration: give it to tomme sigstore --trust-config";
  }
  if (object.find("signed") && object.find("signatures")) return "TUF metadata";
  if (object.find("payload") && object.find("signatures"))
    return "a bare DSSE envelope, without certificate and log entry";
  if (object.find("_type") && object.find("predicateType"))
    return "a bare in-toto statement, which is not signed";
  if (object.find("files") && object.find("name")) return "an index page: try pypi:NAME==VERSION";
  return "";
}

InspectedFile from_bundles(std::string name, std::vector<Bundle> bundles) {
  InspectedFile file{std::move(name), InspectedFile::Kind::bundle, {}};
  for (Bundle& bundle : bundles) file.parts.push_back(from_bundle(std::move(bundle), std::nullopt));
  return file;
}

/// Arrays and lines of bundles, and forms that are no bundle by their own members.
bool holds_bundles(const json::Value& value) {
  if (const json::Array* array = value.array()) return !array->empty() && array->front().object();
  const json::Object* object = value.object();
  return object && (object->find("attestations") || object->find("base64Signature"));
}

Result<InspectedFile> from_json_text(std::string name, std::string_view text) {
  if (json_lines(text).size() > 1)
    return from_bundles(name, TRY(in(printable(name), Bundle::parse_all(text))));
  const json::Value value = TRY(in(printable(name), json::parse(text)));
  if (holds_bundles(value)) return from_bundles(name, TRY(in(printable(name), Bundle::parse_all(text))));
  const json::Object* object = value.object();
  const auto has = [&](std::string_view member) { return object && object->find(member); };
  const bool known = has("attestation_bundles") || has("verification_material") ||
                     has("verificationMaterial") || has("dsseEnvelope") || has("messageSignature");
  if (!known) {
    const std::string_view seems = object ? name_of_json(*object) : "";
    const std::string sentence =
        printable(name) + " is JSON, but no bundle, attestation or provenance object";
    if (seems.empty()) return fail(kInspectKind, sentence);
    return fail(kInspectKind, sentence, "it seems to be " + std::string(seems));
  }
  // Either spelling of a bundle's members is allowed, so an attestation is told by its own envelope.
  if (has("attestation_bundles") || (has("verification_material") && has("envelope"))) {
    return to_inspected(name, TRY(Proof::parse_any(name, text)));
  }
  return to_inspected(name, TRY(Proof::parse(Proof::Kind::bundle, name, text)));
}

std::string hint_for_other_content(std::string_view name, std::string_view content) {
  constexpr std::array<std::string_view, 2> kArchives = {"PK\x03\x04", "\x1f\x8b"};
  if (std::ranges::any_of(kArchives, [&](std::string_view magic) { return content.starts_with(magic); })) {
    return "it is an archive; inspect the proof that came with it: " + printable(name) +
           ".provenance, "
           ".publish.attestation or .sigstore.json";
  }
  return "";
}

std::optional<KnownLog> find_log(BytesView log_id, std::vector<TrustedLog> TrustedRoot::* logs) {
  struct Instance {
    Result<std::shared_ptr<const TrustedRoot>> root;
    std::string_view name;
  };
  static const std::array<Instance, 2> instances = {Instance{public_good_root(), "public-good"},
                                                    Instance{staging_root(), "staging"}};
  for (const Instance& instance : instances) {
    if (!instance.root) continue;
    for (const TrustedLog& log : (**instance.root).*logs) {
      if (log.is_named(log_id)) return KnownLog{log.base_url, instance.name};
    }
  }
  return std::nullopt;
}

}  // namespace

Result<InspectedFile> to_inspected(std::string name, const Proof& proof) {
  if (const auto* bundle = std::get_if<Bundle>(&proof.document)) {
    return InspectedFile{std::move(name), InspectedFile::Kind::bundle, {from_bundle(*bundle, std::nullopt)}};
  }
  if (const auto* attestation = std::get_if<Attestation>(&proof.document)) {
    Bundle bundle = TRY(in(printable(name), Bundle::from_attestation(*attestation)));
    return InspectedFile{
        std::move(name), InspectedFile::Kind::attestation, {from_bundle(std::move(bundle), std::nullopt)}};
  }
  InspectedFile file{std::move(name), InspectedFile::Kind::provenance, {}};
  for (const AttestationBundle& group : std::get<Provenance>(proof.document).bundles) {
    for (const Attestation& attestation : group.attestations) {
      file.parts.push_back(
          from_bundle(TRY(in(printable(file.name), Bundle::from_attestation(attestation))), group.publisher));
    }
  }
  return file;
}

Result<InspectedFile> read_inspected(std::string name, std::string_view content) {
  const std::string_view text = trimmed(content);
  if (text.empty()) return fail(kInspectKind, printable(name) + " is empty");
  if (text.starts_with('{') || text.starts_with('[')) return from_json_text(std::move(name), content);
  if (content.starts_with('\x30')) {
    if (Result<InspectedFile> der = from_certificates(name, {to_bytes(bytes_of(content))}); der) return der;
  }
  if (content.contains(kPemLine)) return from_pem(std::move(name), content);
  if (const Result<Bytes> decoded = decode_base64(text); decoded && text_of(*decoded).contains(kPemLine)) {
    return from_pem(std::move(name), text_of(*decoded));
  }
  if (content.starts_with('\x30')) return from_certificates(std::move(name), {to_bytes(bytes_of(content))});
  return fail(kInspectKind, printable(name) + " is no bundle, attestation, provenance object or certificate",
              hint_for_other_content(name, content));
}

std::optional<std::string> contradiction(const Inspected& part) {
  if (!part.publisher || !part.certificate) return std::nullopt;
  const Result<Identity> identity = Identity::of(*part.certificate);
  if (!identity) return identity.error().message();
  const Result<PublisherProof> proof = check_publisher(*part.publisher, *identity);
  if (!proof) return proof.error().message();
  return std::nullopt;
}

std::optional<KnownLog> find_known_log(BytesView log_id) {
  return find_log(log_id, &TrustedRoot::logs);
}

std::optional<KnownLog> find_known_certificate_log(BytesView log_id) {
  return find_log(log_id, &TrustedRoot::certificate_logs);
}

}  // namespace tomme::cli
