#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "io/net/handler.h"
#include "io/system/file.h"

namespace tomme::guard {

/// A text of any length that comes in pieces: in memory while it is short, then in a nameless file, so that
/// pages which wait for their turn or for a slow client take no memory.
class Scratch {
 public:
  static constexpr std::size_t kInMemory = 1024 * 1024;  ///< bytes

  /// `folder` is where the file is made, on first need.
  explicit Scratch(std::string folder) : folder_(std::move(folder)) {}

  Result<void> append(std::string_view text);
  std::uint64_t size() const { return size_; }
  bool is_large() const { return file_.is_open(); }
  /// Calls `read` with all of it; the view is gone after that.
  Result<void> read(const std::function<Result<void>(BytesView)>& read) const;
  /// Fills `into` with the bytes from `offset` on, all of which must be there. Only where `is_large`; then
  /// beside `append` too.
  Result<void> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const;
  Result<void> send(net::ResponseWriter& response) const;

 private:
  std::string folder_;
  std::string text_;
  Descriptor file_;
  std::uint64_t size_ = 0;
};

}  // namespace tomme::guard
