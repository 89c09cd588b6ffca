#include "core/tuf/key.h"

#include <gtest/gtest.h>

#include "core/encoding/pem.h"
#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/repository_for_test.h"
#include "core/tuf/threshold.h"

namespace tomme::tuf {
namespace {

using testing::Signer;
using testing::World;

json::Value key_value(std::string_view type, std::string_view scheme, std::string_view public_part) {
  return json::parse(R"({"keytype":)" + json::quote(type) + R"(,"scheme":)" + json::quote(scheme) +
                     R"(,"keyval":{"public":)" + json::quote(public_part) + "}}")
      .value();
}

Key key_of(std::string_view type, std::string_view scheme, std::string_view public_part) {
  return Key::parse(key_value(type, scheme, public_part)).value();
}

/// The same for the same type and number: RSA keys take a while.
const PrivateKey& made(KeyType type, int number = 0) {
  static std::map<std::pair<KeyType, int>, PrivateKey> keys;
  const auto found = keys.find({type, number});
  if (found != keys.end()) return found->second;
  return keys.emplace(std::pair(type, number), PrivateKey::generate(type).value()).first->second;
}

std::string pem(KeyType type) {
  return to_pem("PUBLIC KEY", made(type).public_key().spki());
}
std::string point(KeyType type) {
  const BytesView spki = made(type).public_key().spki();
  const std::size_t size = type == KeyType::ecdsa_p256 ? 65 : type == KeyType::ecdsa_p384 ? 97 : 133;
  return encode_hex(spki.last(size));
}

/// One signature under the key, verified as a role of threshold 1.
Result<void> round_trip(const Key& key, const PrivateKey& signing, std::string_view message,
                        SignatureScheme scheme) {
  const Bytes bytes = signing.sign(scheme, bytes_of("message")).value();
  const KeyId id("k");
  const Signature signature{id, encode_hex(bytes)};
  return verify_threshold("role", "tester", {{id, key}}, {.keyids = {id}}, message, {&signature, 1});
}

struct Kind {
  std::string_view type, scheme;
  KeyType key;
};
constexpr Kind kKinds[] = {
    {"ed25519", "ed25519", KeyType::ed25519},
    {"ecdsa", "ecdsa-sha2-nistp256", KeyType::ecdsa_p256},
    {"ecdsa", "ecdsa-sha2-nistp384", KeyType::ecdsa_p384},
    {"ecdsa", "ecdsa-sha2-nistp521", KeyType::ecdsa_p521},
    {"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", KeyType::ecdsa_p256},
    {"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", KeyType::ecdsa_p384},
    {"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", KeyType::ecdsa_p521},
    {"rsa", "rsassa-pss-sha256", KeyType::rsa},
    {"rsa", "rsassa-pss-sha384", KeyType::rsa},
    {"rsa", "rsassa-pss-sha512", KeyType::rsa},
    {"rsa", "rsa-pkcs1v15-sha256", KeyType::rsa},
    {"rsa", "rsa-pkcs1v15-sha384", KeyType::rsa},
    {"rsa", "rsa-pkcs1v15-sha512", KeyType::rsa},
};

TEST(TufKeys, EveryTypeAndSchemeVerifies) {
  for (const Kind& kind : kKinds) {
    const PrivateKey& signing = made(kind.key);
    const std::string text =
        kind.key == KeyType::ed25519 ? encode_hex(signing.public_key().ed25519_point()) : pem(kind.key);
    const Key key = key_of(kind.type, kind.scheme, text);
    ASSERT_NE(key.public_key(), nullptr) << kind.scheme << ": " << key.why_unusable();
    EXPECT_OK(round_trip(key, signing, "message", key.signature_scheme()));
    EXPECT_REFUSED(kTufThreshold, round_trip(key, signing, "another message", key.signature_scheme()));
    EXPECT_REFUSED(kTufThreshold, round_trip(key, made(kind.key, 1), "message", key.signature_scheme()));
    EXPECT_EQ(key.counted_as(), "spki:" + signing.public_key().spki_sha256().to_hex());
  }
}

TEST(TufKeys, ASchemeIsOneHashAndOnePadding) {
  const PrivateKey& signing = made(KeyType::rsa);
  const Key pss = key_of("rsa", "rsassa-pss-sha256", pem(KeyType::rsa));
  EXPECT_REFUSED(kTufThreshold, round_trip(pss, signing, "message", {HashAlgorithm::sha512, Padding::pss}));
  EXPECT_REFUSED(kTufThreshold, round_trip(pss, signing, "message", {HashAlgorithm::sha256, Padding::pkcs1}));
  const Key ecdsa = key_of("ecdsa", "ecdsa-sha2-nistp384", pem(KeyType::ecdsa_p384));
  EXPECT_REFUSED(kTufThreshold, round_trip(ecdsa, made(KeyType::ecdsa_p384), "message",
                                           {HashAlgorithm::sha256, Padding::none}));
}

TEST(TufKeys, PointsInHexadecimal) {
  for (const auto& [type, scheme] : {std::pair{KeyType::ecdsa_p256, "ecdsa-sha2-nistp256"},
                                     std::pair{KeyType::ecdsa_p384, "ecdsa-sha2-nistp384"},
                                     std::pair{KeyType::ecdsa_p521, "ecdsa-sha2-nistp521"}}) {
    const Key key = key_of(scheme, scheme, point(type));
    ASSERT_NE(key.public_key(), nullptr) << scheme << ": " << key.why_unusable();
    EXPECT_EQ(*key.public_key(), made(type).public_key());
    EXPECT_EQ(key.counted_as(), key_of("ecdsa", scheme, pem(type)).counted_as());
  }
}

TEST(TufKeys, OthersAreKeptButUnusable) {
  const std::string ed = encode_hex(made(KeyType::ed25519).public_key().ed25519_point());
  const std::string p256 = pem(KeyType::ecdsa_p256);
  std::string off_curve = point(KeyType::ecdsa_p256);
  off_curve.back() = off_curve.back() == '0' ? '1' : '0';
  // An RSA key of 1,024 bits.
  const std::string small =
      "-----BEGIN PUBLIC KEY-----\n"
      "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC4PLZtYcXv58C8oIYNs2Bvz1pN\n"
      "gZOfVvHqTY+5Z4JjjrJ9D7hDpRHHF2lXh7Bowfg6I3z+/MAO+zhQZCOx25Oy402v\n"
      "vQ+J5suIXnbzVqxTnHyX5lU0rs6RBPPUOPH9E4qc03+cnE1yN+wn59JqtPn7uR7+\n"
      "235Qynvu71cKGZodbwIDAQAB\n"
      "-----END PUBLIC KEY-----\n";
  const std::vector<std::array<std::string, 3>> cases = {{"ed25519", "ed25519", ed + "00"},
                                                         {"ed25519", "ed25519", ed.substr(2)},
                                                         {"ed25519", "ed25519", ""},
                                                         {"ed25519", "ed25519", "zz" + ed.substr(2)},
                                                         {"ed25519", "ecdsa-sha2-nistp256", p256},
                                                         {"ed25519", "ed25519", p256},
                                                         {"ecdsa", "ed25519", ed},
                                                         {"ecdsa", "ecdsa-sha2-nistp384", p256},
                                                         {"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp256", p256},
                                                         {"rsa", "ecdsa-sha2-nistp256", p256},
                                                         {"ecdsa", "ecdsa-sha2-nistp256", pem(KeyType::rsa)},
                                                         {"ecdsa", "ecdsa-sha2-nistp256", off_curve},
                                                         {"ecdsa", "ecdsa-sha2-nistp256", "04"},
                                                         {"rsa", "rsassa-pss-sha256", small},
                                                         {"rsa", "rsassa-pss-sha224", pem(KeyType::rsa)},
                                                         {"rsa", "rsassa-pss-sha256", "nonsense"},
                                                         {"ml-dsa", "ml-dsa-65/1", p256},
                                                         {"", "", ""},
                                                         {"sigstore-oidc", "Fulcio", ed}};
  for (const auto& [type, scheme, text] : cases) {
    const Key key = key_of(type, scheme, text);
    EXPECT_EQ(key.public_key(), nullptr) << type << " " << scheme << " " << text;
    EXPECT_NE(key.why_unusable(), "");
    const KeyId id("k");
    const Signature signature{id, "00"};
    EXPECT_REFUSED(kTufThreshold, verify_threshold("role", "tester", {{id, key}}, {.keyids = {id}}, "message",
                                                   {&signature, 1}));
  }
}

TEST(TufKeys, AnUnknownKeyDoesNotSpoilARoot) {
  World world;
  const KeyId unknown("unknown");
  world.repository.root.keys.emplace(unknown, key_of("ml-dsa", "ml-dsa-65/1", "…"));
  world.repository.role_keys("root").keyids.push_back(unknown);
  world.repository.publish_root();
  EXPECT_OK(world.refresh());
  world.repository.role_keys("timestamp").threshold = 2;
  world.repository.role_keys("timestamp").keyids.push_back(unknown);
  world.repository.publish_root();
  EXPECT_REFUSED(kTufThreshold, world.refresh());
}

TEST(TufKeys, WritersNameKeysAsTheSpecificationSays) {
  // {"keytype":"ed25519","keyval":{"public":"…"},"scheme":"ed25519"}, and no other member
  const std::string text(64, '1');
  const std::string canonical =
      R"({"keytype":"ed25519","keyval":{"public":")" + text + R"("},"scheme":"ed25519"})";
  Key key = key_of("ed25519", "ed25519", text);
  EXPECT_EQ(key.to_canonical().value(), canonical);
  EXPECT_EQ(key.id().value(), sha256(bytes_of(canonical)).to_hex());
  const KeyId before = key.id();
  key.unknown = *json::parse(R"({"x-owner":"@a"})")->object();
  EXPECT_EQ(key.id(), before);
  for (const KeyType type :
       {KeyType::ed25519, KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521, KeyType::rsa}) {
    const Key written = Key::of(made(type).public_key());
    ASSERT_NE(written.public_key(), nullptr);
    const std::string text_of_key =
        type == KeyType::ed25519 ? encode_hex(made(type).public_key().ed25519_point()) : pem(type);
    const Key read = key_of(written.type(), written.scheme(), text_of_key);
    EXPECT_EQ(*read.public_key(), made(type).public_key());
    EXPECT_EQ(read.id(), written.id());
  }
  EXPECT_REFUSED(kTufKeyUnusable, Key::of(made(KeyType::ecdsa_p256).public_key(), "ecdsa-sha2-nistp384"));
  EXPECT_OK(Key::of(made(KeyType::rsa).public_key(), "rsa-pkcs1v15-sha512"));
}

TEST(TufKeys, SigningWithAnotherKeyIsRefused) {
  const Signer& a = testing::signer(1);
  const Signer& b = testing::signer(2);
  EXPECT_REFUSED(kTufKeyUnusable, sign(b.key, a.listed, a.id, "{}"));
  EXPECT_OK(sign(a.key, a.listed, a.id, "{}"));
}

TEST(TufKeys, OidcSignersAreASwitch) {
  World world;
  const OidcSigner who{"release@example.org", "https://issuer.example"};
  const Key key = Key::of(who);
  ASSERT_NE(key.oidc_signer(), nullptr);
  const KeyId id = key.id();
  testing::Repository& repository = world.repository;
  repository.root.keys.emplace(id, key);
  repository.clear_keys("timestamp");
  repository.role_keys("timestamp").keyids = {id};
  repository.publish_root();
  const std::string canonical = repository.timestamp.to_canonical().value();
  Signature signature{id, "", *json::parse(R"({"bundle":{"mediaType":"x"}})")->object()};
  repository.served["timestamp.json"] = write_envelope(canonical, {&signature, 1});
  EXPECT_REFUSED(kTufThreshold, world.refresh());

  std::size_t asked = 0;
  bool good = true;
  world.options.oidc = [&](const OidcSigner& signer, BytesView message,
                           const json::Value& bundle) -> Result<void> {
    ++asked;
    EXPECT_EQ(signer, who);
    EXPECT_EQ(text_of(message), canonical);
    EXPECT_NE(bundle.object()->find("mediaType"), nullptr);
    if (good) return {};
    return fail(kTufKeyUnusable, "no");
  };
  EXPECT_OK(world.refresh());
  EXPECT_EQ(asked, 1U);
  good = false;
  world.store.files.erase("timestamp");
  EXPECT_REFUSED(kTufThreshold, world.refresh());
  signature.unknown = {};
  good = true;
  repository.served["timestamp.json"] = write_envelope(canonical, {&signature, 1});
  EXPECT_REFUSED(kTufThreshold, world.refresh());
}

}  // namespace
}  // namespace tomme::tuf
