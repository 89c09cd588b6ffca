#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tomme::net {

/// A part of `size` bytes: at least one, all of them there.
struct ByteRange {
  std::uint64_t first;
  std::uint64_t length;

  /// RFC 9110 section 14.1.2, a single range. Nothing where the header is absent, not of this form, or asks
  /// for what is not there: then the whole is the answer, as servers may (section 14.2).
  static std::optional<ByteRange> parse(std::string_view header, std::uint64_t size);
  /// RFC 9110 section 14.4: "bytes 0-9/100".
  std::string content_range(std::uint64_t size) const;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

}  // namespace tomme::net
