#include "core/policy/pattern.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

bool matches(const char* pattern, const char* text) {
  return Pattern(pattern).matches(text);
}

TEST(Pattern, WithoutWildcardsIsTheWholeText) {
  EXPECT_TRUE(matches("https://github.com/o/r", "https://github.com/o/r"));
  EXPECT_FALSE(matches("https://github.com/o/r", "evil-https://github.com/o/r"));
  EXPECT_FALSE(matches("https://github.com/o/r", "https://github.com/o/r/evil"));
  EXPECT_FALSE(matches("github.com", "githubXcom"));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches("", ""));
}

TEST(Pattern, OneStarStaysWithinASegment) {
  EXPECT_TRUE(matches("refs/tags/*", "refs/tags/v1.0"));
  EXPECT_TRUE(matches("refs/tags/*", "refs/tags/"));
  EXPECT_FALSE(matches("refs/tags/*", "refs/tags/v1/evil"));
  EXPECT_FALSE(matches("refs/*", "refs/heads/main"));
  EXPECT_TRUE(matches("refs/*/v*", "refs/tags/v2"));
}

TEST(Pattern, TwoStarsCrossSegments) {
  EXPECT_TRUE(matches("refs/**", "refs/heads/main"));
  EXPECT_TRUE(matches("**@refs/tags/v1", "https://github.com/o/r/.github/workflows/x.yml@refs/tags/v1"));
  EXPECT_FALSE(matches("**@refs/tags/v1", "https://github.com/o/r/.github/workflows/x.yml@refs/tags/v12"));
}

TEST(Pattern, AQuestionMarkIsOneCharacterButASlash) {
  EXPECT_TRUE(matches("v?", "v1"));
  EXPECT_FALSE(matches("v?", "v"));
  EXPECT_FALSE(matches("v?", "v/"));
  EXPECT_FALSE(matches("v?", "v10"));
}

TEST(Pattern, ABackslashTakesTheMeaningAway) {
  EXPECT_TRUE(matches("a\\*", "a*"));
  EXPECT_FALSE(matches("a\\*", "ab"));
  EXPECT_FALSE(Pattern("a\\*\\?").has_wildcard());
  EXPECT_TRUE(Pattern("a*").has_wildcard());
}

TEST(Pattern, ManyStarsDoNotTakeForever) {
  const std::string text(20'000, 'a');
  EXPECT_FALSE(Pattern("*a*a*a*a*a*a*a*a*a*a*b").matches(text));
}

}  // namespace
}  // namespace tomme
