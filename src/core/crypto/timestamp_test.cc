#include "core/crypto/timestamp.h"

#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

#include "core/crypto/certificate_builder.h"
#include "core/crypto/errors.h"
#include "core/crypto/timestamp_for_test.h"
#include "core/crypto/vectors_for_test.h"
#include "core/encoding/der.h"

namespace tomme {
namespace {

using testing_timestamp::Authority;
using testing_timestamp::Maker;

const Bytes kMessage = to_bytes(bytes_of("a signature"));

const Authority& authority() {
  static const Authority value;
  return value;
}

Result<void> verify(const Bytes& response, const Authority& trusted, const std::optional<Certificate>& leaf) {
  Timestamp timestamp = TRY(Timestamp::parse(response));
  return timestamp.verify(kMessage, trusted.chain(), leaf);
}

/// The code of what is wrong; empty where the response verifies with the authority's leaf.
std::string judge(const Maker& maker) {
  auto result = verify(maker.response(), authority(), authority().leaf);
  return result ? "" : std::string(result.error().code().name);
}

Maker make() {
  return Maker(authority(), kMessage);
}

TEST(TimestampTest, GrantedResponseIsReadAndVerifies) {
  Maker maker = make();
  maker.nonce = der::encode_integer(0x1234);
  auto timestamp = Timestamp::parse(maker.response());
  ASSERT_TRUE(timestamp) << timestamp.error().message();
  EXPECT_EQ(timestamp->time(), maker.time);
  EXPECT_EQ(timestamp->imprint(), digest(HashAlgorithm::sha256, kMessage));
  ASSERT_TRUE(timestamp->nonce());
  EXPECT_EQ(to_bytes(*timestamp->nonce()), (Bytes{0x12, 0x34}));
  auto verified = timestamp->verify(kMessage, authority().chain(), authority().leaf);
  EXPECT_TRUE(verified) << verified.error().message();
}

TEST(TimestampTest, BareTokenIsReadToo) {
  auto timestamp = Timestamp::parse_token(make().token());
  ASSERT_TRUE(timestamp) << timestamp.error().message();
  EXPECT_FALSE(timestamp->nonce());
  EXPECT_TRUE(timestamp->verify(kMessage, authority().chain(), authority().leaf));
  EXPECT_FALSE(Timestamp::parse_token(make().response()));
  EXPECT_FALSE(Timestamp::parse(make().token()));
}

TEST(TimestampTest, CopiesOutliveTheInput) {
  std::optional<Timestamp> kept;
  {
    Bytes response = make().response();
    kept = Timestamp::parse(response).value();
    std::fill(response.begin(), response.end(), std::uint8_t{0});
  }
  EXPECT_TRUE(kept->verify(kMessage, authority().chain(), authority().leaf));
}

TEST(TimestampTest, ToleratedPartsAreTolerated) {
  const std::function<void(Maker&)> changes[] = {
      [](Maker& maker) { maker.status = 1; },
      [](Maker& maker) { maker.accuracy = der::sequence({der::encode_integer(1)}); },
      [](Maker& maker) {
        maker.accuracy =
            der::sequence({der::encode(der::context(0), Bytes{5}), der::encode(der::context(1), Bytes{7})});
      },
      [](Maker& maker) { maker.ordering = {der::kBoolean, 1, 0xff}; },
      [](Maker& maker) {
        maker.tsa = der::encode(der::context_constructed(0), der::encode(der::context(2), Bytes{'x'}));
      },
      [](Maker& maker) { maker.extensions = Maker::extension(false); },
      [](Maker& maker) {
        maker.extra_attributes.push_back(
            Maker::attribute("1.2.840.113549.1.9.5", der::encode_time(maker.time)));
      },
      [](Maker& maker) { maker.unsigned_attributes = der::encode(der::context_constructed(1), Bytes{}); },
      [](Maker& maker) { maker.crls = der::encode(der::context_constructed(1), Bytes{}); },
      [](Maker& maker) { maker.embed(authority().leaf); },
      [](Maker& maker) { maker.algorithm_null = true; },
      [](Maker& maker) { maker.by_key_id = true; },
      [](Maker& maker) { maker.ess_versions = {1}; },
      [](Maker& maker) { maker.ess_versions = {1, 2}; },
      [](Maker& maker) { maker.ess_issuer_serial = false; },
      [](Maker& maker) { maker.set_hash(HashAlgorithm::sha384); },
      [](Maker& maker) { maker.set_hash(HashAlgorithm::sha512); },
  };
  for (const auto& change : changes) {
    Maker maker = make();
    change(maker);
    EXPECT_EQ(judge(maker), "") << "change " << &change - changes;
  }
}

TEST(TimestampTest, WhatIsNoTimestampIsRefused) {
  const Bytes other_oid = der::encode_oid("1.2.3.4");
  const std::function<void(Maker&)> changes[] = {
      [](Maker& maker) { maker.status = 2; },
      [](Maker& maker) { maker.status = 6; },
      [](Maker& maker) { maker.status_fail_info = true; },
      [](Maker& maker) { maker.response_tail = {0x05, 0x00}; },
      [&](Maker& maker) { maker.content_info_type = other_oid; },
      [](Maker& maker) { maker.signed_data_version = 1; },
      [](Maker& maker) { maker.signed_data_version = 4; },
      [&](Maker& maker) { maker.content_type = other_oid; },
      [](Maker& maker) { maker.listed_digests = {HashAlgorithm::sha512}; },
      [](Maker& maker) { maker.signers = 0; },
      [](Maker& maker) { maker.signers = 2; },
      [](Maker& maker) { maker.signer_version = 3; },
      [](Maker& maker) { maker.signer_version = 2; },
      [](Maker& maker) { maker.by_key_id = true, maker.signer_version = 1; },
      [](Maker& maker) { maker.signature_oid = "1.2.840.10045.4.3.3"; },
      [](Maker& maker) { maker.signature_oid = "1.2.840.10045.4.1"; },
      [](Maker& maker) { maker.digest_oid = "1.3.14.3.2.26"; },
      [](Maker& maker) { maker.imprint_oid = "1.3.14.3.2.26"; },
      [](Maker& maker) { maker.imprint_oid = "2.16.840.1.101.3.4.2.3"; },
      [](Maker& maker) { maker.info_version = 2; },
      [](Maker& maker) { maker.extensions = Maker::extension(true); },
      [](Maker& maker) { maker.info_tail = {0x05, 0x00}; },
      [](Maker& maker) { maker.ess_versions = {}; },
      [](Maker& maker) { maker.ess_versions = {2, 2}; },
      [](Maker& maker) { maker.ess_versions = {1, 1}; },
      [](Maker& maker) { maker.no_content_type = true; },
      [](Maker& maker) { maker.no_message_digest = true; },
      [&](Maker& maker) {
        maker.extra_attributes.push_back(Maker::attribute("1.2.840.113549.1.9.3", other_oid));
      },
      [](Maker& maker) {
        maker.extra_attributes.push_back(
            Maker::attribute("1.2.840.113549.1.9.4", der::encode_octet_string(Bytes(32, 0))));
      },
      [&](Maker& maker) { maker.attribute_content_type = other_oid; },
      [](Maker& maker) { maker.two_digest_values = true; },
  };
  for (const auto& change : changes) {
    Maker maker = make();
    change(maker);
    EXPECT_EQ(judge(maker), "timestamp/invalid") << "change " << &change - changes;
  }
}

TEST(TimestampTest, StatusTextReachesThePersonPrintable) {
  Maker maker = make();
  maker.status = 2;
  maker.status_text = "bad \x1b[31m request";
  auto timestamp = Timestamp::parse(maker.response());
  ASSERT_FALSE(timestamp);
  EXPECT_NE(timestamp.error().message().find("status 2"), std::string::npos);
  EXPECT_NE(timestamp.error().message().find("request"), std::string::npos);
  EXPECT_EQ(timestamp.error().message().find('\x1b'), std::string::npos);
}

TEST(TimestampTest, LimitsAreHit) {
  Maker maker = make();
  for (int i = 0; i < 3; ++i) maker.embed(authority().leaf);
  const Bytes response = maker.response();
  EXPECT_TRUE(Timestamp::parse(response, {.bytes = response.size(), .certificates = 3}));
  EXPECT_FALSE(Timestamp::parse(response, {.bytes = response.size() - 1, .certificates = 3}));
  EXPECT_FALSE(Timestamp::parse(response, {.bytes = response.size(), .certificates = 2}));
}

TEST(TimestampTest, EveryCutAndEveryFlippedBitIsRefused) {
  const Bytes response = make().response();
  for (std::size_t length = 0; length < response.size(); ++length)
    EXPECT_FALSE(Timestamp::parse(BytesView(response).first(length))) << length;
  for (std::size_t i = 0; i < response.size(); ++i) {
    Bytes flipped = response;
    flipped[i] ^= 0x01;
    // Byte 8 is the status: granted(0) and grantedWithMods(1) are one to us, and nobody signs it.
    const bool status = i == 8;
    EXPECT_EQ(verify(flipped, authority(), authority().leaf).has_value(), status) << i;
  }
}

TEST(TimestampTest, OtherMessageIsRefused) {
  const Maker maker(authority(), to_bytes(bytes_of("another signature")));
  EXPECT_EQ(judge(maker), "timestamp/imprint");
}

// CVE-2025-52556: the chain was checked, the signature of the token was not.
TEST(TimestampTest, Cve_2025_52556_FlippedSignature) {
  Maker maker = make();
  maker.flip_signature = true;
  EXPECT_EQ(judge(maker), "timestamp/signature");
  maker.embed(authority().leaf);
  auto embedded = verify(maker.response(), authority(), std::nullopt);
  ASSERT_FALSE(embedded);
  EXPECT_TRUE(embedded.error().is(kTimestampSignature));
}

// GHSA-xm5m (CVE-2026-39984): the first certificate in the bag that was no CA was taken for the signer.
TEST(TimestampTest, Ghsa_xm5m_ForgedCertificateBeforeTheSigner) {
  Authority forger;
  forger.leaf = authority().reissue(forger);  // its key, the real one's names and serial number

  Maker honest = make();
  honest.embed(forger.leaf);
  honest.embed(authority().leaf);
  EXPECT_TRUE(verify(honest.response(), authority(), std::nullopt));

  Maker forged(forger, kMessage);
  forged.embed(forger.leaf);
  forged.embed(authority().leaf);
  auto result = verify(forged.response(), authority(), std::nullopt);
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(kTimestampAuthority));
  EXPECT_FALSE(verify(forged.response(), authority(), authority().leaf));

