#include "app/guard/dependencies.h"

#include <gtest/gtest.h>

#include "app/guard/errors.h"

namespace tomme::guard {
namespace {

const DistFilename kWheel = *DistFilename::parse("a-1.0-py3-none-any.whl");

struct Strictness {
  bool required = false;
  bool expected = false;  ///< of six
};
constexpr Strictness kDefault{}, kRequired{.required = true}, kExpected{.expected = true};

/// six-1.0.zip and other-1.0.zip are listed on pages of those projects, blob.zip on six's.
Result<std::vector<std::string>> check(std::string_view reference, Strictness how) {
  DependencyRules rules;
  rules.judged = [](const Url& url) { return url.host() == "pypi.org"; };
  rules.listed_for = [](const ProjectName& project, std::string_view address) {
    return address == "https://pypi.org/files/" + project.normalized() + "-1.0.zip" ||
           (project.normalized() == "six" && address == "https://pypi.org/files/blob.zip");
  };
  rules.proof_required = how.required;
  if (how.expected) rules.expected = {*ProjectName::parse("six")};
  return check_dependencies(kWheel, "Name: a\nRequires-Dist: " + std::string(reference) + "\n", rules);
}
bool is_fine(std::string_view reference, Strictness how) {
  const auto result = check(reference, how);
  return result && result->empty();
}
bool is_noted(std::string_view reference, Strictness how) {
  const auto result = check(reference, how);
  return result && result->size() == 1;
}
bool is_refused(std::string_view reference, Strictness how) {
  const auto result = check(reference, how);
  return !result && result.error().is(kGuardDependency);
}
void expect_strict(const std::string& reference) {
  EXPECT_TRUE(is_noted(reference, kDefault)) << reference;
  EXPECT_TRUE(is_refused(reference, kRequired)) << reference;
  EXPECT_TRUE(is_refused(reference, kExpected)) << reference;
}

TEST(Dependencies, OnThisMachineAreNotJudged) {
  for (const char* reference :
       {"six @ file:///tmp/six.whl", "six @ /tmp/six.whl", "six @ ../six.whl", "six @ FILE:///tmp/six.whl",
        "six @ git+file:///tmp/six", "other @ file:/x"}) {
    expect_strict(reference);
  }
}

TEST(Dependencies, ElsewhereAreNotJudged) {
  for (const char* reference :
       {"six @ https://evil.example/six-1.0.zip", "other @ https://evil.example/other-1.0.zip",
        "six[x]@http://127.0.0.1:1/six.whl ; python_version > '3'", "s x @ https://evil.example/",
        "six @ https:pypi.org/files/six-1.0.zip"}) {
    expect_strict(reference);
  }
}

// A checkout can call itself an expected project in metadata that nobody sees.
TEST(Dependencies, ByVersionControlAreNotJudged) {
  for (const char* reference :
       {"bar @ git+git://evil.example/bar", "bar @ git+ssh://git@evil.example/bar",
        "bar @ git+https://pypi.org/bar", "bar @ svn+https://evil.example/bar",
        "bar @ hg+http://evil.example/bar", "bar @ bzr+lp:bar", "bar @ git://evil.example/bar",
        "bar @ ssh://evil.example/bar", "bar @ git@evil.example:bar"}) {
    expect_strict(reference);
  }
}

TEST(Dependencies, FromAJudgedPlaceMustBeTheirProjectsByNameAndByPage) {
  for (const Strictness how : {kDefault, kRequired, kExpected}) {
    EXPECT_TRUE(is_fine("six @ https://pypi.org/files/six-1.0.zip#sha256=ab", how));
    EXPECT_TRUE(is_fine("other @ https://pypi.org/files/other-1.0.zip", how));
    EXPECT_TRUE(is_fine("six >= 1.0", how));
  }
  for (const char* reference :
       {"six @ https://pypi.org/files/other-1.0.zip", "six @ https://pypi.org/files/six-2.0.zip",
        "six @ https://pypi.org/files/other-1.0-py3-none-any.whl", "six @ https://pypi.org/files/blob.zip",
        "other @ https://pypi.org/files/six-1.0.zip", "six @ https://pypi.org/files/six-1.0.zip?x",
        "six @ https://pypi.org/files/%6ether-1.0.zip"}) {
    expect_strict(reference);
  }
}

TEST(Dependencies, AreOnNoPageWhereNobodyKnows) {
  DependencyRules rules;
  rules.judged = [](const Url&) { return true; };
  const auto notes =
      check_dependencies(kWheel, "Requires-Dist: six @ https://pypi.org/files/six-1.0.zip\n", rules);
  ASSERT_TRUE(notes);
  EXPECT_EQ(notes->size(), 1u);
  rules.proof_required = true;
  EXPECT_FALSE(
      check_dependencies(kWheel, "Requires-Dist: six @ https://pypi.org/files/six-1.0.zip\n", rules));
}

TEST(Dependencies, BehindAnExtraAreRefusedOnlyWhereNothingElseWouldStopThem) {
  for (const char* address :
       {"file:///home/ada/x", "../x", "https://evil.example/x.zip", "git+https://evil.example/x"}) {
    for (const Strictness how : {kDefault, kRequired, kExpected}) {
      EXPECT_TRUE(is_noted("other @ " + std::string(address) + " ; extra == \"dev\"", how)) << address;
    }
    EXPECT_TRUE(is_refused("six @ " + std::string(address) + " ; extra == \"dev\"", kExpected)) << address;
    EXPECT_TRUE(is_refused("s x @ " + std::string(address) + " ; extra == \"dev\"", kExpected)) << address;
    EXPECT_TRUE(is_refused("other @ " + std::string(address) + " ; extra != \"dev\"", kExpected)) << address;
  }
  expect_strict("other @ git+ssh://evil.example/x ; extra == \"dev\"");
  expect_strict("other @ git+git://evil.example/x ; extra == \"dev\"");
  expect_strict("other @ svn+https://evil.example/x ; extra == \"dev\"");
}

TEST(Dependencies, AreShownWithoutSecrets) {
  const auto notes = check("lib @ git+https://ghp_s3cr3t@github.com/a/b@v1?token=s3cr3t", kDefault);
  ASSERT_TRUE(notes);
  EXPECT_EQ(notes->front(),
            "not judged: a-1.0-py3-none-any.whl wants lib from git+https://github.com/a/b@v1");
}

}  // namespace
}  // namespace tomme::guard
