#include "app/relay/encoded_file.h"

#include <gtest/gtest.h>

#include "app/relay/errors.h"
#include "io/net/errors.h"
#include "testing/folder.h"

namespace tomme::guard {
namespace {

std::string little_endian(std::uint32_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = ~0U;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xedb88320U & (0U - (crc & 1)));
  }
  return ~crc;
}

/// RFC 1952 with stored blocks (RFC 1951 section 3.2.4).
std::string gzip(std::string_view text) {
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
  for (std::size_t at = 0; at < text.size() || at == 0; at += 0xffff) {
    const std::string_view piece = text.substr(at, 0xffff);
    const auto size = static_cast<std::uint32_t>(piece.size());
    out += at + 0xffff >= text.size() ? '\x01' : '\0';
    out += little_endian(size, 2) + little_endian(~size, 2) + std::string(piece);
  }
  return out + little_endian(crc32(text), 4) + little_endian(static_cast<std::uint32_t>(text.size()), 4);
}

class EncodedFile : public ::testing::Test {
 protected:
  /// The content of the file that is meant, or the code of the refusal.
  std::string meant(std::string_view came, std::string_view filename, std::vector<Sha256> digests = {},
                    std::uint64_t limit = 1'000'000) {
    IncomingFile incoming = *store_.begin();
    EXPECT_TRUE(incoming.append(bytes_of(came)));
    const auto file = undo_encoding(store_, std::move(incoming).finish(), "gzip", filename, digests, limit);
    if (!file) return std::string(file.error().code().name);
    return std::string(text_of((*file)->map()->view()));
  }
  const testing::TestFolder folder_;
  const FileStore store_ = *FileStore::open(folder_.path() + "/files");
  const std::string wheel_ = "PK\x03\x04 a wheel";
  const std::string sdist_ = gzip("a tar");
};

TEST_F(EncodedFile, IsDecodedOnceWhereItWasEncoded) {
  EXPECT_EQ(meant(gzip(wheel_), "a.whl"), wheel_);
  EXPECT_EQ(meant(gzip(sdist_), "a.tar.gz"), sdist_);
  EXPECT_EQ(meant(gzip(gzip(sdist_)), "a.tar.gz"), gzip(sdist_));
}

TEST_F(EncodedFile, IsTakenAsItCameWhereTheServerOnlySaysSo) {
  EXPECT_EQ(meant(sdist_, "a.tar.gz"), sdist_);
  EXPECT_EQ(meant(wheel_, "a.whl"), wheel_);
}

TEST_F(EncodedFile, IsWhatTheIndexLists) {
  const std::vector<Sha256> plain{sha256(bytes_of("odd"))};
  EXPECT_EQ(meant(gzip("odd"), "a.whl", plain), "odd");
  EXPECT_EQ(meant("odd", "a.whl", plain), "odd");
  EXPECT_EQ(meant(gzip(wheel_), "a.whl", plain), gzip(wheel_));
}

TEST_F(EncodedFile, IsRefusedWhereItIsNeither) {
  EXPECT_EQ(meant(gzip("odd"), "a.whl"), kGuardEncoding.name);
  EXPECT_EQ(meant(gzip(wheel_), "a.exe"), kGuardEncoding.name);
  EXPECT_EQ(meant(gzip(std::string(2'000'000, '\0')), "a.whl"), kNetTooLarge.name);
}

}  // namespace
}  // namespace tomme::guard
