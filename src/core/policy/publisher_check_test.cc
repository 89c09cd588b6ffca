#include "core/policy/publisher_check.h"

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

TrustedPublisher github_publisher(std::string repository, std::string workflow) {
  TrustedPublisher publisher;
  publisher.kind = TrustedPublisher::Kind::github;
  publisher.kind_name = "GitHub";
  publisher.repository = std::move(repository);
  publisher.workflow = std::move(workflow);
  return publisher;
}

testing::LeafSpec circleci() {
  const std::string name = "https://circleci.com/api/v2/projects/0-1/pipeline-definitions/2-3";
  testing::LeafSpec leaf{.subject = {SubjectName::Kind::uri, name}, .issuer = "https://oidc.circleci.com"};
  leaf.claims = {{9, name}, {12, "github.com/owner/repo"}, {14, "refs/heads/main"}};
  return leaf;
}

TrustedPublisher circleci_publisher() {
  TrustedPublisher publisher;
  publisher.kind = TrustedPublisher::Kind::circleci;
  publisher.kind_name = "CircleCI";
  publisher.project_id = "0-1";
  publisher.pipeline_definition_id = "2-3";
  return publisher;
}

TEST(PublisherCheck, ComparesWithTheCertificateNeverTheOtherWayRound) {
  const Identity identity = identity_of(testing::github("owner/repo"));
  EXPECT_TRUE(check_publisher(github_publisher("owner/repo", "release.yml"), identity));
  EXPECT_REFUSED(kPolicyPublisher, check_publisher(github_publisher("owner/other", "release.yml"), identity));
  EXPECT_REFUSED(kPolicyPublisher, check_publisher(github_publisher("owner/repo", "other.yml"), identity));
  TrustedPublisher gitlab = github_publisher("owner/repo", "release.yml");
  gitlab.kind = TrustedPublisher::Kind::gitlab;
  EXPECT_REFUSED(kPolicyPublisher, check_publisher(gitlab, identity));
  TrustedPublisher google;
  google.kind = TrustedPublisher::Kind::google;
  google.email = "owner/repo";
  EXPECT_REFUSED(kPolicyPublisher, check_publisher(google, identity));
}

// pypi-attestations before 0.0.23: a certificate that names neither ref nor commit.
TEST(PublisherCheck, pypi_attestations_0_0_23_ref_and_commit_missing) {
  testing::LeafSpec leaf = testing::github("owner/repo", "release.yml");
  EXPECT_TRUE(check_publisher(github_publisher("owner/repo", "release.yml"), identity_of(leaf)));
  for (unsigned claim : {3U, 6U, 10U, 13U, 14U, 19U}) leaf.claims.erase(claim);
  EXPECT_REFUSED(kPolicyPublisher,
                 check_publisher(github_publisher("owner/repo", "release.yml"), identity_of(leaf)));
}

TEST(PublisherCheck, AnEnvironmentIsProvenOnlyByClaim23) {
  TrustedPublisher publisher = github_publisher("owner/repo", "release.yml");
  publisher.environment = "pypi";
  testing::LeafSpec leaf = testing::github("owner/repo");
  leaf.claims.erase(23);
  EXPECT_FALSE(testing::must(check_publisher(publisher, identity_of(leaf))).environment_proven);
  leaf.claims[23] = "pypi";
  EXPECT_TRUE(testing::must(check_publisher(publisher, identity_of(leaf))).environment_proven);
  leaf.claims[23] = "staging";
  EXPECT_REFUSED(kPolicyPublisher, check_publisher(publisher, identity_of(leaf)));
}

