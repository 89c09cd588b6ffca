#include "core/encoding/toml.h"

#include <gtest/gtest.h>

#include "core/encoding/errors.h"

namespace tomme {
namespace {

std::string canonical(std::string_view text) {
  const auto value = parse_toml(text, "settings.toml");
  if (value) return json::to_canonical(*value);
  EXPECT_TRUE(value.error().is(kTomlInvalid));
  EXPECT_TRUE(value.error().message().starts_with("settings.toml")) << value.error().message();
  return "refused: " + value.error().message();
}

TEST(Toml, BecomesJson) {
  EXPECT_EQ(
      canonical("a = 1\nb = \"x\"\nc = [true, 2.5]\n[t.u]\nd = {e = -7}\n[[list]]\nf = 0x10\n[[list]]\n"),
      R"({"a":1,"b":"x","c":[true,2.5],"list":[{"f":16},{}],"t":{"u":{"d":{"e":-7}}}})");
  EXPECT_EQ(canonical(""), "{}");
}

TEST(Toml, KeepsDatesAndTimesAsStrings) {
  EXPECT_EQ(canonical("a = 2024-10-03\nb = 18:07:01\nc = 2024-10-03T18:07:01Z\nd = 2024-10-03 18:07:01\n"),
            R"({"a":"2024-10-03","b":"18:07:01","c":"2024-10-03T18:07:01Z","d":"2024-10-03T18:07:01"})");
}

TEST(Toml, KeepsNumbersThatJsonHasNotAsStrings) {
  EXPECT_EQ(canonical("a = inf\nb = nan\nc = -inf\nd = 1e19\n"),
            R"({"a":"inf","b":"nan","c":"-inf","d":"1e+19"})");
}

TEST(Toml, ReadsWhatVersion11Added) {
  EXPECT_EQ(canonical("a = {\n b = 1, # why\n c = [2],\n}\nd = \"\\e\\x41\"\n"),
            R"({"a":{"b":1,"c":[2]},"d":"\u001bA"})");
  EXPECT_EQ(canonical("a = 07:32\n"), R"({"a":"07:32:00"})");
}

TEST(Toml, RefusesAndNamesThePlace) {
  EXPECT_TRUE(canonical("a = 1\nb = \n").starts_with("refused: settings.toml, line 2, column "));
  for (std::string_view text : {"a = 1\na = 2\n", "[t]\n[t]\n", "a\n", "= 1\n", "a = 'x\n", "a = 1 b = 2\n",
                                "a = \"\xff\"\n", "a = 99999999999999999999\n", "a = 2024-13-01\n",
                                "a = [1,\n", "a = \"\\ud800\"\n", "a = \"\x01\"\n"}) {
    EXPECT_TRUE(canonical(text).starts_with("refused: ")) << text;
  }
}

TEST(Toml, SurvivesTheAssertionsOfItsParser) {
  EXPECT_EQ(canonical("[[[a]]]\n"),
            "refused: settings.toml: a text that the TOML reader cannot make sense of");
  EXPECT_EQ(canonical("a\xef\xbb\xb7 = 1\n"), "{\"a\xef\xbb\xb7\":1}");  // U+FEF7 where space may be
  EXPECT_EQ(canonical("a = '\xef\xbb\xb7' # \xef\xb8\x8f\n"), "{\"a\":\"\xef\xbb\xb7\"}");
  EXPECT_TRUE(canonical("[=]\n").starts_with("refused: "));
}

TEST(Toml, HidesControlsInItsMessages) {
  EXPECT_EQ(canonical("\x1b[31m = 1\n").find('\x1b'), std::string::npos);
}

TEST(Toml, StopsAtItsLimits) {
  EXPECT_TRUE(parse_toml("a = 1", "settings.toml", {.bytes = 5}).has_value());
  EXPECT_FALSE(parse_toml("a = 1", "settings.toml", {.bytes = 4}).has_value());
  const auto repeated = [](std::string_view part, std::size_t times) {
    std::string out;
    while (times-- > 0) out += part;
    return out;
  };
  EXPECT_TRUE(canonical(std::string("a = ") + repeated("[", 100'000)).starts_with("refused: "));
  EXPECT_TRUE(canonical(std::string("a = ") + repeated("{a=", 50'000)).starts_with("refused: "));
  EXPECT_TRUE(canonical(std::string("a") + repeated(".a", 63) + " = 1\n").starts_with("{"));
  EXPECT_TRUE(canonical(std::string("a") + repeated(".a", 64) + " = 1\n").ends_with("more than 64 levels"));
  EXPECT_TRUE(canonical(std::string("a") + repeated(".a", 200) + " = 1\n").ends_with("more than 64 levels"));
  EXPECT_EQ(canonical(std::string("\na") + repeated(".a", 201) + " = 1\n"),
            "refused: settings.toml, line 2: more than 200 dots");
  EXPECT_EQ(canonical(std::string("[a") + repeated(".'='", 100'000) + "]\n"),
            "refused: settings.toml, line 1: more than 200 dots");
  // Versions in strings are no keys; a line with a multi-line string counts whole.
  EXPECT_TRUE(canonical("a = [" + repeated("'1.2.3', \"4.5\\\".6\", ", 500) + "]\n").starts_with("{"));
  EXPECT_EQ(canonical("a = [\"\"\"\n\"\"\", {b" + repeated(".b", 201) + " = 1}]\n"),
            "refused: settings.toml, line 2: more than 200 dots");
  // Every bound at once is the deepest that toml++ gets to see.
  const std::string dots = repeated(".a", 200);
  EXPECT_TRUE(canonical(std::string("[a") + dots + "]\n" +
                        repeated(std::string("b") + dots + " = {c" + dots + " = [\n", 8))
                  .starts_with("refused: "));
  EXPECT_TRUE(canonical(std::string("[a") + dots + "]\na" + dots + " = [\n" +
                        repeated(std::string("{a") + dots + " = [\n", 7) + "1\n" + repeated("]}", 7) + "]\n")
                  .ends_with("more than 64 levels"));
}

}  // namespace
}  // namespace tomme
