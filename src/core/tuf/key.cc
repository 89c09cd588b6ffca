#include "core/tuf/key.h"

#include <array>

#include "core/crypto/errors.h"
#include "core/encoding/der.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/object_internal.h"

namespace tomme::tuf {

namespace {

enum class Family : std::uint8_t { ed25519, ecdsa, rsa };

struct Scheme {
  std::string_view name;
  Family family;
  SignatureScheme how;
  KeyType key;
  std::string_view curve;  ///< OID; ECDSA only
};
constexpr std::array<Scheme, 10> kSchemes{{
    {"ed25519", Family::ed25519, {}, KeyType::ed25519, ""},
    {"ecdsa-sha2-nistp256",
     Family::ecdsa,
     {HashAlgorithm::sha256, Padding::none},
     KeyType::ecdsa_p256,
     "1.2.840.10045.3.1.7"},
    {"ecdsa-sha2-nistp384",
     Family::ecdsa,
     {HashAlgorithm::sha384, Padding::none},
     KeyType::ecdsa_p384,
     "1.3.132.0.34"},
    {"ecdsa-sha2-nistp521",
     Family::ecdsa,
     {HashAlgorithm::sha512, Padding::none},
     KeyType::ecdsa_p521,
     "1.3.132.0.35"},
    {"rsassa-pss-sha256", Family::rsa, {HashAlgorithm::sha256, Padding::pss_any_salt}, KeyType::rsa, ""},
    {"rsassa-pss-sha384", Family::rsa, {HashAlgorithm::sha384, Padding::pss_any_salt}, KeyType::rsa, ""},
    {"rsassa-pss-sha512", Family::rsa, {HashAlgorithm::sha512, Padding::pss_any_salt}, KeyType::rsa, ""},
    {"rsa-pkcs1v15-sha256", Family::rsa, {HashAlgorithm::sha256, Padding::pkcs1}, KeyType::rsa, ""},
    {"rsa-pkcs1v15-sha384", Family::rsa, {HashAlgorithm::sha384, Padding::pkcs1}, KeyType::rsa, ""},
    {"rsa-pkcs1v15-sha512", Family::rsa, {HashAlgorithm::sha512, Padding::pkcs1}, KeyType::rsa, ""},
}};

constexpr std::string_view kOidcType = "sigstore-oidc";
constexpr std::string_view kOidcScheme = "Fulcio";

const Scheme* find_scheme(std::string_view name) {
  for (const Scheme& scheme : kSchemes) {
    if (scheme.name == name) return &scheme;
  }
  return nullptr;
}

/// ECDSA keys stand under "ecdsa" and, in older repositories, under the name of their scheme.
bool type_fits(const Scheme& scheme, std::string_view type) {
  switch (scheme.family) {
    case Family::ed25519:
      return type == "ed25519";
    case Family::rsa:
      return type == "rsa";
    case Family::ecdsa:
      return type == "ecdsa" || type == scheme.name;
  }
  std::unreachable();
}

Bytes spki_of_point(std::string_view algorithm, std::string_view curve, BytesView point) {
  const Bytes parameters = curve.empty() ? Bytes{} : der::encode_oid(curve);
  const Bytes identifier = der::encode_oid(algorithm);
  const Bytes algorithm_identifier = der::sequence({identifier, parameters});
  const Bytes bits = der::encode_bit_string(point);
  return der::sequence({algorithm_identifier, bits});
}

Result<PublicKey> read_public(const Scheme& scheme, std::string_view text) {
  if (scheme.family == Family::ed25519) {
    const Bytes point = TRY(decode_hex(text));
    if (point.size() != 32) {
      return fail(kTufKeyUnusable,
                  "an Ed25519 key has 64 hexadecimal digits, not " + std::to_string(text.size()));
    }
    return PublicKey::parse_spki(spki_of_point("1.3.101.112", "", point));
  }
  if (scheme.family == Family::ecdsa && text.starts_with("04")) {
    const Bytes point = TRY(decode_hex(text));
    return PublicKey::parse_spki(spki_of_point("1.2.840.10045.2.1", scheme.curve, point));
  }
  return PublicKey::parse_pem(text);
}

json::Object keyval_of(const PublicKey& key) {
  std::string text =
      key.type() == KeyType::ed25519 ? encode_hex(key.ed25519_point()) : to_pem("PUBLIC KEY", key.spki());
  std::vector<json::Member> members;
  members.push_back({"public", std::move(text)});
  return json::Object(std::move(members));
}

std::string_view usual_scheme(KeyType type) {
  for (const Scheme& scheme : kSchemes) {
    if (scheme.key == type) return scheme.name;
  }
  std::unreachable();
}

std::string_view type_name(KeyType type) {
  return type == KeyType::ed25519 ? "ed25519" : type == KeyType::rsa ? "rsa" : "ecdsa";
}

std::string text_member(const json::Object& object, std::string_view name) {
  const json::Value* value = object.find(name);
  return value != nullptr && value->text() != nullptr ? *value->text() : std::string();
}

}  // namespace

Key::Key(std::string type, std::string scheme, json::Object keyval)
    : type_(std::move(type)),
      scheme_(std::move(scheme)),
      keyval_(std::move(keyval)),
      use_(usable_as(type_, scheme_, keyval_)) {}

Key::Use Key::usable_as(std::string_view type, std::string_view scheme, const json::Object& keyval) {
  if (type == kOidcType && scheme == kOidcScheme) {
    OidcSigner signer{text_member(keyval, "identity"), text_member(keyval, "issuer")};
    if (signer.identity.empty() || signer.issuer.empty())
      return Unusable{"it lacks an identity or an issuer"};
    return signer;
  }
  const Scheme* known = find_scheme(scheme);
  if (known == nullptr || !type_fits(*known, type)) {
    return Unusable{"type '" + printable(type, 60) + "' with scheme '" + printable(scheme, 60) +
                    "' is not known"};
  }
  Result<PublicKey> key = read_public(*known, text_member(keyval, "public"));
  if (!key) return Unusable{key.error().message()};
  if (key->type() != known->key) {
    return Unusable{"an " + key->describe() + " key does not sign as " + std::string(known->name)};
  }
  return Usable{*std::move(key), known->how};
}

// KEY = { "keytype" : KEYTYPE, "scheme" : SCHEME, "keyval" : { "public" : PUBLIC } }
// "keyid_hash_algorithms" was dropped from the specification and stays among the unknown members.
Result<Key> Key::parse(const json::Value& value) {
  ObjectReader reader = TRY(ObjectReader::of(value, "a key"));
  const std::string_view type = TRY(reader.text("keytype"));
  const std::string_view scheme = TRY(reader.text("scheme"));
  const json::Object* keyval = TRY(reader.object("keyval"));
  Key key{std::string(type), std::string(scheme), *keyval};
  key.unknown = reader.rest();
  return key;
}

Key Key::of(const PublicKey& key) {
  return {std::string(type_name(key.type())), std::string(usual_scheme(key.type())), keyval_of(key)};
}

Result<Key> Key::of(const PublicKey& key, std::string_view scheme) {
  Key out{std::string(type_name(key.type())), std::string(scheme), keyval_of(key)};
  if (out.public_key() == nullptr) return fail(kTufKeyUnusable, std::string(out.why_unusable()));
  return out;
}

Key Key::of(const OidcSigner& signer) {
  std::vector<json::Member> members;
  members.push_back({"identity", signer.identity});
  members.push_back({"issuer", signer.issuer});
  return {std::string(kOidcType), std::string(kOidcScheme), json::Object(std::move(members))};
}

const PublicKey* Key::public_key() const {
  const auto* usable = std::get_if<Usable>(&use_);
  return usable != nullptr ? &usable->key : nullptr;
}

SignatureScheme Key::signature_scheme() const {
  const auto* usable = std::get_if<Usable>(&use_);
  return usable != nullptr ? usable->scheme : SignatureScheme{};
}

std::string_view Key::why_unusable() const {
  const auto* unusable = std::get_if<Unusable>(&use_);
  return unusable != nullptr ? std::string_view(unusable->why) : std::string_view();
}

std::string Key::counted_as() const {
  if (const PublicKey* key = public_key()) return "spki:" + key->spki_sha256().to_hex();
  if (const OidcSigner* signer = oidc_signer()) {
    return "oidc:" + std::to_string(signer->issuer.size()) + ":" + signer->issuer + signer->identity;
  }
  // It never counts as a signer, and yet two of them are two keys to whoever lists or compares them.
  return "unusable:" + id().value();
}

Result<void> Key::verify(BytesView message, const std::function<Digest(HashAlgorithm)>& message_digest,
                         BytesView signature) const {
  const auto* usable = std::get_if<Usable>(&use_);
  if (usable == nullptr) {
    return fail(kTufKeyUnusable, "the key cannot be used: " + std::string(why_unusable()));
  }
  if (usable->key.type() == KeyType::ed25519) return usable->key.verify(usable->scheme, message, signature);
  return usable->key.verify_digest(usable->scheme.padding, message_digest(usable->scheme.hash), signature);
}

Result<std::string> Key::to_canonical() const {
  return ObjectWriter()
      .text("keytype", type_)
      .text("scheme", scheme_)
      .value("keyval", keyval_)
      .rest(unknown)
      .finish();
}

KeyId Key::id() const {
  ObjectWriter writer;
  // A number with a fraction in a keyval of unknown type has no canonical form, and so no id: of "{}" then.
  const std::string canonical =
      writer.text("keytype", type_).text("scheme", scheme_).value("keyval", keyval_).finish().value_or("{}");
  return KeyId(sha256(bytes_of(canonical)).to_hex());
}

}  // namespace tomme::tuf
