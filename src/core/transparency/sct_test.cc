#include "core/transparency/sct.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <optional>
#include <string>

#include "core/base/byte_reader.h"
#include "core/crypto/certificate_builder.h"
#include "core/crypto/vectors_for_test.h"
#include "core/encoding/der.h"
#include "core/transparency/errors.h"

namespace tomme {
namespace {

constexpr std::uint64_t kNow = 1755639023123;  // milliseconds

struct SctParts {
  std::uint8_t version = 0;
  Bytes log_id = Bytes(32, 0xaa);
  std::uint64_t timestamp = kNow;
  Bytes extensions = {};
  std::uint8_t hash = 4;
  std::uint8_t algorithm = 3;
  Bytes signature = Bytes(8, 0x55);
  Bytes trailing = {};

  Bytes encode() const {
    Bytes out{version};
    append(out, log_id);
    append_uint<8>(out, timestamp);
    append_uint<2>(out, extensions.size());
    append(out, extensions);
    out.push_back(hash);
    out.push_back(algorithm);
    append_uint<2>(out, signature.size());
    append(out, signature);
    append(out, trailing);
    return out;
  }
};

Bytes list_of(const std::vector<Bytes>& scts) {
  Bytes body;
  for (const Bytes& sct : scts) {
    append_uint<2>(body, sct.size());
    append(body, sct);
  }
  Bytes out;
  append_uint<2>(out, body.size());
  append(out, body);
  return out;
}

struct Authority {
  PrivateKey key = PrivateKey::generate(KeyType::ecdsa_p256).value();
  Certificate certificate = issue_certificate({.key = key.public_key(),
                                               .common_name = "ca",
                                               .validity = {time_from_unix(0), time_from_unix(2000000000)},
                                               .is_ca = true},
                                              key, nullptr)
                                .value();
};

const Authority& authority() {
  static const Authority value;
  return value;
}

const PrivateKey& leaf_key() {
  static const PrivateKey key = PrivateKey::generate(KeyType::ecdsa_p256).value();
  return key;
}

/// A leaf whose SCT extension is this; without one where it is absent.
Certificate leaf_with(const std::optional<Bytes>& extension) {
  CertificateRequest request{.key = leaf_key().public_key(),
                             .common_name = "leaf",
                             .validity = {time_from_unix(0), time_from_unix(2000000000)}};
  if (extension) request.extra.push_back({der::oid_from_text("1.3.6.1.4.1.11129.2.4.2"), false, *extension});
  return issue_certificate(request, authority().key, &authority().certificate).value();
}

Result<std::vector<Sct>> read_list(const Bytes& list) {
  return embedded_scts(leaf_with(der::encode_octet_string(list)));
}

TEST(SctTest, CertificateWithoutListHasNone) {
  auto scts = embedded_scts(leaf_with(std::nullopt));
  ASSERT_TRUE(scts);
  EXPECT_TRUE(scts->empty());
}

TEST(SctTest, FieldsAreRead) {
  const SctParts rsa{.log_id = Bytes(32, 1), .timestamp = 0, .extensions = {1, 2, 3}, .algorithm = 1};
  auto scts = read_list(list_of({SctParts{}.encode(), rsa.encode()}));
  ASSERT_TRUE(scts) << scts.error().message();
  ASSERT_EQ(scts->size(), 2U);
  EXPECT_EQ(to_bytes((*scts)[0].log_id.view()), Bytes(32, 0xaa));
  EXPECT_EQ((*scts)[0].timestamp_ms, kNow);
  EXPECT_EQ(to_unix((*scts)[0].time()), 1755639023);
  EXPECT_EQ((*scts)[0].signature, Bytes(8, 0x55));
  EXPECT_FALSE((*scts)[0].rsa);
  EXPECT_TRUE((*scts)[1].rsa);
  EXPECT_EQ((*scts)[1].extensions, (Bytes{1, 2, 3}));
}

TEST(SctTest, MalformedOnesAreRefused) {
  const SctParts bad[] = {
      {.version = 1},
      {.log_id = Bytes(31, 0xaa)},
      {.log_id = Bytes(33, 0xaa)},
      {.timestamp = 253402300800000},
      {.hash = 2},
      {.hash = 5},
      {.algorithm = 0},
      {.algorithm = 2},
      {.algorithm = 7},
      {.trailing = {0}},
  };
  for (const SctParts& parts : bad) {
    auto scts = read_list(list_of({parts.encode()}));
    ASSERT_FALSE(scts) << &parts - bad;
    EXPECT_TRUE(scts.error().is(kSctInvalid));
  }
}

TEST(SctTest, EveryCutOfAListIsRefused) {
  const Bytes whole = list_of({SctParts{}.encode()});
  ASSERT_TRUE(read_list(whole));
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(read_list(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))))
        << length;
  const Bytes sct = SctParts{}.encode();
  for (std::size_t length = 0; length < sct.size(); ++length)
    EXPECT_FALSE(read_list(list_of({Bytes(sct.begin(), sct.begin() + static_cast<std::ptrdiff_t>(length))})))
        << length;
}

