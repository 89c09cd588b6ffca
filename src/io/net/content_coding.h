#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tomme::net {

/// Undoes "Content-Encoding: gzip" or "deflate" (RFC 9110 section 8.4.1), which some servers apply though
/// nobody asked for it. One of them once: whatever else a header says is not known.
class ContentDecoder {
 public:
  using Take = std::function<Result<void>(BytesView)>;

  /// "gzip", "x-gzip", "deflate" in any case, and nothing besides.
  static bool knows(std::string_view encoding);

  /// kNetTooLarge as soon as more than `limit` bytes come out.
  ContentDecoder(std::string_view encoding, std::uint64_t limit);
  ~ContentDecoder();
  ContentDecoder(const ContentDecoder&) = delete;
  ContentDecoder& operator=(const ContentDecoder&) = delete;

  /// Hands on what comes out, at most 64 KiB at a time. kNetProtocol where it is not encoded so.
  Result<void> update(BytesView encoded, const Take& take);
  /// kNetProtocol where the end is missing.
  Result<void> finish() const;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace tomme::net
