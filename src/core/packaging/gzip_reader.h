#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace tomme {

/// What a gzip file (RFC 1952) unpacks to, piece by piece and within a limit. Borrows the packed bytes.
class GzipReader {
 public:
  GzipReader(BytesView packed, std::uint64_t limit);
  ~GzipReader();
  GzipReader(const GzipReader&) = delete;
  GzipReader& operator=(const GzipReader&) = delete;

  /// Fills `out`; fewer bytes come only at the end. kSdistInvalid where it is damaged, or has
  /// anything but zeros behind its first member, which some readers take and some do not; kSdistTooLarge
  /// above the limit.
  Result<std::size_t> read(std::span<std::uint8_t> out);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  std::uint64_t left_;
  bool ended_ = false;
};

}  // namespace tomme
