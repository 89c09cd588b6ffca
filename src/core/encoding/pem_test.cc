#include "core/encoding/pem.h"

#include <gtest/gtest.h>

#include "core/encoding/errors.h"

namespace tomme {
namespace {

constexpr std::string_view kBlock = "-----BEGIN CERTIFICATE-----\nZm9vYmFy\n-----END CERTIFICATE-----\n";

std::string message_of(std::string_view text) {
  const auto blocks = parse_pem(text);
  if (blocks) return "accepted";
  EXPECT_TRUE(blocks.error().is(kPemInvalid));
  return blocks.error().message();
}

TEST(Pem, ReadsOneBlock) {
  EXPECT_EQ(text_of(parse_pem_one(kBlock, "CERTIFICATE").value()), "foobar");
}

TEST(Pem, ReadsManyBlocksWithTextAroundThem) {
  const std::string text = "subject: a\n" + std::string(kBlock) + "\n---- between ----\n" +
                           "-----BEGIN EC PRIVATE KEY-----\nZg==\n-----END EC PRIVATE KEY-----\nbye";
  const auto blocks = parse_pem(text).value();
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].label, "CERTIFICATE");
  EXPECT_EQ(blocks[1].label, "EC PRIVATE KEY");
  EXPECT_EQ(text_of(blocks[1].der), "f");
}

TEST(Pem, TakesCarriageReturnsOddLineLengthsAndNoLastLineEnd) {
  EXPECT_EQ(text_of(parse_pem_one("-----BEGIN X-----\r\nZm9v\r\nYmFy\r\n-----END X-----\r\n", "X").value()),
            "foobar");
  EXPECT_EQ(text_of(parse_pem_one("-----BEGIN X-----\nZ\nm9vYm\nFy\n-----END X-----", "X").value()),
            "foobar");
}

TEST(Pem, WritesSixtyFourColumnsAndReadsThemBack) {
  const Bytes der(100, 0x5a);
  const std::string text = to_pem("PUBLIC KEY", der);
  EXPECT_EQ(text.find('\n', text.find('\n') + 1) - text.find('\n') - 1, 64u);
  EXPECT_EQ(parse_pem_one(text, "PUBLIC KEY").value(), der);
  EXPECT_EQ(to_pem("CERTIFICATE", bytes_of("foobar")), kBlock);
}

TEST(Pem, RefusesBoundariesThatDoNotMatch) {
  EXPECT_EQ(message_of(""), "no PEM block in the text");
  EXPECT_EQ(message_of("just words\n"), "no PEM block in the text");
  EXPECT_EQ(message_of("-----END X-----\n"), "an end without a beginning, '-----END X-----'");
  EXPECT_EQ(message_of("-----BEGIN X-----\nZm9v\n"), "no end to a block of 'X'");
  EXPECT_EQ(message_of("-----BEGIN X-----\nZm9v\n-----END Y-----\n"), "a block of 'X' ends as 'Y'");
  EXPECT_EQ(message_of("-----BEGIN X-----\n-----END X-----\n"), "an empty block of 'X'");
  EXPECT_EQ(message_of("-----BEGIN X-----\nZm9v\n\nYmFy\n-----END X-----\n"),
            "a blank line in a block of 'X'");
}

TEST(Pem, RefusesDamagedBoundariesEvenAsTextBetweenBlocks) {
  for (std::string_view line : {"-----BEGIN X----", "-----BEGIN X", "-----BEGIN -----", "-----BEGIN-----",
                                "-----BEGIN X----- ", "-----BEGIN  X-----", "-----BEGIN X -----",
                                "-----BEGIN X--Y-----", "-----BEGIN X\x01-----", "-----END X---- "}) {
    EXPECT_NE(message_of(std::string(line) + "\n" + std::string(kBlock)), "accepted") << line;
    EXPECT_NE(message_of(std::string(kBlock) + std::string(line)), "accepted") << line;
  }
}

TEST(Pem, RefusesBodiesThatAreNotCanonicalBase64) {
  for (std::string_view body :
       {"Zm9vYmF", "Zh==", "Zm9v YmFy", " Zm9v", "Zm9v ", "Proc-Type: 4,ENCRYPTED\nZm9v",
        "Zg==\nZg==", "-----BEGIN Y-----\nZm9v", "Zm9v\tYmFy", "Zm9v\r\r"}) {
    EXPECT_NE(message_of("-----BEGIN X-----\n" + std::string(body) + "\n-----END X-----\n"), "accepted")
        << body;
  }
}

TEST(Pem, WantsExactlyOneBlockOfTheLabel) {
  EXPECT_EQ(parse_pem_one(kBlock, "PUBLIC KEY").error().message(),
            "a PEM block of 'CERTIFICATE' where 'PUBLIC KEY' is expected");
  EXPECT_EQ(parse_pem_one(std::string(kBlock) + std::string(kBlock), "CERTIFICATE").error().message(),
            "2 PEM blocks where one is expected");
}

}  // namespace
}  // namespace tomme
