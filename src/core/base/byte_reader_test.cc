#include "core/base/byte_reader.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

const Bytes kInput = {0x00, 0x02, 0xaa, 0xbb, 0xff};

TEST(ByteReader, ReadsBigEndianIntegers) {
  const Bytes input = {0x01, 0x02, 0x03, 0x80, 0, 0, 0, 0, 0, 0, 0xff};
  ByteReader r(input);
  EXPECT_EQ(r.u8(), 0x01);
  EXPECT_EQ(r.uint<2>(), 0x0203u);
  EXPECT_EQ(r.uint<8>(), 0x80000000000000ffu);
  EXPECT_TRUE(r.at_end());
}

TEST(ByteReader, ReadsPrefixedVectors) {
  ByteReader r(kInput);
  const auto body = r.take_prefixed<2>();
  ASSERT_TRUE(body);
  EXPECT_TRUE(equal(*body, Bytes{0xaa, 0xbb}));
  EXPECT_EQ(r.left(), 1u);
  EXPECT_FALSE(r.at_end());
}

TEST(ByteReader, DoesNotMoveWhereAReadDoesNotFit) {
  ByteReader r(kInput);
  EXPECT_FALSE(r.take(6));
  EXPECT_FALSE(r.uint<8>());
  EXPECT_EQ(r.left(), 5u);
  ASSERT_TRUE(r.take(4));
  EXPECT_FALSE(r.take_prefixed<1>());  // a length of 255 with nothing behind
  EXPECT_FALSE(r.uint<2>());
  EXPECT_EQ(r.left(), 1u);
  EXPECT_EQ(r.u8(), 0xff);
  EXPECT_FALSE(r.u8());
  EXPECT_FALSE(r.take_prefixed<1>());
  EXPECT_TRUE(r.take(0));
}

TEST(ByteReader, RefusesTheLargestPrefixWithoutOverflow) {
  const Bytes input(9, 0xff);
  ByteReader r(input);
  EXPECT_FALSE(r.take_prefixed<8>());
  EXPECT_EQ(r.left(), 9u);
}

TEST(ByteReader, ReadsAnEmptyInput) {
  ByteReader r{BytesView{}};
  EXPECT_TRUE(r.at_end());
  EXPECT_FALSE(r.u8());
}

TEST(AppendUint, WritesWhatTheReaderReads) {
  Bytes out;
  append_uint<3>(out, 0x010203);
  append_uint<8>(out, 0xfedcba9876543210u);
  EXPECT_EQ(out.size(), 11u);
  ByteReader r(out);
  EXPECT_EQ(r.uint<3>(), 0x010203u);
  EXPECT_EQ(r.uint<8>(), 0xfedcba9876543210u);
}

}  // namespace
}  // namespace tomme
