#include "core/encoding/json_list.h"

#include <gtest/gtest.h>

#include "core/encoding/errors.h"

namespace tomme::json {
namespace {

/// The item as JSON text, from what its functions say.
std::string text_of(const Item& item) {
  if (item.is_null()) return "null";
  if (item.boolean() != nullptr) return *item.boolean() ? "true" : "false";
  if (item.text() != nullptr) return quote(*item.text());
  if (!item.is_object() && !item.is_array()) {
    const auto number = item.unsigned_integer();
    return number ? std::to_string(*number) : "another number";
  }
  std::string out;
  for (const Item* below = item.begin(); below != item.end(); below = below->next()) {
    out += (out.empty() ? "" : ",") + (item.is_object() ? quote(below->name()) + ":" : "") + text_of(*below);
  }
  return item.is_object() ? "{" + out + "}" : "[" + out + "]";
}

TEST(JsonList, HandsElementsOverOneByOne) {
  std::string seen;
  const auto note = [&seen](const Item& item) -> Result<void> {
    seen += text_of(item) + ";";
    return {};
  };
  const auto rest = parse_list(R"({"a":[1],"files":[{"files":[7]},[2,[3]],"x"],"b":{"files":[4]},"z":5})", "files", note);
  ASSERT_TRUE(rest);
  EXPECT_EQ(seen, R"({"files":[7]};[2,[3]];"x";)");
  EXPECT_EQ(to_canonical(*rest), R"({"a":[1],"b":{"files":[4]},"files":[],"z":5})");
  EXPECT_EQ(to_canonical(*parse_list(R"([["files"],[1]])", "files", note)), R"([["files"],[1]])");
  EXPECT_FALSE(parse_list(R"({"files":[1],"files":[2]})", "files", note));
  EXPECT_FALSE(parse_list(R"({"files":[1,]})", "files", note));
  EXPECT_EQ(to_canonical(*parse_list(R"({"files":{"x":[1]}})", "files", note)), R"({"files":{"x":[1]}})");
}

TEST(JsonList, ReadsEachElementAsParseDoes) {
  for (const std::string element :
       {R"({"b":[{"c":null},"\u00e9\n"],"a":"x\"y","":{}})", R"([[],[[]],{"a":{"a":{"a":1}}}])", R"("")", "true", "null",
        R"(18446744073709551615)", R"([{"n":0,"e":"a longer text with \\ an escape","t":false}])"}) {
    std::string seen;
    const auto note = [&seen](const Item& item) -> Result<void> {
      seen = text_of(item);
      return {};
    };
    ASSERT_TRUE(parse_list(R"({"l":[0,)" + element + R"(]})", "l", note)) << element;
    EXPECT_EQ(to_canonical(*parse(seen)), to_canonical(*parse(element)));
  }
}

TEST(JsonList, RefusesWhatParseRefuses) {
  const auto fine = [](const Item&) -> Result<void> { return {}; };
  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += "\"m" + std::to_string(i) + "\":1,";
  for (const std::string& element :
       {std::string(R"({"a":1,"a":2})"), std::string(R"([{"x":{"a":1,"b":2,"\u0061":3}}])"), many + R"("m7":1})",
        std::string("1e999"), std::string("123456789012345678901"), std::string("[1,"), std::string("'a'")}) {
    const auto listed = parse_list(R"({"l":[)" + element + "]}", "l", fine);
    ASSERT_FALSE(listed) << element;
    EXPECT_EQ(listed.error().message(), parse(R"({"l":[)" + element + "]}").error().message());
  }
}

TEST(JsonList, FindsMembers) {
  const auto look = [](const Item& item) -> Result<void> {
    EXPECT_EQ(*item.text("name", "file"), "a");
    EXPECT_EQ(item.text("absent", "file").error().message(), "file: member 'absent' is missing");
    EXPECT_EQ(item.text("n", "file").error().message(), "file: member 'n' is not a string");
    EXPECT_EQ(item.find("nothing"), nullptr);
    EXPECT_EQ(item.find("n")->unsigned_integer(), 7U);
    EXPECT_EQ(item.find("negative")->unsigned_integer(), std::nullopt);
    EXPECT_EQ(item.find("half")->unsigned_integer(), std::nullopt);
    EXPECT_EQ(item.find("n")->find("x"), nullptr);
    return {};
  };
  EXPECT_TRUE(parse_list(R"({"l":[{"x":{"name":"b"},"name":"a","n":7,"nothing":null,"negative":-1,"half":0.5}]})", "l", look));
}

TEST(JsonList, HasItsLimitForEachElementAndEndsWithAnError) {
  const auto fine = [](const Item&) -> Result<void> { return {}; };
  EXPECT_TRUE(parse_list(R"({"files":[[1,2],[3,4],[5,6]]})", "files", fine, {.values = 4}));
  EXPECT_FALSE(parse_list(R"({"files":[[1,2,3,4]]})", "files", fine, {.values = 4}));
  const auto refuse = [](const Item&) -> Result<void> { return fail(kJsonShape, "no"); };
  const auto ended = parse_list(R"({"files":[1,2]})", "files", refuse);
  ASSERT_FALSE(ended);
  EXPECT_TRUE(ended.error().is(kJsonShape));
}

}  // namespace
}  // namespace tomme::json
