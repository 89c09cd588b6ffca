#include "io/net/content_coding.h"

#include <array>
#include <zlib.h>

#include "io/net/errors.h"
#include "io/net/message.h"

namespace tomme::net {

namespace {

constexpr int kGzip = 15 + 16;  // zlib's windowBits
constexpr int kZlib = 15;
constexpr int kRaw = -15;

}  // namespace

struct ContentDecoder::Stream {
  z_stream z{};
  std::uint64_t limit = 0;
  std::uint64_t made = 0;
  bool is_gzip = false;
  bool is_open = false;
  bool has_ended = false;
  bool has_begun = false;

  bool open(int window_bits) { return is_open = ::inflateInit2(&z, window_bits) == Z_OK; }
  ~Stream() {
    if (is_open) ::inflateEnd(&z);
  }
};

bool ContentDecoder::knows(std::string_view encoding) {
  return equal_ignoring_case(encoding, "gzip") || equal_ignoring_case(encoding, "x-gzip") ||
         equal_ignoring_case(encoding, "deflate");
}

ContentDecoder::ContentDecoder(std::string_view encoding, std::uint64_t limit)
    : stream_(std::make_unique<Stream>()) {
  stream_->is_gzip = !equal_ignoring_case(encoding, "deflate");
  stream_->limit = limit;
}

ContentDecoder::~ContentDecoder() = default;

Result<void> ContentDecoder::update(BytesView encoded, const Take& take) {
  Stream& stream = *stream_;
  if (encoded.empty()) return {};
  if (!stream.has_begun) {
    stream.has_begun = true;
    // "deflate" is the zlib format, and some servers send what is inside of it: there the low four bits of
    // the first byte are no 8.
    const bool is_zlib = (encoded[0] & 0x0f) == 8;
    if (!stream.open(stream.is_gzip ? kGzip : is_zlib ? kZlib : kRaw)) {
      return fail(kNetLocal, "zlib ran out of memory");
    }
  }
  std::array<std::uint8_t, 64 * 1024> out;
  stream.z.next_in = const_cast<Bytef*>(encoded.data());
  stream.z.avail_in = static_cast<uInt>(encoded.size());
  while (stream.z.avail_in > 0 || stream.z.avail_out == 0) {
    if (stream.has_ended) {
      if (stream.z.avail_in == 0) return {};
      // gzip: another member may follow (RFC 1952 section 2.2).
      if (!stream.is_gzip || ::inflateReset(&stream.z) != Z_OK) {
        return fail(kNetProtocol, "bytes follow after the encoded content");
      }
      stream.has_ended = false;
    }
    stream.z.next_out = out.data();
    stream.z.avail_out = static_cast<uInt>(out.size());
    const int code = ::inflate(&stream.z, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
      return fail(kNetProtocol, "the content is not encoded as its header says");
    }
    const std::size_t got = out.size() - stream.z.avail_out;
    stream.made += got;
    if (stream.made > stream.limit) {
      return fail(kNetTooLarge, "decoded it is larger than " + std::to_string(stream.limit) + " bytes");
    }
    if (got > 0) TRY(take(BytesView(out).first(got)));
    stream.has_ended = code == Z_STREAM_END;
    if (code == Z_BUF_ERROR) return {};
  }
  return {};
}

Result<void> ContentDecoder::finish() const {
  if (stream_->has_ended) return {};
  return fail(kNetProtocol, "the encoded content ends before its end");
}

}  // namespace tomme::net