  // The forger signs and names the real certificate.
  Maker mixed = make();
  mixed.key = forger.leaf_key;
  mixed.embed(forger.leaf);
  mixed.embed(authority().leaf);
  auto signature = verify(mixed.response(), authority(), std::nullopt);
  ASSERT_FALSE(signature);
  EXPECT_TRUE(signature.error().is(kTimestampSignature));
}

TEST(TimestampTest, UntrustedAuthorityIsRefused) {
  const Authority stranger;
  Maker maker(stranger, kMessage);
  maker.embed(stranger.leaf);
  for (const auto& leaf :
       {std::optional<Certificate>(), std::optional(authority().leaf), std::optional(stranger.leaf)}) {
    auto result = verify(maker.response(), authority(), leaf);
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().is(kTimestampAuthority)) << result.error().message();
  }
  EXPECT_TRUE(verify(maker.response(), stranger, std::nullopt));
}

TEST(TimestampTest, SomebodyMustHaveTheCertificate) {
  auto result = verify(make().response(), authority(), std::nullopt);
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(kTimestampAuthority));
}

TEST(TimestampTest, AttributesMustNameTheSigner) {
  const std::function<void(Maker&)> changes[] = {
      [](Maker& maker) { maker.flip_ess_hash = true; },
      [](Maker& maker) { maker.flip_ess_hash = true, maker.ess_versions = {1}; },
      [](Maker& maker) { maker.flip_ess_serial = true; },
      [](Maker& maker) { maker.flip_sid = true; },
      [](Maker& maker) { maker.flip_sid = true, maker.by_key_id = true; },
  };
  for (const auto& change : changes) {
    Maker maker = make();
    change(maker);
    EXPECT_EQ(judge(maker), "timestamp/authority") << "change " << &change - changes;
  }
}

