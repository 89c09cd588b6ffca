// Instances that are not the public one: logs with keys of other kinds, none at all, base64 as protobuf has
// it.
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "core/encoding/pem.h"
#include "core/encoding/text.h"
#include "testing/verifying.h"

namespace tomme {
namespace {

using namespace tomme::testing;
namespace fs = std::filesystem;

class Instances : public ::testing::Test {
 protected:
  Instance instance = make_instance(kNow);
  Signer signer = certify(instance, github("owner/repo"));

  BundleParts message(const Recipe& recipe = rekor_1()) {
    return sign_message(instance, signer, bytes_of(kContent), recipe);
  }
  Result<Evidence> check(const json::Value& root, const BundleParts& bundle) {
    return verify(root_of(root), bundle.to_text());
  }
};

// --- the key of a log ------------------------------------------------------------------------------------

TEST_F(Instances, RekorV1NamesItsKeyByTheLogIdWhateverItsKind) {
  for (const KeyType type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ed25519, KeyType::rsa}) {
    instance.logs[0] =
        make_rekor_v1(instance.logs[0].url, {instance.valid.start, std::nullopt}, key(type, 7300));
    ASSERT_EQ(instance.logs[0].log_id(), to_bytes(key(type, 7300).public_key().spki_sha256().view()));
    const BundleParts bundle = message();
    EXPECT_TRUE(check(instance.trusted_root(1), bundle)) << describe(check(instance.trusted_root(1), bundle));
    // A root that says another id has another log.
    const json::Value other =
        with(instance.trusted_root(1), "tlogs.0.logId.keyId", encode_base64(Bytes(32, 7)));
    EXPECT_REFUSED(kEntryUnknownLog, check(other, bundle));
  }
}

TEST_F(Instances, ACheckpointByAnIdThatTheRootDoesNotNameIsRefused) {
  instance.logs[0] =
      make_rekor_v1(instance.logs[0].url, {instance.valid.start, std::nullopt}, key(KeyType::ed25519, 7300));
  BundleParts bundle = message();
  const RekorLog& log = instance.logs[0];
  const std::string text = log.checkpoint_text();
  // As C2SP signed-note computes it from the name and the key: no Rekor v1 does.
  bundle.entries[0].proof->checkpoint =
      text + "\n" + note_line(log.note_key().name(), log.note_key().hint(), log.sign(bytes_of(text)));
  EXPECT_REFUSED(kLogCheckpointSignature, check(instance.trusted_root(1), bundle));
  // Version 0.2 of the root may say that id beside the other; entries go by either.
  const json::Value said = with(instance.trusted_root(2), "tlogs.0.checkpointKeyId.keyId",
                                encode_base64(log.note_key().id().view()));
  EXPECT_TRUE(check(said, bundle)) << describe(check(said, bundle));
  EXPECT_TRUE(check(said, message())) << describe(check(said, message()));
  bundle.entries[0].log_id = to_bytes(log.note_key().id().view());
  bundle.entries[0].promise = log.promise_for(bundle.entries[0]);
  EXPECT_TRUE(check(said, bundle)) << describe(check(said, bundle));
  // Four bytes are all that a checkpoint has of it.
  const json::Value four =
      with(said, "tlogs.0.checkpointKeyId.keyId", encode_base64(log.note_key().id().view().first(4)));
  bundle = message();
  EXPECT_TRUE(check(four, bundle)) << describe(check(four, bundle));
  const json::Value short_id = with(said, "tlogs.0.checkpointKeyId.keyId", encode_base64(Bytes(3, 7)));
  EXPECT_TRUE(check(short_id, bundle)) << describe(check(short_id, bundle));
  // Without a logId the other is both.
  const json::Value alone = without(instance.trusted_root(2), "tlogs.0.logId");
  EXPECT_TRUE(check(alone, bundle)) << describe(check(alone, bundle));
  EXPECT_FALSE(TrustedRoot::parse(json::to_canonical(without(instance.trusted_root(1), "tlogs.0.logId"))));
}

// What a Rekor v1 with a P-384 key signs like.
TEST_F(Instances, AP384LogSignsAsItsKeyDetailsSay) {
  RekorLog& log = instance.logs[0];
  log = make_rekor_v1(log.url, {instance.valid.start, std::nullopt}, key(KeyType::ecdsa_p384, 7300));
  log.scheme = SignatureScheme{HashAlgorithm::sha256, Padding::none};
  const json::Value named =
      with(instance.trusted_root(1), "tlogs.0.publicKey.keyDetails", std::string("PKIX_ECDSA_P384_SHA_256"));
  const BundleParts bundle = message();
  EXPECT_TRUE(check(named, bundle)) << describe(check(named, bundle));
  EXPECT_FALSE(check(instance.trusted_root(1), bundle));
  log.scheme.reset();
  BundleParts mixed = message();
  mixed.entries[0].promise.clear();
  mixed.entries[0].integrated_time = Time{};
  VerifyOptions no_time;
  const auto refused = verify(root_of(named), mixed.to_text(), kContent, no_time);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message().contains("by sha256")) << refused.error().message();
  EXPECT_TRUE(refused.error().hint().contains("keyDetails")) << refused.error().hint();
}

