// Every combination that a Sigstore client may meet, made by the signer in testing/ and verified.
#include <gtest/gtest.h>

#include "testing/verifying.h"

namespace tomme {
namespace {

using namespace tomme::testing;

struct Combination {
  std::string name;
  Recipe recipe;
  bool envelope;
  KeyType type = KeyType::ecdsa_p256;
  bool managed = false;
};

std::string_view name_of_type(KeyType type) {
  switch (type) {
    case KeyType::ecdsa_p256:
      return "p256";
    case KeyType::ecdsa_p384:
      return "p384";
    case KeyType::ecdsa_p521:
      return "p521";
    case KeyType::rsa:
      return "rsa";
    case KeyType::ed25519:
      break;
  }
  return "ed25519";
}

std::vector<Combination> all_combinations() {
  struct Kind {
    EntryKind kind;
    bool message, envelope;
  };
  const Kind kinds[] = {{{"hashedrekord", "0.0.1"}, true, false}, {{"hashedrekord", "0.0.2"}, true, true},
                        {{"dsse", "0.0.1"}, false, true},         {{"dsse", "0.0.2"}, false, true},
                        {{"intoto", "0.0.1"}, false, true},       {{"intoto", "0.0.2"}, false, true}};
  const std::pair<std::string_view, std::string_view> types[] = {
      {"v01", kBundle01}, {"v02", kBundle02}, {"v03old", kBundle03Old}, {"v03", kBundle03}};
  std::vector<Combination> out;
  for (const Kind& kind : kinds) {
    for (const auto& [short_name, media_type] : types) {
      for (const bool envelope : {false, true}) {
        if (!(envelope ? kind.envelope : kind.message)) continue;
        Recipe recipe{.kind = kind.kind, .media_type = std::string(media_type)};
        if (kind.kind.is_rekor_v2()) recipe.logs = {1}, recipe.timestamp_authorities = {0};
        std::string name = kind.kind.kind + "_" + kind.kind.version + "_" + std::string(short_name) +
                           (envelope ? "_envelope" : "_message");
        std::ranges::replace(name, '.', '_');
        out.push_back({name, recipe, envelope});
      }
    }
  }
  for (const KeyType type :
       {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521, KeyType::rsa, KeyType::ed25519}) {
    for (const bool managed : {false, true}) {
      const std::string end = std::string(name_of_type(type)) + (managed ? "_managed" : "_certified");
      out.push_back({"message_1_" + end, rekor_1(), false, type, managed});
      out.push_back({"message_2_" + end, rekor_2(), false, type, managed});
      out.push_back({"dsse_1_" + end, rekor_1("dsse"), true, type, managed});
      out.push_back({"dsse_2_" + end, rekor_2(), true, type, managed});
    }
  }
  return out;
}

class Happy : public ::testing::TestWithParam<Combination> {};

TEST_P(Happy, Verifies) {
  const Combination& c = GetParam();
  Instance instance = make_instance(kNow);
  const Signer signer = c.managed ? Signer{key(c.type, 50)} : certify(instance, leaf_of(c.type));
  const BundleParts parts = c.envelope ? sign_statement(instance, signer, file_statement(), c.recipe)
                                       : sign_message(instance, signer, bytes_of(kContent), c.recipe);
  VerifyOptions options;
  if (c.managed) options.key = ManagedKey{signer.key.public_key()};
  for (const unsigned minor : {1U, 2U}) {
    const Result<Evidence> evidence =
        verify(root_of(instance.trusted_root(minor)), parts.to_text(), kContent, options);
    ASSERT_TRUE(evidence) << describe(evidence) << parts.to_text();
    EXPECT_EQ(evidence->identity().has_value(), !c.managed);
    EXPECT_EQ(evidence->statement().has_value(), c.envelope);
    EXPECT_EQ(evidence->artifact().to_hex(), sha256(bytes_of(kContent)).to_hex());
    ASSERT_EQ(evidence->logs().size(), 1U);
    EXPECT_TRUE(evidence->logs().front().included);
    ASSERT_GE(evidence->times().size(), 1U);
    EXPECT_EQ(evidence->times().front().time, kNow);
    EXPECT_TRUE(evidence->notes().empty());
  }
  EXPECT_FALSE(verify(instance.root(), parts.to_text(), "another file", options));
}

INSTANTIATE_TEST_SUITE_P(All, Happy, ::testing::ValuesIn(all_combinations()),
                         [](const auto& each) { return each.param.name; });

TEST(HappyNames, EveryKindOfSigner) {
  Instance instance = make_instance(kNow);
  for (const LeafSpec& leaf :
       {github("owner/repo"), gitlab("group/sub/project"), google("me@example.com"),
        email("me@example.com", "https://github.com/login/oauth"), user_name("me", "https://idp.example")}) {
    const BundleParts parts = sign_message(instance, certify(instance, leaf), bytes_of(kContent), rekor_1());
    const Result<Evidence> evidence = verify(instance, parts);
    ASSERT_TRUE(evidence) << leaf.subject.value << describe(evidence);
    EXPECT_EQ(evidence->identity()->subject(), leaf.subject);
    EXPECT_EQ(evidence->identity()->issuer(), leaf.issuer);
    for (const auto& [number, text] : leaf.claims)
      EXPECT_EQ(evidence->identity()->claim(static_cast<Claim>(number)), text) << number;
  }
}

TEST(HappyNames, RepositoryAndWorkflow) {
  Instance instance = make_instance(kNow);
  const auto identity = [&](const LeafSpec& leaf) {
    return *verify(instance, sign_message(instance, certify(instance, leaf), bytes_of(kContent), rekor_1()))
                ->identity();
  };
  EXPECT_EQ(identity(github("owner/repo")).repository(), "github:owner/repo");
  EXPECT_EQ(identity(github("owner/repo")).workflow(), ".github/workflows/release.yml");
  EXPECT_EQ(identity(gitlab("group/project")).repository(), "gitlab:group/project");
  EXPECT_EQ(identity(gitlab("group/project")).workflow(), ".gitlab-ci.yml");
  EXPECT_EQ(identity(google("me@example.com")).repository(), std::nullopt);
}

TEST(HappyLogs, EveryKindOfLogKey) {
  for (const KeyType type :
       {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521, KeyType::rsa, KeyType::ed25519}) {
    Instance instance = make_instance(kNow);
    instance.logs[0].key = key(type, 71);
    const BundleParts parts =
        sign_message(instance, certify(instance, github("o/r")), bytes_of(kContent), rekor_1());
    const Result<Evidence> evidence = verify(instance, parts);
    EXPECT_TRUE(evidence) << name_of_type(type) << describe(evidence);
  }
}

TEST(HappyLogs, NamesWithPort) {
  for (const std::size_t log : {0U, 1U}) {
    Instance instance = make_instance(kNow);
    instance.logs[log].url = "http://localhost:3003";
    instance.logs[log].name = "localhost:3003";
    const BundleParts parts = sign_message(instance, certify(instance, github("o/r")), bytes_of(kContent),
                                           log == 0 ? rekor_1() : rekor_2());
    const Result<Evidence> evidence = verify(instance, parts);
    EXPECT_TRUE(evidence) << describe(evidence);
  }
}

TEST(HappyLogs, TreesOfManySizes) {
  for (std::size_t others = 0; others < 20; ++others) {
    Instance instance = make_instance(kNow);
    instance.logs[0].leaves.clear();
    instance.logs[0].fill(others);
    const BundleParts parts =
        sign_message(instance, certify(instance, github("o/r")), bytes_of(kContent), rekor_1());
    const Result<Evidence> evidence = verify(instance, parts);
    EXPECT_TRUE(evidence) << others << describe(evidence);
  }
}

TEST(HappyCertificateLogs, KeysAndExtensions) {
  for (const KeyType type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::rsa}) {
    for (const Bytes& extensions : {Bytes{}, Bytes{0, 0, 5, 0, 0, 0, 0, 42}}) {
      Instance instance = make_instance(kNow);
      instance.ct_logs[0].key = key(type, 72);
      instance.ct_logs[0].extensions = extensions;
      const BundleParts parts =
          sign_message(instance, certify(instance, github("o/r")), bytes_of(kContent), rekor_1());
      const Result<Evidence> evidence = verify(instance, parts);
      EXPECT_TRUE(evidence) << name_of_type(type) << describe(evidence);
    }
  }
}

TEST(HappyTimestamps, EmbeddedOrNamedByTheRoot) {
  for (const KeyType type : {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::rsa}) {
    for (const bool embed : {false, true}) {
      for (const bool root_names_leaf : {false, true}) {
        Instance instance = make_instance(kNow);
        instance.timestamp_authorities = {
            make_timestamp_authority({.uri = "https://t.example", .valid = instance.valid, .type = type})};
        instance.timestamp_authorities[0].root_names_leaf = root_names_leaf;
        Recipe recipe = rekor_2();
        recipe.embed_timestamp_certificate = embed;
        const Result<Evidence> evidence = verify(
            instance, sign_message(instance, certify(instance, github("o/r")), bytes_of(kContent), recipe));
        EXPECT_EQ(evidence.has_value(), embed || root_names_leaf) << describe(evidence);
      }
    }
  }
}

}  // namespace
}  // namespace tomme
