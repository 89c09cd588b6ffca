#include "core/encoding/percent.h"

#include <gtest/gtest.h>

namespace tomme {
namespace {

TEST(Percent, EncodesAllButUnreservedBytes) {
  EXPECT_EQ(percent_encode("az09-._~AZ"), "az09-._~AZ");
  EXPECT_EQ(percent_encode("a/b c%\n\xc3\xa9"), "a%2Fb%20c%25%0A%C3%A9");
  EXPECT_EQ(percent_encode("a/b c", "/"), "a/b%20c");
  EXPECT_EQ(percent_encode(std::string("\0", 1)), "%00");
}

TEST(Percent, DecodesExactly) {
  EXPECT_EQ(percent_decode_exact("a%2Fb%2fc"), "a/b/c");
  EXPECT_EQ(percent_decode_exact("%00%ff"), std::string("\0\xff", 2));
  EXPECT_EQ(percent_decode_exact(""), "");
  for (const char* text : {"%", "a%", "%2", "a%2", "%2g", "%g2", "%%20", "% 20", "%+2"})
    EXPECT_EQ(percent_decode_exact(text), std::nullopt) << text;
}

TEST(Percent, GivesBackEveryByte) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(percent_decode_exact(percent_encode(all)), all);
}

}  // namespace
}  // namespace tomme
