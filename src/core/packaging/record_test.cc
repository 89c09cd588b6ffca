#include "core/packaging/record.h"

#include <gtest/gtest.h>

#include "core/packaging/errors.h"

namespace tomme {
namespace {

// Of the text "x".
constexpr std::string_view kDigest = "sha256=LXEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE";

std::string path_of(std::string_view text) {
  const auto rows = parse_record(text);
  return rows && rows->size() == 1 ? rows->front().path : "(none)";
}

TEST(Record, HasFilesWithAndWithoutDigest) {
  const std::string text = "a/b.py," + std::string(kDigest) + ",1\r\na-1.dist-info/RECORD,,\n";
  const auto rows = parse_record(text);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->at(0).path, "a/b.py");
  EXPECT_EQ(rows->at(0).digest, sha256(bytes_of("x")));
  EXPECT_EQ(rows->at(1).path, "a-1.dist-info/RECORD");
  EXPECT_FALSE(rows->at(1).digest);
}

TEST(Record, ReadsQuotesAsPythonWritesThem) {
  EXPECT_EQ(path_of("\"a, b.py\",,\n"), "a, b.py");
  EXPECT_EQ(path_of("\"a \"\"b\"\".py\",,"), "a \"b\".py");
  EXPECT_EQ(path_of("\"two\nlines\",,"), "two\nlines");
  EXPECT_EQ(path_of("a b\"c.py,,"), "a b\"c.py");
}

TEST(Record, TakesLineEndsAndEmptyLinesOfAnyKind) {
  for (const char* text : {"a,,\nb,,\n", "a,,\r\nb,,\r\n", "a,,\rb,,\r", "a,,\n\nb,,", "a\nb\n"}) {
    const auto rows = parse_record(text);
    ASSERT_TRUE(rows) << text;
    EXPECT_EQ(rows->size(), 2U) << text;
  }
  EXPECT_TRUE(parse_record("")->empty());
}

TEST(Record, HasNoDigestThatCannotBeCompared) {
  for (const char* digest : {"md5=1B2M2Y8AsgTpgAmY7PhCfg", "sha256=short", "sha256=", "sha512=AAAA", "x",
                             "sha256=!XEWQrcmsEQBYnyp-6wy9chTD7GQPMTbAiWHF5IaSIE"}) {
    const auto rows = parse_record("a," + std::string(digest) + ",1\n");
    ASSERT_TRUE(rows) << digest;
    EXPECT_FALSE(rows->front().digest) << digest;
  }
  EXPECT_TRUE(parse_record("a," + std::string(kDigest) + "=,1\n")->front().digest) << "padding is known";
}

TEST(Record, RefusesWhatIsNone) {
  for (const char* text : {"\"a,,\n", "\"a\"b,,\n", "a,b,c,d\n", ",,\n"}) {
    const auto rows = parse_record(text);
    ASSERT_FALSE(rows) << text;
    EXPECT_TRUE(rows.error().is(kRecordInvalid));
  }
}

TEST(Record, HasLimits) {
  const RecordLimits limits{.bytes = 8, .rows = 2};
  EXPECT_TRUE(parse_record("a,,\nb,,\n", limits));
  EXPECT_FALSE(parse_record("a,,\nb,,\n\n", limits));
  EXPECT_FALSE(parse_record("a\nb\nc\n", limits));
}

TEST(Record, HasNoFileThatNoFileSystemCanHave) {
  std::string deep = "x";
  while (deep.size() < 4096) deep = "a/" + deep;
  const std::string text = std::string(256, 'a') + ",,\n" + std::string(256, 'b') + "/c,,\n" + deep + ",,\n" +
                           std::string(255, 'd') + "/" + std::string(255, 'e') + ",,\n" + deep.substr(2) +
                           ",,\n";
  const auto rows = parse_record(text);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].path.size(), 511U);
  EXPECT_EQ((*rows)[1].path, deep.substr(2));
}

}  // namespace
}  // namespace tomme
