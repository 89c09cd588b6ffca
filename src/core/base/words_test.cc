#include "core/base/words.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

using std::chrono::seconds;

TEST(Counted, KnowsOneFromMany) {
  EXPECT_EQ(counted(0, "bin"), "0 bins");
  EXPECT_EQ(counted(1, "bin"), "1 bin");
  EXPECT_EQ(counted(2, "bin"), "2 bins");
}

TEST(SpanText, TakesTheLargestUnitThatTellsEnough) {
  EXPECT_EQ(span_text(seconds(0)), "0 seconds");
  EXPECT_EQ(span_text(seconds(1)), "1 second");
  EXPECT_EQ(span_text(seconds(119)), "119 seconds");
  EXPECT_EQ(span_text(seconds(120)), "2 minutes");
  EXPECT_EQ(span_text(seconds(7199)), "119 minutes");
  EXPECT_EQ(span_text(seconds(7200)), "2 hours");
  EXPECT_EQ(span_text(seconds(172'799)), "47 hours");
  EXPECT_EQ(span_text(seconds(172'800)), "2 days");
}

}  // namespace
}  // namespace tomme
