#include "core/packaging/zip.h"

#include <gtest/gtest.h>
#include <string>
#include <zlib.h>

#include "core/packaging/errors.h"

namespace tomme {
namespace {

constexpr std::size_t kMost = 1U << 20U;

/// Raw deflate, as zip has it.
Bytes deflated(BytesView bytes) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  Bytes out(bytes.size() + 1024);
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

void expect_alike(const ZipEntry& entry) {
  const auto whole = ZipArchive::read(entry, kMost);
  const auto digest = ZipArchive::digest(entry, kMost);
  ASSERT_EQ(digest.has_value(), whole.has_value());
  if (whole) {
    EXPECT_EQ(*digest, sha256(*whole));
  } else {
    EXPECT_EQ(digest.error().code().name, whole.error().code().name);
  }
}

TEST(Zip, DigestsAreThoseOfWhatIsUnpacked) {
  for (const std::size_t size : {0UZ, 1UZ, 65'535UZ, 65'536UZ, 65'537UZ, 300'000UZ}) {
    std::string text;
    while (text.size() < size) text += std::to_string(text.size());
    text.resize(size);
    const BytesView bytes = bytes_of(text);
    const Bytes packed = deflated(bytes);
    const auto crc = static_cast<std::uint32_t>(crc32_z(0, bytes.data(), bytes.size()));
    for (const bool is_deflated : {false, true}) {
      const ZipEntry entry{"a", is_deflated, crc, size, is_deflated ? BytesView(packed) : bytes};
      ASSERT_TRUE(ZipArchive::digest(entry, kMost));
      expect_alike(entry);
      ZipEntry other = entry;
      other.crc32 ^= 1U;
      EXPECT_TRUE(ZipArchive::digest(other, kMost).error().is(kWheelInvalid));
      if (size == 0) continue;
      EXPECT_TRUE(ZipArchive::digest(entry, size - 1).error().is(kWheelTooLarge));
      if (!is_deflated) continue;
      for (const std::uint64_t wrong : {size - 1, size + 1}) {
        other = entry;
        other.size = wrong;
        expect_alike(other);
        EXPECT_FALSE(ZipArchive::digest(other, kMost));
      }
      other = entry;
      other.packed = other.packed.first(other.packed.size() - 1);
      expect_alike(other);
    }
  }
}

}  // namespace
}  // namespace tomme
