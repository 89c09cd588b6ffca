#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/bytes.h"

namespace tomme {

/// A cursor over borrowed bytes for big-endian wire formats. A read that does not fit returns
/// nothing and does not move. Callers end with `at_end()`: trailing bytes are an error of theirs.
///
///     ByteReader r(input);
///     auto version = r.u8();
///     auto body = r.take_prefixed<2>();   // u16 length, then that many bytes
///     if (!version || !body || !r.at_end()) return fail(...);
class ByteReader {
 public:
  explicit ByteReader(BytesView input) : rest_(input) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }
  BytesView rest() const { return rest_; }

  std::optional<BytesView> take(std::size_t n) {
    if (n > rest_.size()) return std::nullopt;
    BytesView head = rest_.first(n);
    rest_ = rest_.subspan(n);
    return head;
  }

  /// An unsigned integer of `kBytes` bytes, big endian; at most 8.
  template <std::size_t kBytes>
  std::optional<std::uint64_t> uint() {
    static_assert(kBytes >= 1 && kBytes <= 8);
    auto head = take(kBytes);
    if (!head) return std::nullopt;
    std::uint64_t value = 0;
    for (std::uint8_t byte : *head) value = (value << 8) | byte;
    return value;
  }
  std::optional<std::uint8_t> u8() {
    auto value = uint<1>();
    if (!value) return std::nullopt;
    return static_cast<std::uint8_t>(*value);
  }

  /// A vector with a length of `kBytes` bytes before it (RFC 8446 section 3.4).
  template <std::size_t kBytes>
  std::optional<BytesView> take_prefixed() {
    ByteReader ahead = *this;
    auto length = ahead.uint<kBytes>();
    if (!length || *length > ahead.left()) return std::nullopt;
    auto body = ahead.take(static_cast<std::size_t>(*length));
    *this = ahead;
    return body;
  }

 private:
  BytesView rest_;
};

/// Appends `value` in `kBytes` bytes, big endian.
template <std::size_t kBytes>
void append_uint(Bytes& out, std::uint64_t value) {
  for (std::size_t i = kBytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace tomme
