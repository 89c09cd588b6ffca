#include "io/net/content_coding.h"

#include <gtest/gtest.h>
#include <string>
#include <zlib.h>

#include "io/net/errors.h"

namespace tomme::net {
namespace {

std::string deflated(std::string_view text, int window_bits) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(::deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  ::deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

/// The text, or the code of what went wrong; `piece` bytes at a time.
std::string decoded(std::string_view encoding, std::string_view data, std::size_t piece,
                    std::uint64_t limit = 1'000'000) {
  ContentDecoder decoder(encoding, limit);
  std::string out;
  const auto take = [&](BytesView bytes) -> Result<void> {
    out += text_of(bytes);
    return {};
  };
  for (std::size_t at = 0; at < data.size(); at += piece) {
    const auto ok = decoder.update(bytes_of(data.substr(at, piece)), take);
    if (!ok) return std::string(ok.error().code().name);
  }
  const auto ok = decoder.finish();
  return ok ? out : std::string(ok.error().code().name);
}

TEST(ContentDecoder, UndoesWhatItKnowsInAnyPieces) {
  const std::string text = std::string(200'000, 'a') + "the end";
  for (const std::size_t piece : {1U, 7U, 1'000'000U}) {
    EXPECT_EQ(decoded("gzip", deflated(text, 31), piece), text);
    EXPECT_EQ(decoded("X-GZIP", deflated(text, 31), piece), text);
    EXPECT_EQ(decoded("deflate", deflated(text, 15), piece), text);
    EXPECT_EQ(decoded("deflate", deflated(text, -15), piece), text);
    EXPECT_EQ(decoded("gzip", deflated("one,", 31) + deflated("two", 31), piece), "one,two");
  }
  EXPECT_EQ(decoded("gzip", deflated("", 31), 1), "");
}

TEST(ContentDecoder, RefusesWhatIsNotWhole) {
  const std::string whole = deflated("some text that is not short", 31);
  for (const std::size_t piece : {1U, 1000U}) {
    EXPECT_EQ(decoded("gzip", whole.substr(0, whole.size() - 1), piece), kNetProtocol.name);
    EXPECT_EQ(decoded("gzip", whole + "x", piece), kNetProtocol.name);
    EXPECT_EQ(decoded("gzip", "plain text", piece), kNetProtocol.name);
    EXPECT_EQ(decoded("deflate", deflated("x", 15) + "x", piece), kNetProtocol.name);
  }
  EXPECT_EQ(decoded("gzip", "", 1), kNetProtocol.name);
}

TEST(ContentDecoder, StopsAtItsLimit) {
  const std::string zeros = deflated(std::string(10'000'000, '\0'), 31);
  EXPECT_LT(zeros.size(), 20'000U);
  EXPECT_EQ(decoded("gzip", zeros, 1000, 1'000'000), kNetTooLarge.name);
  EXPECT_EQ(decoded("gzip", deflated("12345", 31), 1000, 5), "12345");
  EXPECT_EQ(decoded("gzip", deflated("12345", 31), 1000, 4), kNetTooLarge.name);
}

TEST(ContentDecoder, KnowsOneEncodingOnce) {
  for (const char* known : {"gzip", "GZip", "x-gzip", "deflate"}) EXPECT_TRUE(ContentDecoder::knows(known));
  for (const char* other : {"", "br", "zstd", "identity", "gzip, gzip", "gzip,deflate", "gzip "}) {
    EXPECT_FALSE(ContentDecoder::knows(other)) << other;
  }
}

}  // namespace
}  // namespace tomme::net
