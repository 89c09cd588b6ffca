#include <optional>

#include "core/encoding/text.h"
#include "core/sigstore/bundle.h"
#include "core/sigstore/errors.h"
#include "core/sigstore/json_lines.h"

/// The files that bundles come in.
namespace tomme {

namespace {

using json::Fields;

Result<void> within(std::size_t count, const Bundle::Limits& limits) {
  if (count <= limits.bundles) return {};
  return fail(kBundleLimit, "the file has " + std::to_string(count) + " bundles, more than " +
                                std::to_string(limits.bundles));
}

/// {"base64Signature": …, "cert": base64 of PEM, "rekorBundle": …}. Where it was signed with a key, `cert` is
/// absent or that public key, which nobody need believe.
Result<Bundle> from_cosign(const json::Value& value) {
  Fields fields = TRY(Fields::of(value, "cosign's old bundle"));
  const std::string_view signature = TRY(fields.text("base64Signature"));
  std::string certificate(TRY(fields.optional_text("cert")).value_or(""));
  std::optional<LogEntry> entry;
  if (const json::Value* rekor = fields.find("rekorBundle")) entry = TRY(LogEntry::parse_cosign(*rekor));
  TRY(fields.expect_no_more());
  if (const Result<Bytes> pem = decode_base64(certificate); pem && !pem->empty())
    certificate = std::string(text_of(*pem));
  if (certificate.contains("-----BEGIN CERTIFICATE"))
    return Bundle::from_detached(bytes_of(signature), certificate, std::move(entry));
  MessageSignature message{std::nullopt, TRY(in("base64Signature", decode_base64(signature)))};
  if (message.signature.empty()) return fail(kBundleShape, "the bundle's signature is empty");
  Bundle bundle{"", PublicKeyHint{}, {}, {}, std::move(message)};
  if (entry) bundle.entries.push_back(std::move(*entry));
  return bundle;
}

Result<Bundle> parse_one(const json::Value& value, const Bundle::Limits& limits) {
  const json::Object* object = value.object();
  if (object && (object->find("base64Signature") || object->find("rekorBundle"))) return from_cosign(value);
  return Bundle::from_json(value, limits);
}

/// "bundle 2 of 3: …" where there is more than one.
template <class Items, class Parse>
Result<std::vector<Bundle>> parse_each(const Items& items, const Bundle::Limits& limits, Parse parse) {
  TRY(within(items.size(), limits));
  std::vector<Bundle> bundles;
  for (const auto& item : items) {
    const std::string place =
        "bundle " + std::to_string(bundles.size() + 1) + " of " + std::to_string(items.size());
    bundles.push_back(TRY(items.size() == 1 ? parse(item) : in(place, parse(item))));
  }
  if (bundles.empty()) return fail(kBundleShape, "the file holds no bundle");
  return bundles;
}

/// [{"bundle": {…}, "repository_id": 1, "bundle_url": "…"}]; "bundle" is null where it is too large to be
/// sent.
Result<Bundle> from_github(const json::Value& value, const Bundle::Limits& limits) {
  Fields fields = TRY(Fields::of(value, "attestation of GitHub's answer"));
  if (const json::Value* bundle = fields.find("bundle")) return parse_one(*bundle, limits);
  return fail(kBundleShape, "GitHub's answer names a bundle and does not hold it",
              "gh attestation download fetches it");
}

}  // namespace

Result<std::vector<Bundle>> Bundle::parse_all(std::string_view text, const Limits& limits) {
  const json::Limits json_limits{.depth = 32, .bytes = limits.bytes};
  if (const auto lines = json_lines(text); lines.size() > 1) {
    if (text.size() > limits.bytes) return fail(kBundleLimit, "the file is larger than its limit");
    return parse_each(lines, limits, [&](std::string_view line) -> Result<Bundle> {
      return parse_one(TRY(in("bundle", json::parse(line, json_limits))), limits);
    });
  }
  const json::Value value = TRY(in("bundle", json::parse(text, json_limits)));
  const auto one = [&](const json::Value& item) { return parse_one(item, limits); };
  if (const json::Array* array = value.array()) return parse_each(*array, limits, one);
  const json::Object* object = value.object();
  if (const json::Value* answer = object && object->size() == 1 ? object->find("attestations") : nullptr;
      answer && answer->array()) {
    return parse_each(*answer->array(), limits,
                      [&](const json::Value& item) { return from_github(item, limits); });
  }
  return parse_each(std::vector<const json::Value*>{&value}, limits,
                    [&](const json::Value* item) { return one(*item); });
}

Result<Bundle> Bundle::parse(std::string_view text, const Limits& limits) {
  std::vector<Bundle> bundles = TRY(parse_all(text, limits));
  if (bundles.size() == 1) return std::move(bundles.front());
  return fail(kBundleShape,
              "the file holds " + std::to_string(bundles.size()) + " bundles, and one is read here",
              "tomme verify --bundle FILE tries them all");
}

}  // namespace tomme
