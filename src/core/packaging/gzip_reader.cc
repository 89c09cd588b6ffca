#include "core/packaging/gzip_reader.h"

#include <algorithm>
#include <limits>
#include <zlib.h>

#include "core/packaging/errors.h"

namespace tomme {

struct GzipReader::Stream {
  z_stream z{};
  BytesView rest;
  bool ready = false;

  explicit Stream(BytesView packed) : rest(packed) { ready = inflateInit2(&z, MAX_WBITS + 16) == Z_OK; }
  ~Stream() {
    if (ready) inflateEnd(&z);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// zlib counts in 32 bits.
  void feed() {
    const std::size_t size = std::min<std::size_t>(rest.size(), std::numeric_limits<uInt>::max());
    z.next_in = const_cast<Bytef*>(rest.data());
    z.avail_in = static_cast<uInt>(size);
    rest = rest.subspan(size);
  }
  /// Behind a member Python passes over zeros and then looks for another member, others stop; what is not
  /// zero is read differently.
  bool has_more() const {
    const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
    return !std::ranges::all_of(BytesView(z.next_in, z.avail_in), is_zero) ||
           !std::ranges::all_of(rest, is_zero);
  }
};

GzipReader::GzipReader(BytesView packed, std::uint64_t limit)
    : stream_(std::make_unique<Stream>(packed)), left_(limit) {}

GzipReader::~GzipReader() = default;

Result<std::size_t> GzipReader::read(std::span<std::uint8_t> out) {
  if (!stream_->ready) return fail(kSdistInvalid, "zlib could not be started");
  z_stream& z = stream_->z;
  std::size_t filled = 0;
  while (filled < out.size() && !ended_) {
    if (z.avail_in == 0) stream_->feed();
    if (z.avail_in == 0) return fail(kSdistInvalid, "its gzip stream is cut off");
    const std::size_t room = std::min<std::size_t>(out.size() - filled, std::numeric_limits<uInt>::max());
    z.next_out = out.data() + filled;
    z.avail_out = static_cast<uInt>(room);
    const int status = inflate(&z, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) return fail(kSdistInvalid, "it is no sound gzip file");
    const std::size_t came = room - z.avail_out;
    if (came > left_) return fail(kSdistTooLarge, "it unpacks to more than our limits allow");
    left_ -= came;
    filled += came;
    ended_ = status == Z_STREAM_END;
  }
  if (ended_ && stream_->has_more())
    return fail(kSdistInvalid, "it has more after its gzip member, which not all readers take");
  return filled;
}

}  // namespace tomme
