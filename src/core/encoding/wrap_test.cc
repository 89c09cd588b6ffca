#include "core/encoding/wrap.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

TEST(Wrap, BreaksAtSpacesAndHangs) {
  EXPECT_EQ(wrapped("a  ", "one two three four", 3, 11), "a  one two\n   three\n   four\n");
  EXPECT_EQ(wrapped("a  ", "one two", 3, 10), "a  one two\n");
  EXPECT_EQ(wrapped("a  ", "one two", 3, 9), "a  one\n   two\n");
}

TEST(Wrap, KeepsALongWordWhole) {
  EXPECT_EQ(wrapped("", "https://a.test/far/away is it", 2, 10), "https://a.test/far/away\n  is it\n");
}

TEST(Wrap, HasNoLimitWithoutATerminal) {
  EXPECT_EQ(wrapped("x ", "one two three", 2, 0), "x one two three\n");
  EXPECT_EQ(wrapped("x  ", "", 3, 0), "x\n");
}

TEST(Wrap, KeepsSpacesOfWhatIsShown) {
  EXPECT_EQ(wrapped("x ", "a  b", 2, 0), "x a  b\n");
  EXPECT_EQ(wrapped("x ", "a  b", 2, 80), "x a  b\n");
}

TEST(Wrap, CountsCharactersNotBytes) {
  EXPECT_EQ(columns_of("über"), 4U);
  EXPECT_EQ(wrapped("", "über üb", 0, 7), "über üb\n");
}

}  // namespace
}  // namespace tomme