TEST_F(Instances, TheSameEntryTwiceIsRefused) {
  BundleParts bundle = message();
  bundle.entries.push_back(bundle.entries.front());
  EXPECT_REFUSED(kBundleShape, check(instance.trusted_root(1), bundle));
  Recipe twice = rekor_1();
  twice.logs = {0, 0};
  EXPECT_TRUE(check(instance.trusted_root(1), message(twice)));  // two entries
}

// --- none: GitHub's own ----------------------------------------------------------------------------------

struct GithubsOwn : Instances {
  VerifyOptions no_log;
  GithubsOwn() {
    no_log.accept_no_log = true;
    instance.logs.clear();
  }
  BundleParts stamped(const LeafSpec& leaf) {
    signer = certify(instance, leaf);
    Recipe recipe = rekor_1();
    recipe.logs = {};
    recipe.timestamp_authorities = {0};
    return message(recipe);
  }
  static LeafSpec release() {
    LeafSpec leaf;
    leaf.subject = {SubjectName::Kind::uri, "https://dotcom.releases.github.com"};
    leaf.no_issuer = true;
    leaf.ct_logs = {};
    return leaf;
  }
};

TEST_F(GithubsOwn, VerifiesWithoutAnyLogWhereTheRootHasNone) {
  LeafSpec leaf = github("owner/private");
  leaf.ct_logs = {};
  for (const LeafSpec& one : {leaf, release()}) {
    const BundleParts bundle = stamped(one);
    const json::Value with_ct = instance.trusted_root();
    const json::Value root = with(with_ct, "ctlogs", json::Array{});
    const auto verified = verify(root_of(root), bundle.to_text(), kContent, no_log);
    ASSERT_TRUE(verified) << describe(verified);
    EXPECT_EQ(verified->identity()->subject().value, one.subject.value);
    // Only when it is asked for, and only when the root has none.
    EXPECT_FALSE(verify(root_of(root), bundle.to_text()));
    EXPECT_REFUSED(kSctSignature, verify(root_of(with_ct), bundle.to_text(), kContent, no_log));
    VerifyOptions two = no_log;
    two.certificate_logs = 2;
    EXPECT_REFUSED(kSctSignature, verify(root_of(root), bundle.to_text(), kContent, two));
    // Logs of a kind of key that is not known are logs.
    const json::Value unread = with(with_ct, "ctlogs.0.publicKey.keyDetails", std::string("PKIX_NEW"));
    EXPECT_REFUSED(kSctSignature, verify(root_of(unread), bundle.to_text(), kContent, no_log));
  }
}

