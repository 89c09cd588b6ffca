#include "core/policy/owner.h"

#include <gtest/gtest.h>

#include "core/policy/errors.h"
#include "core/policy/expectation.h"
#include "testing/verifying.h"

namespace tomme {
namespace {

TEST(NamesOwner, OnlyWhatStandsWholeBeforeTheFirstWildcard) {
  for (const char* text :
       {"owner/repo", "owner/*", "github:owner/**", "https://github.com/owner/repo", "github.com/owner/*",
        "gitlab:group/**", "https://forge.example/a/b", "https://forge.example/a/**"}) {
    EXPECT_TRUE(names_owner(Pattern(text))) << text;
  }
  for (const char* text :
       {"**", "*/*", "*/repo", "o*/repo", "owner*/repo", "owner?/repo", "github:*/x", "git?ub:owner/repo",
        "https://github.com/**", "https://github.com/o*/repo", "https://git*.com/owner/repo",
        "https://**/owner/repo", "gitlab:**", "?/?", "https://forge.example/**", "owner**"}) {
    EXPECT_FALSE(names_owner(Pattern(text))) << text;
  }
}

TEST(NamesSigner, AUriByItsOwnerAndAnAddressByItsDomain) {
  for (const char* text :
       {"dev@example.org", "*@example.org", "dev*@example.org", "name!example.org", "*!example.org",
        "https://github.com/owner/**", "https://github.com/owner/repo/.github/workflows/*@**",
        "spiffe://example.org/**", "https://circleci.com/api/v2/projects/0-1/**", "release-robot"}) {
    EXPECT_TRUE(names_signer(Pattern(text))) << text;
  }
  for (const char* text : {"",
                           "**",
                           "*",
                           "?**",
                           "*@*",
                           "*@*.com",
                           "*@example.*",
                           "**@example.org",
                           "*@**.org",
                           "*/*@example.org",
                           "https:**@example.org",
                           "https:*//*@example.org",
                           "https://**",
                           "https://*",
                           "https://github.com/**",
                           "https://github.com/*/repo/**",
                           "https://github.com/own*",
                           "https://github.com/owner**",
                           "https://github**/owner/",
                           "spiffe://**",
                           "https://circleci.com/api/**",
                           "https://circleci.com/api/v2/projects/**",
                           "https://kubernetes.io/namespaces/**",
                           "release-*",
                           "**github.com/owner/repo/**"}) {
    EXPECT_FALSE(names_signer(Pattern(text))) << text;
  }
  // An escaped wildcard is none.
  EXPECT_TRUE(names_signer(Pattern("https://github.com/own\\*er/**")));
  EXPECT_FALSE(names_signer(Pattern("https://github.com/\\*/**")));
}

TEST(Expectation, NamesSomebodyOrFitsAnyone) {
  const auto with = [](auto member, std::string text) {
    Expectation expectation;
    expectation.*member = Pattern(std::move(text));
    return expectation.names_somebody();
  };
  EXPECT_TRUE(with(&Expectation::repository, "owner/*"));
  EXPECT_FALSE(with(&Expectation::repository, "*/*"));
  EXPECT_TRUE(with(&Expectation::identity, "*@example.org"));
  EXPECT_FALSE(with(&Expectation::identity, "**"));
  EXPECT_FALSE(with(&Expectation::issuer, "https://accounts.google.com"));
  EXPECT_FALSE(with(&Expectation::workflow, "release.yml"));
  EXPECT_FALSE(with(&Expectation::ref, "refs/tags/v1"));
  EXPECT_FALSE(Expectation().names_somebody());
  for (const char* text :
       {"*/*", "o*/repo", "*/repo (https://accounts.google.com)", "https://github.com/**",
        "https://github.com/**/release.yml@refs/heads/main", "*@*.com", "**@example.org"}) {
    EXPECT_REFUSED(kPolicyExpectation, parse_expected_signer(text));
  }
  for (const auto& [text, somebody] :
       {std::pair{"github:owner/*", true}, std::pair{"github:*/repo", false},
        std::pair{"github:own*/repo", false}, std::pair{"google:*@example.org", true},
        std::pair{"google:*@*", false}, std::pair{"circleci:0-1", true}, std::pair{"circleci:0*:1", false}}) {
    Expectation expectation;
    expectation.publisher = testing::must(parse_publisher_expectation(text));
    EXPECT_EQ(expectation.names_somebody(), somebody) << text;
  }
}

}  // namespace
}  // namespace tomme
