#include <bit>
#include <gtest/gtest.h>
#include <limits>

#include "core/encoding/json.h"

namespace tomme::json {
namespace {

std::string number(std::uint64_t bits) {
  return to_canonical(std::bit_cast<double>(bits));
}

// RFC 8785 appendix B.
TEST(JsonCanonical, WritesTheNumbersOfTheRfc) {
  EXPECT_EQ(number(0x0000000000000000), "0");
  EXPECT_EQ(number(0x8000000000000000), "0");
  EXPECT_EQ(number(0x0000000000000001), "5e-324");
  EXPECT_EQ(number(0x8000000000000001), "-5e-324");
  EXPECT_EQ(number(0x7fefffffffffffff), "1.7976931348623157e+308");
  EXPECT_EQ(number(0xffefffffffffffff), "-1.7976931348623157e+308");
  EXPECT_EQ(number(0x4340000000000000), "9007199254740992");
  EXPECT_EQ(number(0xc340000000000000), "-9007199254740992");
  EXPECT_EQ(number(0x4430000000000000), "295147905179352830000");
  EXPECT_EQ(number(0x44b52d02c7e14af5), "9.999999999999997e+22");
  EXPECT_EQ(number(0x44b52d02c7e14af6), "1e+23");
  EXPECT_EQ(number(0x44b52d02c7e14af7), "1.0000000000000001e+23");
  EXPECT_EQ(number(0x444b1ae4d6e2ef4e), "999999999999999700000");
  EXPECT_EQ(number(0x444b1ae4d6e2ef4f), "999999999999999900000");
  EXPECT_EQ(number(0x444b1ae4d6e2ef50), "1e+21");
  EXPECT_EQ(number(0x3eb0c6f7a0b5ed8c), "9.999999999999997e-7");
  EXPECT_EQ(number(0x3eb0c6f7a0b5ed8d), "0.000001");
  EXPECT_EQ(number(0x41b3de4355555553), "333333333.3333332");
  EXPECT_EQ(number(0x41b3de4355555554), "333333333.33333325");
  EXPECT_EQ(number(0x41b3de4355555555), "333333333.3333333");
  EXPECT_EQ(number(0x41b3de4355555556), "333333333.3333334");
  EXPECT_EQ(number(0x41b3de4355555557), "333333333.33333343");
  EXPECT_EQ(number(0xbecbf647612f3696), "-0.0000033333333333333333");
  EXPECT_EQ(number(0x43143ff3c1cb0959), "1424953923781206.2");
}

// RFC 8785 section 3.2.2 and 3.2.3.
TEST(JsonCanonical, WritesTheSampleOfTheRfc) {
  const Value value = parse(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  })")
                          .value();
  EXPECT_EQ(to_canonical(value),
            "{\"literals\":[null,true,false],"
            "\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
            "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST(JsonCanonical, SortsByUtf16CodeUnits) {
  const Value value =
      parse(R"({"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7})").value();
  EXPECT_EQ(to_canonical(value),
            "{\"\\r\":2,\"1\":4,\"\xc2\x80\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\xef\xac\xb3\":3}");
}

TEST(JsonCanonical, OrdersPrefixesAndMixedPlanes) {
  const Value value =
      parse(
          R"({"ab":1,"a":2,"a\ud800\udc00":3,"a\uffff":4,"a\ue000":5,"a\ud7ff":6,"\udbff\udfff":7,"\ud800\udc01":8})")
          .value();
  EXPECT_EQ(to_canonical(value),
            "{\"a\":2,\"ab\":1,\"a\xed\x9f\xbf\":6,\"a\xf0\x90\x80\x80\":3,\"a\xee\x80\x80\":5,"
            "\"a\xef\xbf\xbf\":4,\"\xf0\x90\x80\x81\":8,\"\xf4\x8f\xbf\xbf\":7}");
}

TEST(JsonCanonical, KeepsAllDigitsOfWholeNumbers) {
  EXPECT_EQ(to_canonical(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(to_canonical(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(to_canonical(5.0), "5");
}

TEST(JsonCanonical, IsAFixedPoint) {
  for (std::string_view text :
       {R"({"a":[1,2,{"b":"\u0000\u001f"}],"c":1.5e-9})", "[]", "{}", R"("\u007f/")"}) {
    const std::string once = to_canonical(parse(text).value());
    EXPECT_EQ(to_canonical(parse(once).value()), once);
  }
}

TEST(JsonPretty, IndentsAndEndsWithANewline) {
  EXPECT_EQ(to_pretty(parse(R"({"b":[1,{}],"a":{"c":[]}})").value()),
            "{\n  \"a\": {\n    \"c\": []\n  },\n  \"b\": [\n    1,\n    {}\n  ]\n}\n");
  EXPECT_EQ(to_pretty(Value(true)), "true\n");
}

TEST(JsonQuote, EscapesOnlyWhatItMust) {
  EXPECT_EQ(quote("a\"\\\b\f\n\r\t\x01\x1f\x7f/é"), "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/é\"");
  EXPECT_EQ(quote(""), "\"\"");
}

TEST(JsonValue, FindsMembersAndDuplicates) {
  std::vector<Member> members;
  members.push_back({"b", Value(std::int64_t{1})});
  members.push_back({"a", Value(std::string("x"))});
  const Object object(members);
  EXPECT_EQ(*object.find("a")->text(), "x");
  EXPECT_EQ(object.find("c"), nullptr);
  EXPECT_FALSE(object.has_duplicates());
  members.push_back({"b", Value()});
  EXPECT_TRUE(Object(members).has_duplicates());
}

TEST(JsonValue, ConvertsWholeNumbersOnlyWhereTheyFit) {
  EXPECT_EQ(Value(std::int64_t{-1}).unsigned_integer(), std::nullopt);
  EXPECT_EQ(Value(std::uint64_t{1} << 63).integer(), std::nullopt);
  EXPECT_EQ(Value(std::uint64_t{7}).integer(), 7);
  EXPECT_EQ(Value(1.0).integer(), std::nullopt);
  EXPECT_EQ(Value(true).integer(), std::nullopt);
}

}  // namespace
}  // namespace tomme::json