TEST(SctTest, ListMustFillItsWrappers) {
  Bytes longer = list_of({SctParts{}.encode()});
  longer.push_back(0);
  EXPECT_FALSE(read_list(longer));
  EXPECT_FALSE(read_list({0, 0}));
  const Bytes list = list_of({SctParts{}.encode()});
  EXPECT_FALSE(embedded_scts(leaf_with(list)));
  Bytes two = der::encode_octet_string(list);
  append(two, der::encode_octet_string(list));
  EXPECT_FALSE(embedded_scts(leaf_with(two)));
}

TEST(SctTest, NumberOfTimestampsIsLimited) {
  std::vector<Bytes> many;
  for (std::uint8_t i = 0; i < 32; ++i) many.push_back(SctParts{.log_id = Bytes(32, i)}.encode());
  EXPECT_TRUE(read_list(list_of(many)));
  many.push_back(SctParts{.log_id = Bytes(32, 32)}.encode());
  EXPECT_FALSE(read_list(list_of(many)));
}

TEST(SctTest, SameLogAndTimeTwiceIsRefused) {
  const SctParts first;
  EXPECT_FALSE(read_list(list_of({first.encode(), SctParts{.signature = {1}}.encode()})));
  EXPECT_TRUE(read_list(list_of({first.encode(), SctParts{.timestamp = kNow + 1}.encode()})));
}

Bytes signed_bytes(const SctParts& parts, const Certificate& leaf, const Certificate& issuer) {
  Bytes out{0, 0};
  append_uint<8>(out, parts.timestamp);
  append(out, Bytes{0, 1});
  append(out, issuer.key().spki_sha256().view());
  const Bytes tbs = leaf.precertificate_tbs();
  append_uint<3>(out, tbs.size());
  append(out, tbs);
  append_uint<2>(out, parts.extensions.size());
  append(out, parts.extensions);
  return out;
}

struct Signed {
  Sct sct;
  Certificate leaf;
};

/// What `log` would embed: a leaf is issued anew, as its serial is not the precertificate's.
Signed sign(const PrivateKey& log, bool rsa, const Bytes& extensions) {
  SctParts parts{.log_id = to_bytes(log.public_key().spki_sha256().view()),
                 .extensions = extensions,
                 .algorithm = static_cast<std::uint8_t>(rsa ? 1 : 3)};
  Certificate leaf = leaf_with(der::encode_octet_string(list_of({parts.encode()})));
  Sct sct = embedded_scts(leaf).value().at(0);
  const SignatureScheme scheme{HashAlgorithm::sha256, rsa ? Padding::pkcs1 : Padding::none};
  sct.signature = log.sign(scheme, signed_bytes(parts, leaf, authority().certificate)).value();
  return {sct, leaf};
}

TEST(SctTest, LogSignsTheCertificateWithoutItsList) {
  for (KeyType type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::rsa}) {
    const PrivateKey log = PrivateKey::generate(type).value();
    for (const Bytes& extensions : {Bytes{}, Bytes{0, 0, 5, 1, 2, 3, 4, 5}}) {
      const Signed made = sign(log, type == KeyType::rsa, extensions);
      auto verified = verify_sct(made.sct, made.leaf, authority().certificate, log.public_key());
      EXPECT_TRUE(verified) << verified.error().message();
    }
  }
}

