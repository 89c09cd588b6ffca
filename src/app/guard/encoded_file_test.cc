#include "app/guard/encoded_file.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "app/guard/errors.h"
#include "io/net/errors.h"
#include "testing/folder.h"

namespace tomme::guard {
namespace {

std::string gzip(std::string_view text) {
  z_stream z{};
  deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
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
