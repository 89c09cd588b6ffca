#include "app/proofs/proofs_elsewhere.h"

#include <gtest/gtest.h>

#include "app/proofs/errors.h"

namespace tomme {
namespace {

bool may_ask(const std::vector<std::string>& names, std::string_view project, const char* file = nullptr) {
  const auto elsewhere = ProofsElsewhere::parse("pypi", names);
  EXPECT_TRUE(elsewhere);
  const auto address = file ? std::optional(*Url::parse(file)) : std::nullopt;
  return elsewhere->may_ask(*ProjectName::parse(project), address ? &*address : nullptr);
}

TEST(ProofsElsewhere, IsAnIndexByItsRoot) {
  const auto base = [](std::string_view where) {
    const auto parsed = ProofsElsewhere::parse(where, {});
    return parsed ? parsed->base.to_string() : std::string(parsed.error().code().name);
  };
  EXPECT_EQ(base("pypi"), "https://pypi.org/");
  EXPECT_EQ(base("https://index.test"), "https://index.test/");
  EXPECT_EQ(base("https://index.test/a/simple/"), "https://index.test/a/");
  EXPECT_EQ(base("https://index.test/a/simple"), "https://index.test/a/");
  EXPECT_EQ(base("http://127.0.0.1:8080/"), "http://127.0.0.1:8080/");
  for (const char* wrong : {"http://index.test/", "pypi.org", "PyPI", "https://index.test/?x=1", "/folder"}) {
    EXPECT_EQ(base(wrong), kProofsAddress.name) << wrong;
  }
}

TEST(ProofsElsewhere, KeepsALoginOutOfItsAddress) {
  const auto parsed = ProofsElsewhere::parse("https://ann:s3cr3t@index.test/", {});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->base.to_string(), "https://index.test/");
  EXPECT_EQ(parsed->login->user, "ann");
  const auto wrong = ProofsElsewhere::parse("http://ann:s3cr3t@index.test/?k3y", {});
  ASSERT_FALSE(wrong);
  EXPECT_FALSE(wrong.error().message().contains("s3cr3t")) << wrong.error().message();
  EXPECT_FALSE(wrong.error().message().contains("k3y")) << wrong.error().message();
}

TEST(ProofsElsewhere, IsAskedAboutPublicProjectsOnly) {
  EXPECT_FALSE(may_ask({}, "demo"));
  EXPECT_FALSE(may_ask({}, "demo", "https://mirror.test/demo-1-py3-none-any.whl"));
  EXPECT_TRUE(may_ask({}, "demo", "https://files.pythonhosted.org/demo-1-py3-none-any.whl"));
  EXPECT_TRUE(may_ask({"Demo_x"}, "demo.X"));
  EXPECT_FALSE(may_ask({"demo"}, "demo-x"));
  EXPECT_TRUE(may_ask({"dem*"}, "demo-x"));
  EXPECT_TRUE(may_ask({"*"}, "demo"));
}

TEST(ProofsElsewhere, IsNeverAskedAboutWhatIsSecret) {
  EXPECT_FALSE(may_ask({"*", "!acme-*"}, "acme-tool"));
  EXPECT_FALSE(may_ask({"!acme-*", "acme-tool"}, "acme-tool"));
  EXPECT_FALSE(may_ask({"!acme-*"}, "acme-tool", "https://files.pythonhosted.org/x.whl"));
  EXPECT_TRUE(may_ask({"*", "!acme-*"}, "demo"));
}

TEST(ProofsElsewhere, RefusesWhatIsNoName) {
  for (const char* wrong : {"", "!", "a/b", "a b"}) {
    const auto parsed = ProofsElsewhere::parse("pypi", {wrong});
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_TRUE(parsed.error().is(kProofsAddress));
  }
}

}  // namespace
}  // namespace tomme