TEST_F(GithubsOwn, NoIssuerIsForSuchInstancesAlone) {
  LeafSpec leaf = release();
  leaf.ct_logs = {0};
  const BundleParts bundle = stamped(leaf);
  EXPECT_REFUSED(kIdentityInvalid, verify(instance.root(), bundle.to_text(), kContent, no_log));
}

// --- base64 ----------------------------------------------------------------------------------------------

TEST_F(Instances, Base64IsReadAsProtobufWritesIt) {
  const std::string text = message().to_text();
  const json::Value bundle = testing::must(json::parse(text));
  for (const char* place :
       {"messageSignature.signature", "verificationMaterial.tlogEntries.0.canonicalizedBody",
        "verificationMaterial.certificate.rawBytes",
        "verificationMaterial.tlogEntries.0.inclusionProof.hashes.0"}) {
    std::string value = *testing::find(bundle, place)->text();
    while (value.ends_with('=')) value.pop_back();
    const auto unpadded = verify(instance.root(), json::to_canonical(with(bundle, place, value)));
    EXPECT_TRUE(unpadded) << place << describe(unpadded);
    std::ranges::replace(value, '+', '-');
    std::ranges::replace(value, '/', '_');
    const auto url_safe = verify(instance.root(), json::to_canonical(with(bundle, place, value)));
    EXPECT_TRUE(url_safe) << place << describe(url_safe);
    EXPECT_REFUSED(kEncodingBase64,
                   verify(instance.root(), json::to_canonical(with(bundle, place, value + " "))));
  }
}

// --- several in one file ---------------------------------------------------------------------------------

std::string text_of(const json::Value& value) {
  return json::to_canonical(value);
}

TEST_F(Instances, ABundleMayStandInAListOrALine) {
  const json::Value one = testing::must(json::parse(message().to_text()));
  const json::Value two = testing::must(json::parse(message().to_text()));
  const json::Value github =
      object({{"attestations",
               json::Array{object({{"bundle", one}, {"repository_id", 1}}), object({{"bundle", two}})}}});
  const std::string lines = "\n" + text_of(one) + "\r\n\n " + text_of(two) + "\n";
  for (const std::string& text : {lines, text_of(json::Array{one, two}), text_of(github)}) {
    const auto bundles = Bundle::parse_all(text);
    ASSERT_TRUE(bundles) << describe(bundles) << text;
    ASSERT_EQ(bundles->size(), 2U);
    EXPECT_EQ((*bundles)[1].entries[0].index, testing::must(Bundle::from_json(two)).entries[0].index);
    const auto alone = Bundle::parse(text);
    ASSERT_FALSE(alone);
    EXPECT_TRUE(alone.error().message().contains("holds 2 bundles")) << alone.error().message();
    EXPECT_REFUSED(kBundleLimit, Bundle::parse_all(text, {.bundles = 1}));
    EXPECT_TRUE(Bundle::parse_all(text, {.bundles = 2}));
  }
  EXPECT_TRUE(Bundle::parse(text_of(json::Array{one})));
  EXPECT_TRUE(Bundle::parse(text_of(one) + "\n"));
}

TEST_F(Instances, WhatIsNoListOfBundlesIsRefused) {
  const std::string one = message().to_text();
  for (const std::string& text :
       {std::string("[]"), std::string("[1, 2]"), std::string("{\"attestations\": []}"), "[" + one + ", {}]",
        one + "\n{}", one + "\n{" + one, one + one, one + "\nx",
        std::string("{\"attestations\": [{\"bundle\": null}]}"),
        "{\"attestations\": [{\"bundle\": " + one + "}], \"mediaType\": \"x\"}"}) {
    EXPECT_FALSE(Bundle::parse_all(text)) << text;
  }
  const auto second = Bundle::parse_all(one + "\n{}");
  EXPECT_TRUE(second.error().message().starts_with("bundle 2 of 2: ")) << second.error().message();
}

