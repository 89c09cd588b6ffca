#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/base/bytes.h"

namespace tomme {

/// Room to read bytes into, a piece at a time. It is not cleared, so that pages into which nothing comes are
/// never touched: most files and requests are much smaller than the room for them.
class Buffer {
 public:
  explicit Buffer(std::size_t size)
      : bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(size)), size_(size) {}

  std::span<std::uint8_t> room() { return {bytes_.get(), size_}; }
  /// What has been read; the caller knows how much that is.
  BytesView first(std::size_t size) const { return BytesView(bytes_.get(), size_).first(size); }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_;
};

}  // namespace tomme
