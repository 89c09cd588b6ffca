#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tomme {

/// Owned bytes.
using Bytes = std::vector<std::uint8_t>;
/// Borrowed bytes; whoever makes one keeps the owner alive while it is used.
using BytesView = std::span<const std::uint8_t>;

/// The bytes of a text, borrowed.
inline BytesView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Bytes seen as text, borrowed. No claim that they are UTF-8: see encoding/text.h.
inline std::string_view text_of(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes to_bytes(BytesView view) {
  return {view.begin(), view.end()};
}

/// Equality of content. Not constant-time: for public values only; secrets are compared with
/// core/crypto/secret_equal.h.
inline bool equal(BytesView a, BytesView b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

inline void append(Bytes& out, BytesView more) {
  out.insert(out.end(), more.begin(), more.end());
}

}  // namespace tomme
