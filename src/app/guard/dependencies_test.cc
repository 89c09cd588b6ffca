#include "app/guard/dependencies.h"

#include <gtest/gtest.h>

#include "app/guard/errors.h"

namespace tomme::guard {
namespace {

const DistFilename kWheel = *DistFilename::parse("a-1.0-py3-none-any.whl");

Result<void> check(std::string_view reference, bool required, bool expected) {
  DependencyRules rules;
  rules.judged = [](const Url& url) { return url.host() == "pypi.org"; };
  rules.proof_required = required;
  if (expected) rules.expected = {*ProjectName::parse("six")};
  return check_dependencies(kWheel, "Name: a\nRequires-Dist: " + std::string(reference) + "\n", rules);
}

TEST(Dependencies, FromThisMachineAreRefusedAlways) {
  for (const char* reference :
       {"six @ file:///tmp/six.whl", "six @ /tmp/six.whl", "six @ ../six.whl", "six @ FILE:///tmp/six.whl",
        "six @ git+file:///tmp/six", "other @ file:/x"}) {
    const auto result = check(reference, false, false);
    ASSERT_FALSE(result) << reference;
    EXPECT_TRUE(result.error().is(kGuardDependency));
  }
}

TEST(Dependencies, ElsewhereAreRefusedWhereTheyMustBeProven) {
  for (const char* reference :
       {"six @ https://evil.example/six.whl", "six @ git+https://evil.example/six",
        "six[x]@http://127.0.0.1:1/six.whl ; python_version > '3'", "s x @ https://evil.example/"}) {
    EXPECT_TRUE(check(reference, false, false)) << reference;
    EXPECT_FALSE(check(reference, true, false)) << reference;
    EXPECT_FALSE(check(reference, false, true)) << reference;
  }
  EXPECT_TRUE(check("other @ https://evil.example/six.whl", false, true));
}

TEST(Dependencies, FromJudgedPlacesAndByVersionAreFine) {
  EXPECT_TRUE(check("six @ https://pypi.org/files/six-1.0.zip#sha256=ab", true, true));
  EXPECT_TRUE(check("six >= 1.0", true, true));
}

}  // namespace
}  // namespace tomme::guard
