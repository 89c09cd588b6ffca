#include "core/policy/allowance.h"

#include <gtest/gtest.h>

#include "core/policy/errors.h"
#include "testing/must.h"

namespace tomme {
namespace {

Allowances of(const std::vector<const char*>& projects) {
  Allowances allowed;
  for (const char* text : projects) testing::must(allowed.add_project(text));
  return allowed;
}

std::string by(const Allowances& allowed, std::string_view file,
               const std::vector<std::string>& indexes = {}) {
  return allowed.of(file, indexes).value_or("");
}

TEST(Allowance, IsForAProjectInAnySpelling) {
  const Allowances allowed = of({"My.Demo"});
  EXPECT_EQ(by(allowed, "my_demo-1.0-py3-none-any.whl"), "--allow My.Demo");
  EXPECT_EQ(by(allowed, "my-demo-2.0.tar.gz"), "--allow My.Demo");
  EXPECT_EQ(by(allowed, "my_demo_2-1.0-py3-none-any.whl"), "");
  EXPECT_EQ(by(allowed, "demo-1.0-py3-none-any.whl"), "");
}

TEST(Allowance, IsForOneVersionWhereOneIsNamed) {
  const Allowances allowed = of({"demo==1.0"});
  EXPECT_EQ(by(allowed, "demo-1.0.0-py3-none-any.whl"), "--allow demo==1.0");
  EXPECT_EQ(by(allowed, "demo-1.0.tar.gz"), "--allow demo==1.0");
  EXPECT_EQ(by(allowed, "demo-1.1-py3-none-any.whl"), "");
  EXPECT_EQ(by(allowed, "demo-1.0.egg"), "") << "its version is not known for sure";
}

TEST(Allowance, IsNeededForEachProjectThatAFileMayBeOf) {
  EXPECT_EQ(by(of({"a-1"}), "a-1-2.tar.gz"), "") << "pip may take it for a";
  EXPECT_EQ(by(of({"a"}), "a-1-2.tar.gz"), "") << "and others for a-1";
  EXPECT_EQ(by(of({"a", "a-1"}), "a-1-2.tar.gz"), "--allow a-1");
}

TEST(Allowance, IsForAllThatAnIndexLists) {
  Allowances allowed;
  testing::must(allowed.add_index("HTTPS://me:secret@Index.test:443/simple?x#y"));
  EXPECT_EQ(*allowed.indexes().begin(), "https://index.test/simple/");
  EXPECT_EQ(by(allowed, "a-1.zip", {"https://index.test/simple/"}),
            "--allow-index https://index.test/simple/");
  EXPECT_EQ(by(allowed, "whatever", {"https://index.test/simple/"}),
            "--allow-index https://index.test/simple/");
  EXPECT_EQ(by(allowed, "a-1.zip", {"https://index.test/"}), "");
  EXPECT_EQ(by(allowed, "a-1.zip", {"http://index.test/simple/"}), "");
  EXPECT_EQ(by(allowed, "a-1.zip"), "");
}

TEST(Allowance, SaysWhatItCannotRead) {
  for (const char* text : {"", "==1", "a b", "a==", "a==x", "a>=1", "a=1"}) {
    Allowances allowed;
    const Result<void> added = allowed.add_project(text);
    ASSERT_FALSE(added) << text;
    EXPECT_TRUE(added.error().is(kPolicyAllowance));
  }
  for (const char* url : {"", "index.test/simple", "ftp://index.test/", "file:///x"}) {
    EXPECT_FALSE(Allowances().add_index(url)) << url;
  }
}

}  // namespace
}  // namespace tomme
