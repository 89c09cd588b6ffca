#include "core/base/time.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

TEST(Time, ReadsAndWritesRfc3339) {
  for (std::string_view text :
       {"2024-10-03T18:07:01Z", "1970-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
        "2024-02-29T12:00:00Z", "2000-02-29T00:00:00Z", "1969-12-31T23:59:59Z"}) {
    ASSERT_TRUE(parse_rfc3339(text)) << text;
    EXPECT_EQ(to_rfc3339(*parse_rfc3339(text)), text);
  }
  EXPECT_EQ(to_unix(parse_rfc3339("2024-10-03T18:07:01Z").value()), 1727978821);
  EXPECT_EQ(to_rfc3339(time_from_unix(-1)), "1969-12-31T23:59:59Z");
}

TEST(Time, AppliesOffsetsAndCutsFractions) {
  const Time noon = parse_rfc3339("2024-10-03T12:00:00Z").value();
  EXPECT_EQ(parse_rfc3339("2024-10-03T14:00:00+02:00"), noon);
  EXPECT_EQ(parse_rfc3339("2024-10-03T00:30:00-11:30"), noon);
  EXPECT_EQ(parse_rfc3339("2024-10-03T12:00:00-00:00"), noon);
  EXPECT_EQ(parse_rfc3339("2024-10-03T12:00:00.999999999Z"), noon);
  EXPECT_EQ(parse_rfc3339("2024-10-03T14:00:00.5+02:00"), noon);
  EXPECT_EQ(to_rfc3339(parse_rfc3339("0000-01-01T00:01:00+00:01").value()), "0000-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(parse_rfc3339("9999-12-31T23:58:59-00:01").value()), "9999-12-31T23:59:59Z");
}

TEST(Time, RefusesWhatIsNoMoment) {
  for (std::string_view text : {"",
                                "2024-10-03",
                                "2024-10-03T18:07:01",
                                "2024-10-03T18:07:01z",
                                "2024-10-03t18:07:01Z",
                                "2024-10-03 18:07:01Z",
                                "2024-13-03T18:07:01Z",
                                "2024-00-03T18:07:01Z",
                                "2024-10-00T18:07:01Z",
                                "2023-02-29T00:00:00Z",
                                "1900-02-29T00:00:00Z",
                                "2024-10-03T24:00:00Z",
                                "2024-10-03T18:60:01Z",
                                "2024-10-03T18:07:60Z",
                                "2024-10-03T18:07:01.Z",
                                "2024-10-03T18:07:01.5",
                                "2024-10-03T18:07:01ZZ",
                                "2024-10-03T18:07:01Z ",
                                " 2024-10-03T18:07:01Z",
                                "2024-10-03T18:07:01+0200",
                                "2024-10-03T18:07:01+24:00",
                                "2024-10-03T18:07:01+02:60",
                                "2024-10-03T18:07:01+02:00Z",
                                "+024-10-03T18:07:01Z",
                                "2024-1-03T18:07:01Z",
                                "12024-10-03T18:07:01Z",
                                "0000-01-01T00:00:59+00:01",
                                "9999-12-31T23:59:00-00:01",
                                "2024-10-03T18:07:01,5Z",
                                "2024-10-03T18:07:0aZ"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Time, KnowsTheCalendar) {
  EXPECT_EQ(to_unix(time_from_civil(2000, 3, 1, 0, 0, 0).value()), 951868800);
  EXPECT_FALSE(time_from_civil(2024, 2, 30, 0, 0, 0));
  EXPECT_FALSE(time_from_civil(2024, 4, 31, 0, 0, 0));
  EXPECT_FALSE(time_from_civil(2024, 1, 1, 24, 0, 0));
  EXPECT_FALSE(time_from_civil(2024, 1, 1, 0, 0, 60));
}

TEST(TimeRange, HoldsBothItsEnds) {
  const TimeRange range{time_from_unix(10), time_from_unix(20)};
  EXPECT_FALSE(range.contains(time_from_unix(9)));
  EXPECT_TRUE(range.contains(time_from_unix(10)));
  EXPECT_TRUE(range.contains(time_from_unix(20)));
  EXPECT_FALSE(range.contains(time_from_unix(21)));
}

TEST(TimeRange, WithoutAnEndIsOpen) {
  const TimeRange range{time_from_unix(10), std::nullopt};
  EXPECT_FALSE(range.contains(time_from_unix(9)));
  EXPECT_TRUE(range.contains(time_from_unix(1LL << 40)));
}

}  // namespace
}  // namespace tomme