// PyPI keeps the name lowered, the certificate has it as the workflow wrote it (pypi/warehouse 18330).
TEST(PublisherCheck, AnEnvironmentIsComparedWithoutCase) {
  for (const bool github : {true, false}) {
    testing::LeafSpec leaf = github ? testing::github("owner/repo") : testing::gitlab("owner/repo");
    leaf.claims[23] = "PyPI-Release";
    TrustedPublisher publisher = github_publisher("owner/repo", github ? "release.yml" : ".gitlab-ci.yml");
    if (!github) publisher.kind = TrustedPublisher::Kind::gitlab;
    publisher.environment = "pypi-release";
    EXPECT_TRUE(testing::must(check_publisher(publisher, identity_of(leaf))).environment_proven);
    const std::string start = github ? "github:owner/repo:release.yml:" : "gitlab:owner/repo:.gitlab-ci.yml:";
    for (const char* environment : {"pypi-release", "PyPI-Release", "PYPI-*"}) {
      EXPECT_TRUE(expect_publisher(testing::must(parse_publisher_expectation(start + environment)),
                                   identity_of(leaf)));
    }
    const auto other =
        expect_publisher(testing::must(parse_publisher_expectation(start + "pypi")), identity_of(leaf));
    ASSERT_FALSE(other);
    EXPECT_TRUE(other.error().message().contains("in environment PyPI-Release")) << other.error().message();
  }
}

TEST(PublisherCheck, CircleciByItsProjectAndPipelineDefinition) {
  const Identity identity = identity_of(circleci());
  EXPECT_TRUE(testing::must(check_publisher(circleci_publisher(), identity)).compared);
  TrustedPublisher named = circleci_publisher();
  named.vcs_origin = "github.com/owner/repo";
  named.vcs_ref = "refs/heads/main";
  EXPECT_TRUE(check_publisher(named, identity));
  named.vcs_ref = "refs/heads/other";
  EXPECT_REFUSED(kPolicyPublisher, check_publisher(named, identity));
  TrustedPublisher other = circleci_publisher();
  other.project_id = "0-2";
  EXPECT_REFUSED(kPolicyPublisher, check_publisher(other, identity));
  other = circleci_publisher();
  other.pipeline_definition_id = "2-3/x";
  EXPECT_REFUSED(kPolicyPublisher, check_publisher(other, identity));
  testing::LeafSpec foreign = circleci();
  foreign.issuer = "https://issuer.example";
  EXPECT_REFUSED(kPolicyPublisher, check_publisher(circleci_publisher(), identity_of(foreign)));
  // Put over another's certificate.
  EXPECT_REFUSED(kPolicyPublisher,
                 check_publisher(circleci_publisher(), identity_of(testing::github("owner/repo"))));
}

TEST(PublisherCheck, CircleciIsExpectedByItsProject) {
  const auto expect = [](const char* text, const testing::LeafSpec& leaf) {
    return expect_publisher(testing::must(parse_publisher_expectation(text)), identity_of(leaf));
  };
  for (const char* good : {"circleci:0-1", "circleci:0-1:2-3", "circleci:0-1:2*"}) {
    EXPECT_TRUE(expect(good, circleci())) << good;
    EXPECT_REFUSED(kPolicyIdentity, expect(good, testing::github("owner/repo")));
  }
  for (const char* bad : {"circleci:0-", "circleci:0-1:2-", "circleci:0-11"}) {
    EXPECT_REFUSED(kPolicyIdentity, expect(bad, circleci()));
  }
  for (const char* text : {"circleci:", "circleci", "circleci:a:b:c", "circleci:a/b", "circle:0-1"}) {
    EXPECT_REFUSED(kPolicyExpectation, parse_publisher_expectation(text));
  }
}

TEST(PublisherCheck, AKindNobodyKnowsIsTheIndexsWordAndNeverOverAKnownIssuersCertificate) {
  TrustedPublisher publisher;
  publisher.kind_name = "Forgejo";
  const Identity forgejo = identity_of(testing::email("ci@forge.example", "https://forge.example"));
  EXPECT_FALSE(testing::must(check_publisher(publisher, forgejo)).compared);
  for (const testing::LeafSpec& leaf : {testing::github("owner/repo"), testing::gitlab("group/project"),
                                        testing::google("dev@example.com"), circleci()}) {
    EXPECT_REFUSED(kPolicyPublisher, check_publisher(publisher, identity_of(leaf)));
  }
}

}  // namespace
}  // namespace tomme
