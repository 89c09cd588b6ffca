#include "core/encoding/text.h"

#include <gtest/gtest.h>

#include "core/encoding/errors.h"

namespace tomme {
namespace {

Bytes bytes(std::string_view text) {
  return to_bytes(bytes_of(text));
}

// RFC 4648 section 10.
constexpr std::pair<std::string_view, std::string_view> kRfc4648[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
};

TEST(Base64, EncodesAndDecodesTheVectorsOfTheRfc) {
  for (const auto& [plain, encoded] : kRfc4648) {
    EXPECT_EQ(encode_base64(bytes_of(plain)), encoded);
    EXPECT_EQ(decode_base64(encoded).value(), bytes(plain));
  }
}

TEST(Base64, TakesEveryByteBackAtEveryLength) {
  Bytes all;
  for (unsigned i = 0; i < 520; ++i) {
    EXPECT_EQ(decode_base64(encode_base64(all)).value(), all);
    all.push_back(static_cast<std::uint8_t>(i * 167 + 13));
  }
}

TEST(Base64, RefusesWhatIsNotCanonical) {
  for (std::string_view text :
       {"Z",     "Zg",       "Zg=",      "Zg===",    "====",         "=",    "==",    "Z===",  "Zh==",
        "Zm9=",  "Zm8=Zm8=", "Zg==Zg==", "Zm9v\n",   "Zm9v\nZm9v\n", "Zm 9", "Zm9v ", " Zm9v", "Zm-_",
        "Zm9\0", "Zm9\xff",  "Zm9vYg=A", "Zm9vY===", "Z=9v",         "=m9v"}) {
    const auto decoded = decode_base64(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_TRUE(decoded.error().is(kEncodingBase64));
  }
  EXPECT_FALSE(decode_base64(std::string_view("Zm9\0", 4)));
}

TEST(Base64, HasExactlyOneTextForEachPairOfBytes) {
  // Of all texts "xyz=", only those whose third letter has two zero bits at the end decode.
  int accepted = 0;
  for (int third = 0; third < 256; ++third) {
    const std::string text = std::string("AA") + static_cast<char>(third) + "=";
    if (const auto decoded = decode_base64(text); decoded && decoded->size() == 2) {
      EXPECT_EQ(encode_base64(*decoded), text);
      ++accepted;
    }
  }
  EXPECT_EQ(accepted, 16);
}

TEST(Base64, NamesTheOffendingByte) {
  EXPECT_EQ(decode_base64("Zm9vYm\x1b=").error().message(), "not base64: '\\x1b' at byte 6");
  EXPECT_EQ(decode_base64("Zh==").error().message(),
            "not canonical base64: bits are set that no byte uses, in the last group 'Zh=='");
}

TEST(Hex, EncodesAndDecodes) {
  EXPECT_EQ(encode_hex(bytes(std::string("\x00\x7f\xab\xff", 4))), "007fabff");
  EXPECT_EQ(decode_hex("007fabff").value(), bytes(std::string("\x00\x7f\xab\xff", 4)));
  EXPECT_TRUE(decode_hex("")->empty());
}

TEST(Hex, RefusesUpperCaseOddLengthsAndOtherCharacters) {
  for (std::string_view text : {"A0", "0F", "abc", "0x10", "g0", "0g", " 0", "0\n", "\xff\xff"}) {
    const auto decoded = decode_hex(text);
    ASSERT_FALSE(decoded) << text;
    EXPECT_TRUE(decoded.error().is(kEncodingHex));
  }
}

TEST(Utf8, AcceptsTheEdgesOfEveryLength) {
  for (std::string_view text :
       {"", "a", "plain ascii of some length", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "1234567\xc3\xa9",
        "12345678\xc3\xa9 12345678"}) {
    EXPECT_TRUE(is_utf8(text)) << printable(text);
  }
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndWhatIsCutShort) {
  for (std::string_view text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc2", "\xe1\x80",
        "\xf1\x80\x80", "\xc2 ", "\xe1\x80 ", "12345678\xc2", "1234567\xff", "12345678901234\xe2\x82"}) {
    EXPECT_FALSE(is_utf8(text)) << printable(text);
  }
}

TEST(Printable, LeavesWordsAloneAndShowsWhatHides) {
  EXPECT_EQ(printable("na\xc3\xafve caf\xc3\xa9 \xf0\x9f\xa7\x80"),
            "na\xc3\xafve caf\xc3\xa9 \xf0\x9f\xa7\x80");
  EXPECT_EQ(printable("a\x1b[31mb\n\x7f"), "a\\x1b[31mb\\x0a\\x7f");
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "exe"),
            "\\u{202e}exe");                                // right-to-left override
  EXPECT_EQ(printable("\xe2\x81\xa6"), "\\u{2066}");        // isolate
  EXPECT_EQ(printable("\xc2\x9b"), "\\u{009b}");            // C1 control
  EXPECT_EQ(printable("\xf3\xa0\x81\x81"), "\\u{0e0041}");  // tag
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, CutsBetweenCharactersAtTheLimit) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef...");
  EXPECT_EQ(printable("ab\xc3\xa9", 3), "ab...");
  EXPECT_EQ(printable("ab\n", 5), "ab...");
  EXPECT_EQ(printable("x", 0), "...");
}

}  // namespace
}  // namespace tomme
