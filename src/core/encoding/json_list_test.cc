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

using Take = std::function<Result<void>(const Item&)>;

Result<Value> parse_list(std::string_view text, std::string member, const Take& take,
                         const Limits& limits = {}) {
  ListReader reader(std::move(member), take, limits);
  TRY(reader.read(text));
  return reader.finish();
}

/// What a message says after the place.
std::string reason_of(const Error& error) {
  return error.message().substr(error.message().rfind(": "));
}

TEST(JsonList, HandsElementsOverOneByOne) {
  std::string seen;
  const auto note = [&seen](const Item& item) -> Result<void> {
    seen += text_of(item) + ";";
    return {};
  };
  const auto rest =
      parse_list(R"({"a":[1],"files":[{"files":[7]},[2,[3]],"x"],"b":{"files":[4]},"z":5})", "files", note);
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
       {R"({"b":[{"c":null},"\u00e9\n"],"a":"x\"y","":{}})", R"([[],[[]],{"a":{"a":{"a":1}}}])", R"("")",
        "true", "null", R"(18446744073709551615)",
        R"([{"n":0,"e":"a longer text with \\ an escape","t":false}])"}) {
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
       {std::string(R"({"a":1,"a":2})"), std::string(R"([{"x":{"a":1,"b":2,"\u0061":3}}])"),
        many + R"("m7":1})", std::string("[1,"), std::string("'a'")}) {
    const auto listed = parse_list(R"({"l":[)" + element + "]}", "l", fine);
    ASSERT_FALSE(listed) << element;
    EXPECT_EQ(reason_of(listed.error()), reason_of(parse(R"({"l":[)" + element + "]}").error()));
  }
}

TEST(JsonList, LeavesNumbersThatFitNothingWithoutAValue) {
  std::string seen;
  const auto rest =
      parse_list(R"({"l":[1e999,[123456789012345678901,7]]})", "l", [&](const Item& item) -> Result<void> {
        seen += text_of(item) + ";";
        return {};
      });
  ASSERT_TRUE(rest) << rest.error().message();
  EXPECT_EQ(seen, "another number;[another number,7];");
  EXPECT_FALSE(parse_list(R"({"l":[],"n":1e999})", "l", [](const Item&) -> Result<void> { return {}; }));
}

TEST(JsonList, ReadsPiecesAsItReadsTheWhole) {
  const std::vector<std::string> texts{
      R"({"a":[1],"l":[{"name":"a longer text","b":[{"c":null},"\u00e9\n x"],"":{}},"two",7,[true,[]]],"b":{"l":[4]},"z":5} )",
      "{\"l\":[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]}",
      "{\"l\":[\"\xed\xa0\x80\"]}",
      "{\"l\":[\"\xc0\xaf\"]}",
      "{\"l\":[\"\xff\"]}",
      "\xef\xbb\xbf{\"l\":[]}",
      R"({"l":[{"a":1,"a":2}]})",
      R"({"l":[1]}x)",
      R"({"l":[1]} x)",
      R"({"l":[1)",
      R"({"l":["\ud83d\ude00","\ud83d"]})",
      "",
      "{}",
      " ",
      R"({"l":[1e999]})",
      R"({"l":[12345678901234567890123]})"};
  for (const std::string& text : texts) {
    std::string whole;
    std::string pieces;
    const auto rest = parse_list(text, "l", [&](const Item& item) -> Result<void> {
      whole += text_of(item) + ";";
      return {};
    });
    for (const std::size_t size : {1U, 2U, 3U, 7U, 1000U}) {
      pieces.clear();
      ListReader reader("l", [&](const Item& item) -> Result<void> {
        pieces += text_of(item) + ";";
        return {};
      });
      Result<void> read;
      for (std::size_t at = 0; at < text.size() && read; at += size) {
        const std::string piece = text.substr(at, size);  // gone after the call
        read = reader.read(piece);
      }
      const Result<Value> end = read ? reader.finish() : Result<Value>(std::unexpected(read.error()));
      ASSERT_EQ(end.has_value(), rest.has_value()) << text << " by " << size;
      if (!text.contains("1e999") && !text.contains("12345678901234567890123")) {
        ASSERT_EQ(end.has_value(), parse(text).has_value()) << text;
      }
      if (end) {
        EXPECT_EQ(pieces, whole);
        EXPECT_EQ(to_canonical(*end), to_canonical(*rest));
      } else {
        EXPECT_TRUE(end.error().is(kJsonInvalid)) << text;
      }
    }
  }
}

TEST(JsonList, BoundsWhatComesInPieces) {
  ListReader reader("l", [](const Item&) -> Result<void> { return {}; }, {.bytes = 10});
  EXPECT_TRUE(reader.read("{\"l\":[]"));
  EXPECT_FALSE(reader.read("   }"));
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
  EXPECT_TRUE(parse_list(
      R"({"l":[{"x":{"name":"b"},"name":"a","n":7,"nothing":null,"negative":-1,"half":0.5}]})", "l", look));
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
