#include "core/encoding/der.h"

#include <gtest/gtest.h>
#include <limits>

#include "core/encoding/errors.h"
#include "core/encoding/text.h"

namespace tomme::der {
namespace {

Bytes hex(std::string_view text) {
  return decode_hex(text).value();
}

/// Reads with `read`; the reader must move over everything, or not at all.
template <class Read>
auto read_all(const Bytes& input, Read read) {
  Reader reader(input);
  auto result = read(reader);
  EXPECT_EQ(reader.rest().size(), result ? 0 : input.size());
  if (!result) {
    EXPECT_TRUE(result.error().is(kDerInvalid));
  }
  return result;
}
auto any(std::string_view text) {
  return read_all(hex(text), [](Reader& r) { return r.any(); });
}
auto time_of(Tag tag, std::string_view text) {
  return read_all(encode(tag, bytes_of(text)), [](Reader& r) { return r.time(); });
}
auto fractional_time_of(std::string_view text) {
  return read_all(encode(kGeneralizedTime, bytes_of(text)), [](Reader& r) { return r.generalized_time(); });
}

TEST(DerReader, ReadsElementsOneAfterAnother) {
  const Bytes input =
      hex("020101"
          "0403aabbcc"
          "3000");
  Reader reader(input);
  EXPECT_EQ(reader.peek(), kInteger);
  EXPECT_EQ(reader.small_integer().value(), 1);
  const Element string = reader.any().value();
  EXPECT_EQ(string.tag, kOctetString);
  EXPECT_EQ(encode_hex(string.body), "aabbcc");
  EXPECT_EQ(encode_hex(string.whole), "0403aabbcc");
  EXPECT_FALSE(reader.expect_end());
  EXPECT_TRUE(reader.sequence().value().at_end());
  EXPECT_TRUE(reader.expect_end());
  EXPECT_EQ(reader.peek(), std::nullopt);
  EXPECT_FALSE(reader.any());
}

TEST(DerReader, RefusesLengthsThatAreNotDefiniteAndMinimal) {
  EXPECT_FALSE(any(""));
  EXPECT_FALSE(any("04"));
  EXPECT_FALSE(any("0480"));  // indefinite
  EXPECT_FALSE(any("04800000"));
  EXPECT_FALSE(any("04ff"));      // reserved
  EXPECT_FALSE(any("048101aa"));  // long form below 128
  EXPECT_FALSE(
      any("0482"
          "0001"
          "aa"));             // leading zero
  EXPECT_FALSE(any("0481"));  // cut in the length
  EXPECT_FALSE(
      any("0485"
          "0000000001"
          "aa"));  // five bytes
  EXPECT_FALSE(
      any("0484"
          "ffffffff"
          "aa"));  // more than there is
  EXPECT_FALSE(any("0402aa"));
}

TEST(DerReader, ReadsEachLengthFormAtItsEdges) {
  for (std::size_t size : {0u, 1u, 127u, 128u, 255u, 256u, 65535u, 65536u}) {
    const Bytes encoded = encode_octet_string(Bytes(size, 0x11));
    EXPECT_EQ(read_all(encoded, [](Reader& r) { return r.octet_string(); }).value().size(), size);
  }
}

TEST(DerReader, RefusesHighTagNumbersAndEndOfContents) {
  EXPECT_FALSE(any("1f0100"));
  EXPECT_FALSE(
      any("bf2101"
          "00"));
  EXPECT_FALSE(any("0000"));
  EXPECT_FALSE(any("2000"));
  EXPECT_TRUE(any("8000"));  // [0] is not the universal zero
}

TEST(DerReader, DoesNotMoveOverAnotherTag) {
  const Bytes input = hex("020101");
  Reader reader(input);
  EXPECT_FALSE(reader.octet_string());
  EXPECT_FALSE(reader.sequence());
  EXPECT_FALSE(reader.time());
  EXPECT_EQ(reader.optional(kOid).value(), std::nullopt);
  EXPECT_EQ(reader.rest().size(), 3u);
  EXPECT_TRUE(reader.optional(kInteger).value().has_value());
  EXPECT_EQ(reader.optional(kInteger).value(), std::nullopt);
}

TEST(DerReader, RefusesADamagedOptionalElement) {
  const Bytes input =
      hex("0205"
          "01");
  Reader reader(input);
  EXPECT_FALSE(reader.optional(kInteger));
}

TEST(DerReader, ReadsBooleans) {
  const auto boolean = [](std::string_view text) {
    return read_all(hex(text), [](Reader& r) { return r.boolean(); });
  };
  EXPECT_TRUE(boolean("0101ff").value());
  EXPECT_FALSE(boolean("010100").value());
  for (std::string_view bad : {"010101", "0100", "0102ffff", "010180"}) EXPECT_FALSE(boolean(bad)) << bad;
}

TEST(DerInteger, RoundTripsAtEveryEdge) {
  const std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  const std::int64_t highest = std::numeric_limits<std::int64_t>::max();
  for (std::int64_t value : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{127},
                             std::int64_t{128}, std::int64_t{-128}, std::int64_t{-129}, std::int64_t{255},
                             std::int64_t{256}, std::int64_t{32767}, std::int64_t{-32768}, lowest, highest}) {
    EXPECT_EQ(read_all(encode_integer(value), [](Reader& r) { return r.small_integer(); }).value(), value);
  }
  EXPECT_EQ(encode_hex(encode_integer(127)), "02017f");
  EXPECT_EQ(encode_hex(encode_integer(128)), "02020080");
  EXPECT_EQ(encode_hex(encode_integer(-128)), "020180");
  EXPECT_EQ(encode_hex(encode_integer(lowest)), "02088000000000000000");
}

TEST(DerInteger, RefusesWhatIsNotMinimalOrDoesNotFit) {
  const auto small = [](std::string_view text) {
    return read_all(hex(text), [](Reader& r) { return r.small_integer(); });
  };
  for (std::string_view bad :
       {"0200", "02020001", "0202007f", "0202ff80", "0202ffff", "0209008000000000000000"}) {
    EXPECT_FALSE(small(bad)) << bad;
  }
  EXPECT_TRUE(small("0202ff7f"));
}

TEST(DerInteger, ReadsUnsignedOnesWithoutTheirSignByte) {
  const auto big = [](std::string_view text) {
    const Bytes input = hex(text);
    auto body = read_all(input, [](Reader& r) { return r.unsigned_integer(); });
    return body ? encode_hex(*body) : "refused";
  };
  EXPECT_EQ(big("020100"), "00");
  EXPECT_EQ(big("02020080"), "80");
  EXPECT_EQ(big("02017f"), "7f");
  EXPECT_EQ(big("020180"), "refused");
  EXPECT_EQ(encode_hex(encode_unsigned(hex("000080"))), "02020080");
  EXPECT_EQ(encode_hex(encode_unsigned(hex("0000"))), "020100");
  EXPECT_EQ(encode_hex(encode_unsigned({})), "020100");
  EXPECT_EQ(encode_hex(encode_unsigned(hex("7f"))), "02017f");
}

TEST(DerBitString, HoldsWholeBytesOnly) {
  const auto bits = [](std::string_view text) -> Result<std::string> {
    const Bytes input = hex(text);
    return encode_hex(TRY(read_all(input, [](Reader& r) { return r.bit_string(); })));
  };
  EXPECT_EQ(bits("030200aa").value(), "aa");
  EXPECT_EQ(bits("030100").value(), "");
  EXPECT_FALSE(bits("0300"));
  EXPECT_FALSE(bits("030201aa"));
  EXPECT_FALSE(
      bits("030207"
           "80"));
  EXPECT_EQ(encode_hex(encode_bit_string(hex("aa"))), "030200aa");
}

TEST(DerOid, RoundTrips) {
  EXPECT_EQ(encode_hex(encode_oid("1.2.840.10045.4.3.2")), "06082a8648ce3d040302");
  for (std::string_view dotted :
       {"0.0", "0.39", "1.0", "1.39", "2.0", "2.39", "2.40", "2.47", "2.48", "2.999.3", "2.5.29.17",
        "1.3.6.1.4.1.57264.1.22", "1.2.18446744073709551615"}) {
    const Bytes encoded = encode_oid(dotted);
    EXPECT_EQ(oid_to_text(read_all(encoded, [](Reader& r) { return r.oid(); }).value()), dotted);
  }
}

TEST(DerOid, RefusesArcsThatAreNotMinimalOrCutShort) {
  const auto oid = [](std::string_view text) {
    return read_all(hex(text), [](Reader& r) { return r.oid(); });
  };
  for (std::string_view bad : {"0600", "060180", "060181", "06022a81", "06032a8001", "0603802a01"}) {
    EXPECT_FALSE(oid(bad)) << bad;
  }
  EXPECT_TRUE(oid("06032a8100"));
}

TEST(DerOid, ShowsArcsBeyond64BitsAsQuestionMarks) {
  EXPECT_EQ(oid_to_text(hex("2a"
                            "8280808080808080808000")),
            "1.2.?");
  EXPECT_EQ(oid_to_text(hex("8280808080808080808000"
                            "01")),
            "2.?.1");
}

TEST(DerOid, MakesNothingOfATextThatIsNone) {
  for (std::string_view bad : {"", "1", "3.1", "1.40", "0.40", "a.b", "1.2.x"})
    EXPECT_TRUE(oid_from_text(bad).empty());
}

TEST(DerTime, ReadsUtcTimeWithItsPivot) {
  EXPECT_EQ(to_rfc3339(time_of(kUtcTime, "241003180701Z").value()), "2024-10-03T18:07:01Z");
  EXPECT_EQ(to_rfc3339(time_of(kUtcTime, "491231235959Z").value()), "2049-12-31T23:59:59Z");
  EXPECT_EQ(to_rfc3339(time_of(kUtcTime, "500101000000Z").value()), "1950-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(time_of(kUtcTime, "000229000000Z").value()), "2000-02-29T00:00:00Z");
}

TEST(DerTime, RefusesOtherFormsOfUtcTime) {
  for (std::string_view bad :
       {"", "Z", "2410031807Z", "241003180701", "241003180701+0000", "241003180701.5Z", "241303180701Z",
        "240230180701Z", "241003240000Z", "241003186001Z", "241003180760Z", "24100318070aZ", " 41003180701Z",
        "241003180701z", "-41003180701Z"}) {
    EXPECT_FALSE(time_of(kUtcTime, bad)) << bad;
  }
}

TEST(DerTime, ReadsGeneralizedTime) {
  EXPECT_EQ(to_rfc3339(time_of(kGeneralizedTime, "20500101000000Z").value()), "2050-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(time_of(kGeneralizedTime, "99991231235959Z").value()), "9999-12-31T23:59:59Z");
  EXPECT_EQ(to_rfc3339(time_of(kGeneralizedTime, "20241003180701Z").value()), "2024-10-03T18:07:01Z");
  for (std::string_view bad : {"2050010100Z", "20500101000000", "20500101000000.5Z", "20500101000000+0100",
                               "20501301000000Z", "2050010100000aZ"}) {
    EXPECT_FALSE(time_of(kGeneralizedTime, bad)) << bad;
  }
}

TEST(DerTime, CutsOffTheFractionOfATimestamp) {
  EXPECT_EQ(to_rfc3339(fractional_time_of("20241003180701Z").value()), "2024-10-03T18:07:01Z");
  EXPECT_EQ(to_rfc3339(fractional_time_of("20241003180701.5Z").value()), "2024-10-03T18:07:01Z");
  EXPECT_EQ(to_rfc3339(fractional_time_of("20241003180701.000001Z").value()), "2024-10-03T18:07:01Z");
  for (std::string_view bad : {"20241003180701.Z", "20241003180701.50Z", "20241003180701.0Z",
                               "20241003180701.5", "20241003180701,5Z", "20241003180701.5aZ",
                               "20241003180701.-5Z", "20241003180701..5Z", "202410031807.5Z"}) {
    EXPECT_FALSE(fractional_time_of(bad)) << bad;
  }
}

TEST(DerTime, IsWrittenAsRfc5280Wants) {
  const auto written = [](int year) {
    const Bytes encoded = encode_time(time_from_civil(year, 1, 2, 3, 4, 5).value());
    return encode_hex(BytesView(encoded).first(1)) + " " +
           std::string(text_of(BytesView(encoded).subspan(2)));
  };
  EXPECT_EQ(written(1950), "17 500102030405Z");
  EXPECT_EQ(written(2049), "17 490102030405Z");
  EXPECT_EQ(written(2050), "18 20500102030405Z");
  EXPECT_EQ(written(1949), "18 19490102030405Z");
}

TEST(DerWriter, BuildsNestedValues) {
  const Bytes built = sequence({encode_integer(1), sequence({encode_oid("2.5.4.3"), encode_utf8("x")}),
                                encode(context_constructed(0), encode_octet_string(hex("00")))});
  EXPECT_EQ(encode_hex(built),
            "3012"
            "020101"
            "3008"
            "0603550403"
            "0c0178"
            "a003"
            "040100");
}

}  // namespace
}  // namespace tomme::der