TEST(TimestampTest, AttributesMustBindTheContent) {
  Maker maker = make();
  maker.flip_message_digest = true;
  EXPECT_EQ(judge(maker), "timestamp/signature");
}

TEST(TimestampTest, TimeMustLieInsideTheCertificates) {
  const TimeRange range = authority().leaf.validity();
  const std::pair<Time, std::string> cases[] = {
      {range.start, ""},
      {*range.end, ""},
      {range.start - std::chrono::seconds(1), "timestamp/time"},
      {*range.end + std::chrono::seconds(1), "timestamp/time"},
  };
  for (const auto& [time, expected] : cases) {
    Maker maker = make();
    maker.time = time;
    EXPECT_EQ(judge(maker), expected) << to_rfc3339(time);
  }
}

TEST(TimestampTest, SignerIsCertifiedForTimeStampingAlone) {
  struct Usage {
    std::vector<std::string> usages;
    bool critical;
    bool accepted;
  };
  const std::string stamping(kEkuTimeStamping), code(kEkuCodeSigning);
  const Usage cases[] = {
      {{stamping}, true, true}, {{stamping}, false, false},      {{}, false, false},
      {{code}, true, false},    {{stamping, code}, true, false},
  };
  for (const Usage& usage : cases) {
    Authority other = authority();
    other.issue_leaf(usage.usages, usage.critical);
    auto result = verify(Maker(other, kMessage).response(), other, other.leaf);
    EXPECT_EQ(result.has_value(), usage.accepted) << &usage - cases;
    if (result) continue;
    EXPECT_TRUE(result.error().is(kCertificatePurpose)) << result.error().message();
  }
}