TEST(SctTest, AnyChangeIsRefused) {
  const PrivateKey log = PrivateKey::generate(KeyType::ecdsa_p256).value();
  const Signed made = sign(log, false, {1, 2, 3});
  const std::function<void(Sct&)> changes[] = {
      [](Sct& sct) { sct.timestamp_ms += 1; },  [](Sct& sct) { sct.extensions.clear(); },
      [](Sct& sct) { sct.extensions[0] ^= 1; }, [](Sct& sct) { sct.signature.back() ^= 1; },
      [](Sct& sct) { sct.signature.clear(); },  [](Sct& sct) { sct.log_id.bytes[0] ^= 1; },
      [](Sct& sct) { sct.rsa = true; },
  };
  for (const auto& change : changes) {
    Sct sct = made.sct;
    change(sct);
    auto verified = verify_sct(sct, made.leaf, authority().certificate, log.public_key());
    ASSERT_FALSE(verified) << &change - changes;
    EXPECT_TRUE(verified.error().is(kSctSignature));
  }
  EXPECT_FALSE(verify_sct(made.sct, leaf_with(std::nullopt), authority().certificate, log.public_key()));
  EXPECT_FALSE(verify_sct(made.sct, made.leaf, Authority{}.certificate, log.public_key()));
  const PrivateKey other = PrivateKey::generate(KeyType::ecdsa_p256).value();
  EXPECT_FALSE(verify_sct(made.sct, made.leaf, authority().certificate, other.public_key()));
}

TEST(SctTest, KeyOfAnotherKindIsRefused) {
  const PrivateKey log = PrivateKey::generate(KeyType::ed25519).value();
  const Signed made = sign(log, false, {});
  EXPECT_FALSE(verify_sct(made.sct, made.leaf, authority().certificate, log.public_key()));
}

std::optional<Certificate> leaf_of(const json::Value& bundle) {
  Bytes der = vectors::base64_at(bundle, {"verificationMaterial", "certificate", "rawBytes"});
  if (der.empty())
    der = vectors::base64_at(
        bundle, {"verificationMaterial", "x509CertificateChain", "certificates", "0", "rawBytes"});
  auto certificate = Certificate::parse(der);
  return certificate ? std::optional(*certificate) : std::nullopt;
}

std::optional<Certificate> issuer_of(const json::Value& root, const Certificate& leaf) {
  for (const json::Value& authority : vectors::list_at(root, {"certificateAuthorities"})) {
    auto issuer =
        Certificate::parse(vectors::base64_at(authority, {"certChain", "certificates", "0", "rawBytes"}));
    if (issuer && leaf.verify_signed_by(issuer->key())) return *issuer;
  }
  return std::nullopt;
}

std::optional<PublicKey> log_key_of(const json::Value& root, const Sct& sct) {
  for (const json::Value& log : vectors::list_at(root, {"ctlogs"})) {
    const Bytes der = vectors::base64_at(log, {"publicKey", "rawBytes"});
    auto key = PublicKey::parse_spki(der);
    if (!key) key = PublicKey::parse_rsa_pkcs1(der);
    if (key && key->spki_sha256() == sct.log_id) return *key;
  }
  return std::nullopt;
}

TEST(SctVectorsTest, RealCertificatesAreInTheLogsOfTheirRoot) {
  TOMME_NEEDS_VECTORS();
  std::size_t verified = 0;
  for (const vectors::Case& item : vectors::cases()) {
    const auto leaf = leaf_of(item.bundle);
    if (!leaf) continue;
    const auto issuer = issuer_of(item.root, *leaf);
    if (!issuer) continue;
    auto scts = embedded_scts(*leaf);
    ASSERT_TRUE(scts) << item.name << ": " << scts.error().message();
    ASSERT_EQ(scts->size(), 1U) << item.name;
    const auto key = log_key_of(item.root, scts->front());
    const bool unknown_log = item.name == "invalid-ct-key_fail";
    EXPECT_EQ(key.has_value(), !unknown_log) << item.name;
    if (!key) continue;
    auto result = verify_sct(scts->front(), *leaf, *issuer, *key);
    EXPECT_TRUE(result) << item.name << ": " << result.error().message();
    const bool static_ct = item.name == "bundle-with-sct-with-extensions";
    EXPECT_FALSE(static_ct && scts->front().extensions.empty());
    if (result) ++verified;
  }
  EXPECT_GE(verified, 40U);
}

}  // namespace
}  // namespace tomme
