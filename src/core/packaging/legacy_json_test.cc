#include "core/packaging/legacy_json.h"

#include <gtest/gtest.h>

#include "core/encoding/json.h"
#include "core/packaging/errors.h"

namespace tomme {
namespace {

const Url kAsked = *Url::parse("https://pypi.test/pypi/demo/1.0/json");

std::string rewritten(const std::string& answer, const std::string& host = "pypi.test") {
  const auto out = rewrite_legacy_json(
      bytes_of(answer), kAsked, *ProjectName::parse("demo"),
      [&](const PageFile& file) -> Result<void> {
        return file.upstream().host() == host ? Result<void>() : fail(kPageLink, "elsewhere");
      },
      [](std::string_view, const Error&) {});
  return out ? *out : "refused: " + out.error().message();
}

TEST(LegacyJson, NeverSaysWhatAFileDependsOn) {
  const std::string answer =
      R"({"info":{"name":"Demo","version":"1.0","summary":"s","requires_dist":["dep @ git://evil/x"],)"
      R"("requires_python":">=3.8","evil":1},"urls":[{"filename":"demo-1.0.tar.gz","url":"/f/demo-1.0.tar.gz",)"
      R"("digests":{"SHA256":")" +
      std::string(64, 'A') +
      R"("},"packagetype":"bdist_wheel","size":3,"yanked":true,"yanked_reason":"old"},)"
      R"({"filename":"demo-1.0.zip","url":"https://evil.test/demo-1.0.zip"},7,)"
      R"({"filename":"demo-1.0.zip","url":"/f/evil-1.0.zip"}],"vulnerabilities":[1]})";
  const auto value = json::parse(rewritten(answer));
  ASSERT_TRUE(value) << rewritten(answer);
  const json::Object& info = *value->object()->find("info")->object();
  EXPECT_TRUE(info.find("requires_dist")->is_null());
  EXPECT_EQ(*info.find("name")->text(), "Demo");
  EXPECT_EQ(*info.find("requires_python")->text(), ">=3.8");
  EXPECT_EQ(info.find("evil"), nullptr);
  const json::Array& urls = *value->object()->find("urls")->array();
  ASSERT_EQ(urls.size(), 1U);
  const json::Object& file = *urls[0].object();
  EXPECT_EQ(*file.find("url")->text(), "https://pypi.test/f/demo-1.0.tar.gz");
  EXPECT_EQ(*file.find("packagetype")->text(), "sdist");
  EXPECT_EQ(*file.find("digests")->object()->find("sha256")->text(), std::string(64, 'a'));
  EXPECT_EQ(*file.find("yanked_reason")->text(), "old");
}

TEST(LegacyJson, IsAboutTheProjectThatWasAskedFor) {
  EXPECT_TRUE(rewritten(R"({"info":{"name":"evil","version":"1.0"}})").starts_with("refused"));
  EXPECT_TRUE(rewritten(R"({"info":{"name":"demo","version":"x y"}})").starts_with("refused"));
  EXPECT_TRUE(rewritten(R"({"urls":[]})").starts_with("refused"));
  EXPECT_TRUE(rewritten("[]").starts_with("refused"));
  EXPECT_EQ(
      *json::parse(rewritten(R"({"info":{"name":"demo","version":"1.0"},"releases":{"1.0":[],"x":[]}})"))
           ->object()
           ->find("releases")
           ->object()
           ->begin()
           ->name.c_str(),
      '1');
}

}  // namespace
}  // namespace tomme