TEST(TimestampTest, KeysOfEveryKind) {
  struct Kind {
    KeyType type;
    HashAlgorithm hash;
    Padding padding;
    std::string oid;
  };
  const Kind kinds[] = {
      {KeyType::ecdsa_p384, HashAlgorithm::sha384, Padding::none, "1.2.840.10045.4.3.3"},
      {KeyType::ecdsa_p384, HashAlgorithm::sha256, Padding::none, "1.2.840.10045.4.3.2"},
      {KeyType::ecdsa_p521, HashAlgorithm::sha512, Padding::none, "1.2.840.10045.4.3.4"},
      {KeyType::rsa, HashAlgorithm::sha256, Padding::pkcs1, "1.2.840.113549.1.1.11"},
      {KeyType::rsa, HashAlgorithm::sha512, Padding::pkcs1, "1.2.840.113549.1.1.1"},
      {KeyType::rsa, HashAlgorithm::sha256, Padding::pss, "1.2.840.113549.1.1.10"},
      {KeyType::ed25519, HashAlgorithm::sha512, Padding::none, "1.3.101.112"},
  };
  for (const Kind& kind : kinds) {
    Authority other(kind.type);
    Maker maker(other, kMessage);
    maker.set_signature(kind.oid, {kind.hash, kind.padding});
    auto result = verify(maker.response(), other, other.leaf);
    EXPECT_TRUE(result) << kind.oid << ": " << result.error().message();
    // The same bytes under the name of an algorithm for other keys.
    maker.set_signature(kind.type == KeyType::rsa ? "1.2.840.10045.4.3.2" : "1.2.840.113549.1.1.11",
                        {HashAlgorithm::sha256, kind.padding});
    auto renamed = verify(maker.response(), other, other.leaf);
    ASSERT_FALSE(renamed) << kind.oid;
    EXPECT_TRUE(renamed.error().is(kTimestampSignature)) << renamed.error().message();
  }
}

/// Chain and leaf of a timestamp authority as a trust root has them.
struct RealAuthority {
  AuthorityChain chain;
  std::optional<Certificate> leaf;
};