TEST_F(Instances, CosignsOldBundleHasAPromiseAlone) {
  const BundleParts parts = message();
  const LogEntry& entry = parts.entries[0];
  const json::Value payload = object({{"body", encode_base64(entry.body)},
                                      {"integratedTime", to_unix(entry.integrated_time)},
                                      {"logIndex", static_cast<std::int64_t>(entry.index.value())},
                                      {"logID", encode_hex(entry.log_id)}});
  const std::string pem = to_pem("CERTIFICATE", parts.certificates[0]);
  const json::Value old =
      object({{"base64Signature", encode_base64(std::get<MessageSignature>(parts.content).signature)},
              {"cert", encode_base64(bytes_of(pem))},
              {"rekorBundle",
               object({{"SignedEntryTimestamp", encode_base64(entry.promise)}, {"Payload", payload}})}});
  EXPECT_REFUSED(kBundleNoInclusionProof, verify(instance.root(), text_of(old)));
  VerifyOptions promise;
  promise.accept_promise_only = true;
  const auto verified = verify(instance.root(), text_of(old), kContent, promise);
  EXPECT_TRUE(verified) << describe(verified);
  EXPECT_FALSE(verify(instance.root(), text_of(old), "another file", promise));
  EXPECT_TRUE(verify(instance.root(), text_of(with(old, "cert", pem)), kContent, promise));
  EXPECT_REFUSED(kBundleNoLogEntry, verify(instance.root(), text_of(without(old, "rekorBundle"))));
  EXPECT_REFUSED(kJsonShape, verify(instance.root(), text_of(with(old, "more", 1))));
  EXPECT_REFUSED(kEntryPromise,
                 verify(instance.root(), text_of(with(old, "rekorBundle.Payload.integratedTime", 1)),
                        kContent, promise));
  // Signed with a key: whatever key it brings, only the given one counts.
  EXPECT_REFUSED(kBundleKeyMaterial,
                 verify(instance.root(), text_of(without(old, "cert")), kContent, promise));
}

TEST_F(Instances, TrustedRootsInLinesAreSeveral) {
  const std::string one = text_of(instance.trusted_root());
  const auto both = TrustedRoot::parse_all(one + "\n" + one + "\n");
  ASSERT_TRUE(both) << describe(both);
  EXPECT_EQ(both->size(), 2U);
  EXPECT_EQ(testing::must(TrustedRoot::parse_all(one)).size(), 1U);
  const auto refused = TrustedRoot::parse(one + "\n" + one);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(kTrustRootInvalid));
  EXPECT_TRUE(refused.error().message().contains("2 trusted roots")) << refused.error().message();
  std::string many;
  for (int i = 0; i < 9; ++i) many += one + "\n";
  EXPECT_REFUSED(kTrustRootLimit, TrustedRoot::parse_all(many));
  EXPECT_FALSE(TrustedRoot::parse_all(one + "\n{}"));
}

// --- the real ones ---------------------------------------------------------------------------------------

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(RealInstances, LogsOfOtherKindsOfKeyAndGithubsOwn) {
  const fs::path folder = fs::path(TOMME_SHARED_DIR) / "cases/bundles";
  if (!fs::exists(folder)) GTEST_SKIP() << "no bundles in " << folder;
  for (const auto& [name, artifact] : {std::pair{"v1-ed25519-spki-id", "art"},
                                       {"v1-rsa2048-spki-id", "art"},
                                       {"github-shape", "art-github"}}) {
    const auto root = TrustedRoot::parse(read(folder / (std::string(name) + ".root.json")));
    ASSERT_TRUE(root) << name << describe(root);
    VerifyOptions options;
    options.accept_no_log = std::string_view(name) == "github-shape";
    const auto verified =
        verify(std::make_shared<const TrustedRoot>(*root),
               read(folder / (std::string(name) + ".bundle.json")), read(folder / artifact), options);
    EXPECT_TRUE(verified) << name << describe(verified);
  }
}

}  // namespace
}  // namespace tomme
