#include "app/relay/dependencies.h"

#include <gtest/gtest.h>

#include "app/relay/errors.h"

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
}

// An honest wheel, of whose extra nobody knows whether it was asked for: what came is found after the run.
TEST(Dependencies, ByVersionControlBehindAnExtraAreNoted) {
  for (const char* address :
       {"git+ssh://git@h.example/x", "git+git://h.example/x", "svn+https://h.example/x"}) {
    const std::string reference = "other @ " + std::string(address) + " ; extra == \"dev\"";
    for (const Strictness how : {kDefault, kRequired, kExpected})
      EXPECT_TRUE(is_noted(reference, how)) << reference;
    EXPECT_TRUE(is_refused("six @ " + std::string(address) + " ; extra == \"dev\"", kExpected)) << address;
  }
}

// PDM takes the first kinds, uv the last.
TEST(Dependencies, ThatNotAllReadTheSameWayAreNotJudged) {
  for (const char* line :
       {"https://pypi.org/files/other-1.0.tar.gz#egg=six", "git+https://h.example/six#egg=six",
        "file:///tmp/six.whl", "./six.whl", "/tmp/six.whl", "../six", "https://h.example/x ; extra == 'dev'",
        "six @", "six[x @ https://h/x", "six @ https://pypi.org/files/six-1.0.zip ; no marker",
        "=?utf-8?b?c2l4IEAgaHR0cDovL2gveA==?=", "six @ https://pypi.org/files/six-1.0.zip#=?utf-8?q?x?=",
        "git+x", "."}) {
    expect_strict(line);
  }
}

TEST(Dependencies, AreNeverByAnAddressThatTheEnvironmentCompletes) {
  DependencyRules rules{.judged = [](const Url&) { return true; },
                        .listed_for = [](const ProjectName&, std::string_view) { return true; },
                        .proof_required = true};
  EXPECT_TRUE(check_dependencies(kWheel, "Requires-Dist: six @ https://h/six-1.0.zip\n", rules));
  EXPECT_FALSE(check_dependencies(kWheel, "Requires-Dist: six @ https://h/six-${X}1.0.zip\n", rules));
}

TEST(Dependencies, ByVersionMayBeSpeltOddly) {
  for (const char* line :
       {"foo", "foo>=1.0", "foo (>=1.0)", "foo (>=1.0,<2) ; python_version < '3'", "foo>=1.0,", "foo >= 1.*",
        "foo (1.0)", "foo[a,b]>=1", "foo[]", "foo ~= 'x'", "foo >=1.0 <2",
        "foo>=1; extra == ':python_version==\"2.7\"'", "foo-", "foo; see https://h/", "foo===1.0",
        "foo; extra == 'a/b@c'", "", "foo;python_version<='3.8'", "foo (==1.0) # x"}) {
    for (const Strictness how : {kDefault, kRequired, kExpected}) EXPECT_TRUE(is_fine(line, how)) << line;
  }
}

TEST(Dependencies, ByAddressAreBounded) {
  std::string metadata;
  for (int i = 0; i < 101; ++i)
    metadata += "Requires-Dist: six @ https://pypi.org/files/six-" + std::to_string(i) + ".zip\n";
  int asked = 0;
  DependencyRules rules{.judged = [](const Url&) { return true; },
                        .listed_for = [&](const ProjectName&, std::string_view) { return ++asked > 0; }};
  const auto notes = check_dependencies(kWheel, metadata, rules);
  ASSERT_TRUE(notes);
  EXPECT_EQ(notes->size(), 1U);
  rules.proof_required = true;
  EXPECT_FALSE(check_dependencies(kWheel, metadata, rules));
  EXPECT_EQ(asked, 0);
}

TEST(Dependencies, AreShownWithoutSecrets) {
  const auto notes = check("lib @ git+https://ghp_s3cr3t@github.com/a/b@v1?token=s3cr3t", kDefault);
  ASSERT_TRUE(notes);
  EXPECT_EQ(notes->front(),
            "not judged: a-1.0-py3-none-any.whl wants lib from git+https://github.com/a/b@v1");
}

}  // namespace
}  // namespace tomme::guard
