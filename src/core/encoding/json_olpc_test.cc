#include <gtest/gtest.h>

#include "core/encoding/errors.h"
#include "core/encoding/json.h"

namespace tomme::json {
namespace {

using namespace std::string_literals;

std::string olpc(std::string_view text) {
  return to_olpc_canonical(parse(text).value()).value();
}

TEST(JsonOlpc, LeavesOutWhiteSpaceAndSortsMembers) {
  EXPECT_EQ(olpc(R"( { "b" : [ 1 , true , null , false ] , "a" : { } } )"),
            R"({"a":{},"b":[1,true,null,false]})");
}

TEST(JsonOlpc, EscapesBackslashAndQuoteOnly) {
  EXPECT_EQ(olpc(R"("\" \\ \/ \n \t \u0001 \u0000 \u007f \u00e9")"),
            "\"\\\" \\\\ / \n \t \x01 \0 \x7f \xc3\xa9\""s);
}

TEST(JsonOlpc, SortsByCodePointAndNotByUtf16Unit) {
  // U+FB33 before U+1F600, whose first UTF-16 unit is the smaller one.
  EXPECT_EQ(olpc(R"({"\ud83d\ude00":1,"\ufb33":2,"":3,"\u0000":4,"Z":5,"a":6})"),
            "{\"\":3,\"\0\":4,\"Z\":5,\"a\":6,\"\xef\xac\xb3\":2,\"\xf0\x9f\x98\x80\":1}"s);
}

TEST(JsonOlpc, DoesNotNormaliseUnicode) {
  EXPECT_NE(olpc(R"("\u00e9")"), olpc(R"("e\u0301")"));
}

TEST(JsonOlpc, KeepsEveryDigitOfWholeNumbers) {
  EXPECT_EQ(olpc("[9223372036854775807,18446744073709551615,-9223372036854775808,-0,9007199254740993]"),
            "[9223372036854775807,18446744073709551615,-9223372036854775808,0,9007199254740993]");
}

TEST(JsonOlpc, RefusesOtherNumbers) {
  for (const char* text : {"1.5", "1.0", "1e2", "[{\"a\":-0.0}]"}) {
    const auto written = to_olpc_canonical(parse(text).value());
    ASSERT_FALSE(written) << text;
    EXPECT_TRUE(written.error().is(kJsonShape));
  }
}

}  // namespace
}  // namespace tomme::json
