#include "core/policy/expectation.h"

#include <gtest/gtest.h>

#include "core/policy/errors.h"
#include "testing/verifying.h"

namespace tomme {
namespace {

const testing::Instance& instance() {
  static const testing::Instance made = testing::make_instance(kNow);
  return made;
}

Identity identity_of(const testing::LeafSpec& leaf) {
  return testing::must(Identity::of(*testing::certify(instance(), leaf).certificate));
}

Result<void> expect(const testing::LeafSpec& leaf, const char* signer) {
  return expect_signer(identity_of(leaf), testing::must(parse_expected_signer(signer)));
}

TEST(ExpectedSigner, IsARepositoryInAnyOfItsSpellings) {
  const testing::LeafSpec leaf = testing::github("Owner/repo");
  for (const char* signer : {"owner/repo", "Owner/Repo", "github:owner/repo", "https://github.com/owner/repo",
                             "https://github.com/owner/repo.git", "https://github.com/owner/repo/",
                             "github.com/owner/repo", "owner/*"}) {
    EXPECT_TRUE(expect(leaf, signer)) << signer;
  }
  for (const char* signer : {"owner/rep", "owner/repo2", "wner/repo", "gitlab:owner/repo", "owner/o*",
                             "https://gitlab.com/owner/repo"}) {
    EXPECT_REFUSED(kPolicyIdentity, expect(leaf, signer));
  }
  EXPECT_TRUE(expect(testing::gitlab("group/sub/project"), "gitlab:group/sub/project"));
  EXPECT_REFUSED(kPolicyIdentity, expect(testing::gitlab("owner/repo"), "owner/repo"));
}

TEST(ExpectedSigner, OfAForgeIsNotWhoeverWritesItsUrl) {
  // Another issuer that puts a GitHub repository's URL into its claims.
  testing::LeafSpec forged = testing::github("owner/repo");
  forged.issuer = "https://issuer.example";
  EXPECT_REFUSED(kPolicyIdentity, expect(forged, "owner/repo"));
}

TEST(ExpectedSigner, IsAnEMailAddressWithAnIssuerIfOneIsNamed) {
  const testing::LeafSpec leaf = testing::email("dev@example.com", "https://github.com/login/oauth");
  EXPECT_TRUE(expect(leaf, "dev@example.com"));
  EXPECT_TRUE(expect(leaf, "dev@example.com (https://github.com/login/oauth)"));
  EXPECT_REFUSED(kPolicyIdentity, expect(leaf, "dev@example.com (https://accounts.google.com)"));
  EXPECT_REFUSED(kPolicyIdentity, expect(leaf, "dev@example.co"));
  // What a report prints is what an expectation takes.
  EXPECT_TRUE(expect(leaf, identity_of(leaf).describe().c_str()));
}

TEST(ExpectedSigner, RefusesWhatIsNeitherOfThese) {
  for (const char* text : {"", "owner", "owner/", "/repo", "a/b/c", "gitlab:project", "some words"}) {
    EXPECT_REFUSED(kPolicyExpectation, parse_expected_signer(text));
  }
}

TEST(Expectation, HoldsOnlyWhenEveryPartDoes) {
  const Identity identity = identity_of(testing::github("owner/repo", "release.yml", "refs/tags/v1.0.0"));
  Expectation expectation;
  expectation.repository = Pattern("owner/repo");
  expectation.workflow = Pattern("release.yml");
  expectation.ref = Pattern("refs/tags/*");
  EXPECT_TRUE(expect_signer(identity, expectation));
  expectation.workflow = Pattern(".github/workflows/release.yml");
  EXPECT_TRUE(expect_signer(identity, expectation));
  expectation.ref = Pattern("refs/heads/*");
  EXPECT_REFUSED(kPolicyIdentity, expect_signer(identity, expectation));
  expectation.ref.reset();
  expectation.workflow = Pattern("elease.yml");
  EXPECT_REFUSED(kPolicyIdentity, expect_signer(identity, expectation));
}

TEST(Expectation, SaysWhichPartIsAnother) {
  const Identity identity = identity_of(testing::github("owner/repo", "release.yml", "refs/tags/v1.0.0"));
  Expectation expectation;
  expectation.repository = Pattern("owner/repo");
  expectation.ref = Pattern("v*");
  EXPECT_TRUE(expect_signer(identity, expectation).error().hint().contains("refs/tags/v1"));
  expectation.ref = Pattern("refs/tags/v2*");
  EXPECT_TRUE(expect_signer(identity, expectation).error().hint().contains("another branch or tag"));
  expectation.workflow = Pattern("other.yml");
  EXPECT_TRUE(expect_signer(identity, expectation).error().hint().contains("workflow is another"));
  expectation.issuer = Pattern("https://issuer.example");
  EXPECT_TRUE(expect_signer(identity, expectation).error().hint().contains(kGithubIssuer));
}

// A public workflow signs for whoever calls it.
TEST(Expectation, OfAWorkflowsUriIsForItsOwnRepository) {
  const std::string uri = "https://github.com/example/demo/.github/workflows/release.yml@refs/tags/v1.0.0";
  const auto called_by = [&](const std::string& repository) {
    testing::LeafSpec leaf = testing::github("example/demo");
    leaf.subject.value = uri;
    leaf.claims[12] = "https://github.com/" + repository;
    leaf.claims[5] = repository;
    return leaf;
  };
  for (const std::string& expected :
       {uri, std::string("https://github.com/example/demo/.github/workflows/release.yml@**"),
        std::string("https://github.com/example/demo/**"), std::string("https://github.com/example/**")}) {
    EXPECT_TRUE(expect(called_by("example/demo"), expected.c_str())) << expected;
    EXPECT_TRUE(expect(called_by("Example/Demo"), expected.c_str())) << expected;
    EXPECT_FALSE(expect(called_by("evil/fork"), expected.c_str())) << expected;
    EXPECT_FALSE(expect(called_by("example-evil/demo"), expected.c_str())) << expected;
  }
  // Another repository of the owner fits where only the owner is said.
  EXPECT_TRUE(expect(called_by("example/other"), "https://github.com/example/**"));
  EXPECT_REFUSED(kPolicyRepository, expect(called_by("example/other"), uri.c_str()));
  EXPECT_REFUSED(kPolicyRepository, expect(called_by("example/demo2"), "https://github.com/example/demo/**"));

  Expectation both;
  both.identity = Pattern(uri);
  both.repository = Pattern("evil/fork");
  EXPECT_TRUE(expect_signer(identity_of(called_by("evil/fork")), both));
  both.repository = Pattern("example/demo");
  EXPECT_REFUSED(kPolicyIdentity, expect_signer(identity_of(called_by("evil/fork")), both));

  // Certificates of 2022 have the repository in claim 5 alone.
  testing::LeafSpec old = called_by("evil/fork");
  old.claims.erase(12);
  EXPECT_REFUSED(kPolicyRepository, expect(old, uri.c_str()));

  testing::LeafSpec gitlab = testing::gitlab("group/project");
  const std::string expected = gitlab.subject.value;
  EXPECT_TRUE(expect(gitlab, expected.c_str()));
  gitlab.claims[12] = "https://gitlab.com/evil/project";
  EXPECT_REFUSED(kPolicyRepository, expect(gitlab, expected.c_str()));
}

TEST(Expectation, DoesNotTakeAWorkflowWithAnAtSignForAShorterOne) {
  const Identity identity =
      identity_of(testing::github("owner/repo", "release.yml@evil.yml", "refs/heads/main"));
  Expectation expectation;
  expectation.workflow = Pattern("release.yml");
  EXPECT_REFUSED(kPolicyIdentity, expect_signer(identity, expectation));
}

TEST(Expectation, MayBeAGlobInEveryPart) {
  const Identity identity = identity_of(testing::github("Owner/repo", "release.yml", "refs/tags/v1.0.0"));
  const auto with_publisher = [&](const char* text) {
    Expectation expectation;
    expectation.publisher = testing::must(parse_publisher_expectation(text));
    return expect_signer(identity, expectation);
  };
  for (const char* good : {"github:owner/repo", "github:owner/*:release.yml", "github:OWNER/re?o:*.yml"}) {
    EXPECT_TRUE(with_publisher(good)) << good;
  }
  for (const char* bad : {"github:own*:release.yml/x", "github:owner/rep:release.yml", "github:*/other",
                          "github:owner/repo:elease.yml", "gitlab:owner/*", "google:*@*"}) {
    const auto told = parse_publisher_expectation(bad);
    if (told) EXPECT_REFUSED(kPolicyIdentity, with_publisher(bad));
  }
  const auto missing = with_publisher("github:owner/repo:release.yml:prod");
  ASSERT_FALSE(missing);
  EXPECT_TRUE(missing.error().message().contains("names no environment")) << missing.error().message();

  Expectation expectation;
  for (const char* good : {"https://token.actions.githubusercontent.com", "https://token.*"}) {
    expectation.issuer = Pattern(good);
    EXPECT_TRUE(expect_signer(identity, expectation)) << good;
  }
  for (const char* bad : {"https://token.actions", "token.*", "https://*.com/*"}) {
    expectation.issuer = Pattern(bad);
    EXPECT_REFUSED(kPolicyIdentity, expect_signer(identity, expectation));
  }
}

// A repository's URL on an unknown forge counts only beside the issuer that vouched for it: any is none.
TEST(Expectation, AWildcardNamesNoIssuer) {
  testing::LeafSpec leaf = testing::github("owner/repo");
  leaf.issuer = "https://issuer.example";
  Expectation expectation;
  expectation.repository = Pattern("https://github.com/owner/repo");
  expectation.issuer = Pattern("**");
  EXPECT_REFUSED(kPolicyIdentity, expect_signer(identity_of(leaf), expectation));
}

// Where others searched for a pattern anywhere in the identity.
TEST(ExpectedSigner, sigstore_js_1656_identity_is_no_unanchored_pattern) {
  testing::LeafSpec leaf = testing::github("owner/repo");
  Expectation expectation;
  expectation.identity = Pattern(leaf.subject.value);
  EXPECT_TRUE(expect_signer(identity_of(leaf), expectation));
  leaf.subject.value = "https://evil.example/?" + leaf.subject.value;
  EXPECT_REFUSED(kPolicyIdentity, expect_signer(identity_of(leaf), expectation));
  expectation.identity = Pattern("https://github.com/owner/repo/**");
  EXPECT_REFUSED(kPolicyIdentity, expect_signer(identity_of(leaf), expectation));
}

TEST(ExpectedSigner, wirelog_1287_a_dot_is_a_dot) {
  const Identity identity = identity_of(testing::email("dev@exampleXcom", "https://accounts.google.com"));
  Expectation expectation;
  expectation.identity = Pattern("dev@example.com");
  EXPECT_REFUSED(kPolicyIdentity, expect_signer(identity, expectation));
}

TEST(ExpectedSigner, mise_9260_a_workflow_is_no_part_of_another) {
  const Identity identity = identity_of(testing::github("owner/repo", "not-release.yml"));
  Expectation expectation;
  for (const char* workflow : {"release.yml", "release", ".yml", "workflows/not-release.yml"}) {
    expectation.workflow = Pattern(workflow);
    EXPECT_REFUSED(kPolicyIdentity, expect_signer(identity, expectation));
  }
}

TEST(ExpectedSigners, AreFoundByNormalizedNameAndAnyOfThemWillDo) {
  ExpectedSigners signers;
  ASSERT_TRUE(signers.add("My.Project=owner/repo"));
  ASSERT_TRUE(signers.add("my_project=dev@example.com"));
  EXPECT_EQ(signers.of(testing::must(ProjectName::parse("my-project"))).size(), 2u);
  EXPECT_TRUE(signers.of(testing::must(ProjectName::parse("other"))).empty());
  EXPECT_REFUSED(kPolicyExpectation, signers.add("my-project"));
  EXPECT_REFUSED(kPolicyExpectation, signers.add("my project=owner/repo"));
}

}  // namespace
}  // namespace tomme
