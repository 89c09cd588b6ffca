#include "app/installers/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/installers/errors.h"

namespace tomme::guard {
namespace {

using ::testing::HasSubstr;

constexpr const char* kFiles = "https://files.pythonhosted.org/packages/";

Findings expecting(std::string_view project) {
  Findings findings(ProofNeed::optional, {*ProjectName::parse(project)});
  EXPECT_TRUE(findings.index("https://pypi.org/simple/", "settings"));
  return findings;
}

// The host is judged, but a file goes by its own name: it would need no signer of the project that it is to
// be.
TEST(Findings, AJudgedHostsFileMustHaveTheNameOfTheExpectedProject) {
  for (const char* name : {"other-1.0.tar.gz", "other-1.0-py3-none-any.whl", "%6fther-1.0.zip", "blob", "",
                           "other-1.0.zip?demo-1.0.zip", "other-1.0.zip;demo", "demo/other-1.0.zip"}) {
    Findings findings = expecting("demo");
    const auto result = findings.requirement("demo @ " + std::string(kFiles) + name, "requirements.txt");
    ASSERT_FALSE(result) << name;
    EXPECT_TRUE(result.error().is(kGuardUnproven));
    EXPECT_THAT(result.error().message(), HasSubstr("another project's name"));
  }
  for (const char* name : {"demo-1.0.tar.gz", "Demo-1.0-py3-none-any.whl", "d%65mo-1.0.zip#sha256=ab",
                           "demo-1.0%2Blocal-py3-none-any.whl", "demo-99999999999999999999.zip"}) {
    Findings findings = expecting("demo");
    EXPECT_TRUE(findings.requirement("demo @ " + std::string(kFiles) + name, "requirements.txt")) << name;
    EXPECT_TRUE(findings.notes()) << name;
  }
  // Of another project nobody is expected, and a bare address says itself what it is.
  Findings findings = expecting("demo");
  EXPECT_TRUE(findings.requirement("bar @ " + std::string(kFiles) + "other-1.0.zip", "requirements.txt"));
  EXPECT_TRUE(findings.requirement(std::string(kFiles) + "other-1.0.zip", "requirements.txt"));
  EXPECT_TRUE(findings.notes());
}

TEST(Findings, ALocksFileMustHaveTheNameOfTheExpectedProject) {
  Findings findings = expecting("demo");
  const Findings::About about(findings, "demo");
  EXPECT_TRUE(findings.locked_file(std::string(kFiles) + "demo-1.0.zip", "uv.lock"));
  const auto result = findings.locked_file(std::string(kFiles) + "other-1.0.zip", "uv.lock");
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(kGuardUnproven));
}

}  // namespace
}  // namespace tomme::guard
