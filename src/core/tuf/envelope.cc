#include "core/tuf/envelope.h"

#include <algorithm>

#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/object_internal.h"

namespace tomme::tuf {

namespace {

Result<Signature> parse_signature(const json::Value& value) {
  ObjectReader reader = TRY(ObjectReader::of(value, "a signature"));
  const std::string_view keyid = TRY(reader.text("keyid"));
  const std::string_view hex = TRY(reader.text("sig"));
  return Signature{KeyId(std::string(keyid)), std::string(hex), reader.rest()};
}

/// Nobody signs a signature: it may have numbers that canonical JSON has not.
json::Object object_of(const Signature& signature) {
  std::vector<json::Member> members{{"keyid", signature.keyid.value()}, {"sig", signature.hex}};
  for (const json::Member& member : signature.unknown) {
    if (member.name != "keyid" && member.name != "sig") members.push_back(member);
  }
  return json::Object(std::move(members));
}

Result<void> refuse_duplicates(const std::vector<Signature>& signatures) {
  std::vector<std::string_view> ids;
  ids.reserve(signatures.size());
  for (const Signature& signature : signatures) ids.push_back(signature.keyid.value());
  std::ranges::sort(ids);
  const auto twice = std::ranges::adjacent_find(ids);
  if (twice == ids.end()) return {};
  return fail(kTufDuplicateSignature, "two signatures have the key id '" + printable(*twice, 80) + "'");
}

/// Control characters stand inside of texts only: canonical JSON has no white space between its parts.
void append_as_json(std::string& out, std::string_view canonical) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  while (true) {
    const auto control = std::ranges::find_if(canonical, is_control);
    const auto plain = static_cast<std::size_t>(control - canonical.begin());
    out += canonical.substr(0, plain);
    if (control == canonical.end()) return;
    if (*control == '\n') {
      out += "\\n";
    } else {
      out += "\\u00";
      out.push_back(kDigits[static_cast<std::size_t>(*control) >> 4]);
      out.push_back(kDigits[static_cast<std::size_t>(*control) & 15]);
    }
    canonical.remove_prefix(plain + 1);
  }
}

}  // namespace

Result<Envelope> Envelope::parse(BytesView file, const EnvelopeLimits& limits) {
  json::Value whole = TRY(
      json::parse(text_of(file), {.depth = limits.depth, .bytes = limits.bytes, .values = limits.values}));
  ObjectReader reader = TRY(ObjectReader::of(whole, "the file"));
  const json::Value* payload = TRY(reader.required("signed"));
  const json::Array* list = TRY(reader.array("signatures"));
  if (list->size() > limits.signatures) {
    return fail(kTufShape, "the file has " + std::to_string(list->size()) + " signatures, more than the " +
                               std::to_string(limits.signatures) + " allowed");
  }
  TRY(ObjectReader::of(*payload, "'signed'"));
  Envelope out;
  for (const json::Value& value : *list) out.signatures.push_back(TRY(parse_signature(value)));
  TRY(refuse_duplicates(out.signatures));
  out.canonical = TRY(json::to_olpc_canonical(*payload));
  out.payload = std::move(const_cast<json::Value&>(*payload));  // of `whole`, which is ours and ends here
  return out;
}

std::string write_envelope(std::string_view canonical, std::span<const Signature> signatures) {
  json::Array list;
  for (const Signature& signature : signatures) list.emplace_back(object_of(signature));
  const std::string written = json::to_canonical(std::move(list));
  std::string out;
  out.reserve(written.size() + canonical.size() + 64);
  out += "{\"signatures\":";
  out += written;
  out += ",\"signed\":";
  append_as_json(out, canonical);
  out.push_back('}');
  return out;
}

Result<Signature> sign(const PrivateKey& signer, const Key& key, const KeyId& keyid,
                       std::string_view canonical) {
  if (key.public_key() == nullptr || *key.public_key() != signer.public_key()) {
    return fail(kTufKeyUnusable,
                "the signing key is not the one listed as '" + printable(keyid.value(), 80) + "'");
  }
  const Bytes bytes = TRY(signer.sign(key.signature_scheme(), bytes_of(canonical)));
  return Signature{keyid, encode_hex(bytes)};
}

}  // namespace tomme::tuf
