#include "core/encoding/yaml.h"

#include <gtest/gtest.h>

#include "core/encoding/errors.h"

namespace tomme {
namespace {

std::string canonical(std::string_view text, const YamlLimits& limits = {}) {
  const auto value = parse_yaml(text, "settings.yaml", limits);
  if (value) return json::to_canonical(*value);
  EXPECT_TRUE(value.error().is(kYamlInvalid));
  EXPECT_TRUE(value.error().message().starts_with("settings.yaml")) << value.error().message();
  return "refused: " + value.error().message();
}

TEST(Yaml, BecomesJson) {
  EXPECT_EQ(canonical("a: 1\nb: [x, 'true', true, ~]\nc:\n  https://h/simple/: {e: pypi}\n  d: |\n    t\n"),
            R"({"a":"1","b":["x","true",true,null],"c":{"d":"t\n","https://h/simple/":{"e":"pypi"}}})");
  EXPECT_EQ(canonical(""), "null");
  EXPECT_EQ(canonical("a: yes\n---\nb: 1\n"), R"({"a":"yes"})");
}

TEST(Yaml, FollowsAliases) {
  EXPECT_EQ(canonical("a: &x {b: c}\nd: *x\n"), R"({"a":{"b":"c"},"d":{"b":"c"}})");
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + "]\n";
  }
  EXPECT_TRUE(canonical(bomb).contains("more than 20000 values"));
  EXPECT_TRUE(canonical("a: &x [*x]\n").contains("alias"));
}

TEST(Yaml, RefusesAndNamesThePlace) {
  EXPECT_TRUE(canonical("a: 1\nb: [\n").starts_with("refused: settings.yaml, line "));
  EXPECT_TRUE(canonical("a: 1\na: 2\n").contains("is there twice"));
  for (std::string_view text : {"a: b: c\n", "{[a]: b}\n", "\ta: 1\n", "a: \"\xff\"\n", "a: *b\n", "'a\n"}) {
    EXPECT_TRUE(canonical(text).starts_with("refused: ")) << text;
  }
  EXPECT_TRUE(canonical(std::string(200, '[')).contains("levels"));
  EXPECT_TRUE(canonical("a: 1", {.bytes = 3}).contains("larger"));
}

}  // namespace
}  // namespace tomme
