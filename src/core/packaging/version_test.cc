#include "core/packaging/version.h"

#include <gtest/gtest.h>
#include <vector>

#include "core/packaging/errors.h"

namespace tomme {
namespace {

std::string canonical(std::string_view text) {
  auto version = Version::parse(text);
  return version ? version->to_string() : "refused";
}

TEST(Version, WritesEverySpellingInTheNormalForm) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"1.0", "1.0"},
      {"v1.0", "1.0"},
      {"V1", "1"},
      {"01.002", "1.2"},
      {"1.0.0", "1.0.0"},
      {"1!2.0", "1!2.0"},
      {"0!1", "1"},
      {"1.0a", "1.0a0"},
      {"1.0alpha1", "1.0a1"},
      {"1.0-beta_2", "1.0b2"},
      {"1.0.c3", "1.0rc3"},
      {"1.0pre4", "1.0rc4"},
      {"1.0preview", "1.0rc0"},
      {"1.0_RC.5", "1.0rc5"},
      {"1.0-1", "1.0.post1"},
      {"1.0.post", "1.0.post0"},
      {"1.0rev2", "1.0.post2"},
      {"1.0-r3", "1.0.post3"},
      {"1.0r4", "1.0.post4"},
      {"1.0.dev", "1.0.dev0"},
      {"1.0dev5", "1.0.dev5"},
      {"1.0a-1", "1.0a1"},
      {"1.0a--1", "1.0a0.post1"},
      {"1.0a-", "1.0a0"},
      {"1.0+Ubuntu-1_2", "1.0+ubuntu.1.2"},
      {"1.0+001", "1.0+1"},
      {"1.0+1a", "1.0+1a"},
      {"1!1.2a3.post4.dev5+x.6", "1!1.2a3.post4.dev5+x.6"},
      {"18446744073709551615", "18446744073709551615"},
      {"18446744073709551616", "18446744073709551616"},
      {"0099999999999999999999-1", "99999999999999999999.post1"},
      {"1.0a18446744073709551616", "1.0a18446744073709551616"},
      {"1.0+018446744073709551616", "1.0+18446744073709551616"},
      {"00!000.00", "0.0"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(canonical(text), expected) << text;
}

TEST(Version, RefusesWhatIsNone) {
  for (std::string_view text : {"",           "v",           "a",       "1.",          "1..0",
                                ".1",         "1!",          "!1",      "1!!1",        "1.0+",
                                "1.0+-1",     "1.0+a..b",    "1.0+a.",  "1.0 ",        " 1.0",
                                "1.0\n",      "1.0x",        "1.0-1-1", "1.0-",        "1.0.dev1.post1",
                                "1.0post1a1", "1.0\xc2\xb2", "1_0",     "french toast"}) {
    EXPECT_EQ(canonical(text), "refused") << text;
  }
}

TEST(Version, RefusesTextAboveItsLimit) {
  EXPECT_TRUE(
      Version::parse("1" + std::string(Version::kMaxBytes - 2, '.') + "1").error().is(kVersionInvalid));
  std::string longest = "1.0+" + std::string(Version::kMaxBytes - 4, 'a');
  EXPECT_TRUE(Version::parse(longest));
  EXPECT_FALSE(Version::parse(longest + "a"));
}

TEST(Version, OrdersAsPep440Says) {
  const std::vector<std::string_view> ascending = {"1.0.dev456",
                                                   "1.0a1",
                                                   "1.0a2.dev456",
                                                   "1.0a12.dev456",
                                                   "1.0a12",
                                                   "1.0b1.dev456",
                                                   "1.0b2",
                                                   "1.0b2.post345.dev456",
                                                   "1.0b2.post345",
                                                   "1.0rc1.dev456",
                                                   "1.0rc1",
                                                   "1.0",
                                                   "1.0+abc.5",
                                                   "1.0+abc.7",
                                                   "1.0+5",
                                                   "1.0+5.0",
                                                   "1.0.post456.dev34",
                                                   "1.0.post456",
                                                   "1.0.1",
                                                   "1.1.dev1",
                                                   "2",
                                                   "10",
                                                   "18446744073709551615",
                                                   "18446744073709551616",
                                                   "20000000000000000000.1",
                                                   "100000000000000000000",
                                                   "1!0.1",
                                                   "18446744073709551616!0"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(*Version::parse(ascending[i]) <=> *Version::parse(ascending[j]), i <=> j)
          << ascending[i] << " and " << ascending[j];
    }
  }
}

TEST(Version, LeadingZerosDoNotCount) {
  EXPECT_EQ(*Version::parse("099999999999999999999"), *Version::parse("99999999999999999999"));
  EXPECT_EQ(*Version::parse("1.0rc00.post000"), *Version::parse("1rc0.post0"));
  const std::string longest = std::string(Version::kMaxBytes - 1, '0') + "1";
  EXPECT_EQ(*Version::parse(longest), *Version::parse("1"));
}

TEST(Version, TrailingZerosDoNotCount) {
  EXPECT_EQ(*Version::parse("1.0"), *Version::parse("1"));
  EXPECT_EQ(*Version::parse("1.0.0+a"), *Version::parse("v1+A"));
  EXPECT_EQ(*Version::parse("0"), *Version::parse("0.0"));
  EXPECT_NE(*Version::parse("1.0"), *Version::parse("1.0.1"));
  EXPECT_NE(*Version::parse("1.0"), *Version::parse("1.0+a"));
}

}  // namespace
}  // namespace tomme
