#include "io/net/byte_range.h"

#include <gtest/gtest.h>
#include <limits>

namespace tomme::net {
namespace {

TEST(ByteRange, TakesOneRange) {
  EXPECT_EQ(ByteRange::parse("bytes=0-9", 100), (ByteRange{0, 10}));
  EXPECT_EQ(ByteRange::parse("bytes=90-", 100), (ByteRange{90, 10}));
  EXPECT_EQ(ByteRange::parse("bytes=-7", 100), (ByteRange{93, 7}));
  EXPECT_EQ(ByteRange::parse("bytes=99-99", 100), (ByteRange{99, 1}));
}

TEST(ByteRange, EndsWhereTheFileEnds) {
  EXPECT_EQ(ByteRange::parse("bytes=90-1000", 100), (ByteRange{90, 10}));
  EXPECT_EQ(ByteRange::parse("bytes=-1000", 100), (ByteRange{0, 100}));
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(ByteRange::parse("bytes=0-18446744073709551615", most), (ByteRange{0, most}));
}

TEST(ByteRange, IsNothingElse) {
  for (const char* header : {"",
                             "bytes",
                             "bytes=",
                             "bytes=-",
                             "bytes=-0",
                             "bytes=100-",
                             "bytes=100-101",
                             "bytes=5-2",
                             "bytes=a-b",
                             "bytes=1-b",
                             "bytes=0-1,4-5",
                             "bytes= 0-1",
                             "bytes=0-1 ",
                             "bytes=+0-1",
                             "bytes=0-+1",
                             "Bytes=0-1",
                             "lines=0-1",
                             "bytes=0-18446744073709551616",
                             "bytes=18446744073709551616-",
                             "bytes=--1",
                             "bytes=1--2"}) {
    EXPECT_FALSE(ByteRange::parse(header, 100)) << header;
  }
  EXPECT_FALSE(ByteRange::parse("bytes=0-0", 0));
  EXPECT_FALSE(ByteRange::parse("bytes=-1", 0));
}

TEST(ByteRange, IsNamedInTheAnswer) {
  EXPECT_EQ((ByteRange{0, 10}).content_range(100), "bytes 0-9/100");
  EXPECT_EQ((ByteRange{99, 1}).content_range(100), "bytes 99-99/100");
}

}  // namespace
}  // namespace tomme::net
