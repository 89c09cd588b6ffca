#include "core/policy/expectation.h"

#include <gtest/gtest.h>

#include "core/policy/errors.h"
#include "core/sigstore/errors.h"
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

TEST(Expectation, TakesNoPathOfAWorkflowWithAnAtSign) {
  const auto read = [](const testing::LeafSpec& leaf) {
    return Identity::of(*testing::certify(instance(), leaf).certificate);
  };
  EXPECT_REFUSED(kIdentityInvalid,
                 read(testing::github("owner/repo", "release.yml@evil.yml", "refs/heads/main")));
  EXPECT_REFUSED(kIdentityInvalid, read(testing::gitlab("owner/repo", "ci@home.yml")));
  testing::LeafSpec called = testing::github("owner/repo");
  called.claims[18] = "https://github.com/owner/repo/.github/workflows/a@b.yml@refs/heads/main";
  EXPECT_REFUSED(kIdentityInvalid, read(called));
  // A ref may have one, and a commit may stand in its place.
  EXPECT_TRUE(read(testing::github("owner/repo", "release.yml", "refs/tags/@scope/package@1.0")));
  EXPECT_TRUE(read(testing::github("owner/repo", "release.yml", std::string(40, 'a'))));
  Expectation expectation;
  expectation.workflow = Pattern("release.yml@refs/heads/main");
  EXPECT_REFUSED(kPolicyExpectation, expectation.check());
}

TEST(Expectation, OfANameTakesTheIssuersThatMayGiveIt) {
  const auto with_issuer = [](testing::LeafSpec leaf, const char* issuer) {
    leaf.issuer = issuer;
    return leaf;
  };
  constexpr const char* kGithubName = "https://github.com/owner/repo/.github/workflows/release.yml@**";
  constexpr const char* kGitlabName = "https://gitlab.com/owner/repo//.gitlab-ci.yml@**";
  const testing::LeafSpec github = testing::github("owner/repo");
  const testing::LeafSpec gitlab = testing::gitlab("owner/repo");
  EXPECT_TRUE(expect(github, kGithubName));
  EXPECT_TRUE(expect(gitlab, kGitlabName));
  for (const char* other : {"https://evil.example", "https://gitlab.com.evil.example",
                            "https://token.actions.example", "https://github.com/login/oauth"}) {
    EXPECT_REFUSED(kPolicyIssuer, expect(with_issuer(github, other), kGithubName));
    EXPECT_REFUSED(kPolicyIssuer, expect(with_issuer(gitlab, other), kGitlabName));
    // Who names it means it.
    EXPECT_TRUE(expect(with_issuer(github, other), (std::string(kGithubName) + " (" + other + ")").c_str()));
  }
  for (const char* login : {"https://github.com/login/oauth", "https://accounts.google.com",
                            "https://login.microsoftonline.com"}) {
    EXPECT_TRUE(expect(testing::email("dev@example.com", login), "dev@example.com")) << login;
  }
  EXPECT_REFUSED(kPolicyIssuer,
                 expect(testing::email("dev@example.com", "https://evil.example"), "dev@example.com"));

  testing::LeafSpec own = testing::email("", "https://git.example.org");
  own.subject = {SubjectName::Kind::uri, "https://git.example.org/group/project//ci.yml@refs/heads/main"};
  EXPECT_TRUE(expect(own, "https://git.example.org/group/**"));
  EXPECT_TRUE(expect(with_issuer(own, "https://id.git.example.org/x"), "https://git.example.org/group/**"));
  for (const char* other : {"https://example.org", "https://evilgit.example.org", "http://git.example.org"}) {
    EXPECT_REFUSED(kPolicyIssuer, expect(with_issuer(own, other), "https://git.example.org/group/**"));
  }
  own.subject.value = "https://kubernetes.io/namespaces/prod/serviceaccounts/x";
  EXPECT_REFUSED(kPolicyIssuer, expect(with_issuer(own, "https://kubernetes.io"),
                                       "https://kubernetes.io/namespaces/prod/**"));
}

TEST(Expectation, OfANameIsOfOneKind) {
  // One text, three signers.
  testing::LeafSpec leaf = testing::email("dev@example.com", "https://accounts.google.com");
  EXPECT_TRUE(expect(leaf, "dev@example.com"));
  for (const auto kind : {SubjectName::Kind::uri, SubjectName::Kind::other_name}) {
    leaf.subject.kind = kind;
    EXPECT_FALSE(expect(leaf, "dev@example.com"));
    EXPECT_FALSE(expect(leaf, "dev@example.com (https://accounts.google.com)"));
  }
}

TEST(Expectation, OfAnIdTellsAFormerOwner) {
  const testing::LeafSpec leaf = testing::github("owner/repo");  // owner 654321, repository 123456
  EXPECT_TRUE(expect(leaf, "owner/repo (owner id 654321)"));
  EXPECT_TRUE(expect(leaf, "owner/repo (owner id 654321, repository id 123456)"));
  EXPECT_TRUE(expect(leaf, "owner/repo (https://token.actions.githubusercontent.com, repository id 123456)"));
  for (const char* other : {"owner/repo (owner id 1)", "owner/repo (repository id 654321)",
                            "owner/repo (owner id 654321, repository id 1)"}) {
    EXPECT_REFUSED(kPolicyIdentity, expect(leaf, other));
  }
  EXPECT_REFUSED(kPolicyIdentity, expect(testing::email("dev@example.com", "https://accounts.google.com"),
                                         "dev@example.com (owner id 1)"));
  Expectation alone;
  alone.owner_id = "654321";
  EXPECT_REFUSED(kPolicyExpectation, alone.check());
  for (const char* none : {"owner/repo (owner id )", "owner/repo (owner id x)", "owner/repo (id 1)",
                           "owner/repo ()", "owner/repo (https://a.test, https://b.test)"}) {
    EXPECT_REFUSED(kPolicyExpectation, parse_expected_signer(none));
  }
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