std::vector<RealAuthority> authorities_of(const json::Value& root) {
  std::vector<RealAuthority> out;
  for (const json::Value& authority : vectors::list_at(root, {"timestampAuthorities"})) {
    std::vector<Certificate> certificates;
    for (const json::Value& item : vectors::list_at(authority, {"certChain", "certificates"}))
      certificates.push_back(Certificate::parse(vectors::base64_at(item, {"rawBytes"})).value());
    std::optional<Certificate> leaf;
    if (!certificates.front().is_ca()) {
      leaf = certificates.front();
      certificates.erase(certificates.begin());
    }
    out.push_back({AuthorityChain::make(certificates, kEkuTimeStamping).value(), leaf});
  }
  return out;
}

/// What is wrong with the first timestamp of a case under the first authority of its root.
std::string judge_real(const vectors::Case& item, const Bytes& response, bool with_leaf) {
  Bytes message = vectors::base64_at(item.bundle, {"messageSignature", "signature"});
  if (message.empty()) message = vectors::base64_at(item.bundle, {"dsseEnvelope", "signatures", "0", "sig"});
  auto timestamp = Timestamp::parse(response);
  if (!timestamp) return timestamp.error().message();
  const auto authorities = authorities_of(item.root);
  if (authorities.empty()) return "no authority";
  const RealAuthority& authority = authorities.front();
  auto result = timestamp->verify(message, authority.chain, with_leaf ? authority.leaf : std::nullopt);
  return result ? "" : std::string(result.error().code().name);
}

TEST(TimestampVectorsTest, TimestampsOfTheConformanceSuite) {
  TOMME_NEEDS_VECTORS();
  const std::map<std::string, std::string> wrong = {
      {"rekor2-timestamp-payload-mismatch_fail", "timestamp/imprint"},
      {"rekor2-timestamp-outside-tsa-cert-validity_fail", "timestamp/time"},
      {"rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail", "timestamp/authority"},
      {"rekor2-timestamp-untrusted-tsa-without-embedded-cert_fail", "timestamp/authority"},
  };
  std::size_t verified = 0;
  for (const vectors::Case& item : vectors::cases()) {
    const Bytes response = vectors::base64_at(
        item.bundle,
        {"verificationMaterial", "timestampVerificationData", "rfc3161Timestamps", "0", "signedTimestamp"});
    if (response.empty()) continue;
    const std::string problem = judge_real(item, response, true);
    const auto expected = wrong.find(item.name);
    EXPECT_EQ(problem, expected == wrong.end() ? "" : expected->second) << item.name;
    if (problem.empty()) ++verified;
    const bool embedded = item.name == "rekor2-timestamp-with-embedded-cert";
    const bool bare = item.name == "rekor2-timestamp-without-embedded-cert";
    if (!embedded && !bare) continue;
    EXPECT_EQ(judge_real(item, response, false), embedded ? "" : "timestamp/authority");
  }
  EXPECT_GE(verified, 25U);
}

// TimeStampReq ::= SEQUENCE { version INTEGER, messageImprint MessageImprint, … nonce INTEGER OPTIONAL, … }
TEST(TimestampVectorsTest, AnswersOfARealServerMatchTheirRequests) {
  TOMME_NEEDS_VECTORS();
  for (int i = 1; i <= 6; ++i) {
    const std::string name = "services/tsa-00" + std::to_string(i);
    const std::string request = vectors::read(name + ".req.bin"),
                      response = vectors::read(name + ".resp.bin");
    auto timestamp = Timestamp::parse(bytes_of(response));
    ASSERT_TRUE(timestamp) << name << ": " << timestamp.error().message();
    der::Reader outer(bytes_of(request));
    der::Reader reader = outer.sequence().value();
    ASSERT_TRUE(reader.integer());
    der::Reader imprint = reader.sequence().value();
    ASSERT_TRUE(imprint.sequence());
    EXPECT_TRUE(equal(imprint.octet_string().value(), timestamp->imprint().view())) << name;
    const bool has_nonce = reader.next_is(der::kInteger);
    ASSERT_EQ(timestamp->nonce().has_value(), has_nonce) << name;
    if (!has_nonce) continue;
    EXPECT_TRUE(equal(reader.integer().value(), *timestamp->nonce())) << name;
  }
}

}  // namespace
}  // namespace tomme
