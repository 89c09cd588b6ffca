#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "io/net/handler.h"
#include "io/net/http_client.h"
#include "io/store/file.h"

namespace tomme::guard {

/// A text of any length that comes in pieces: in memory while it is short, then in a nameless file, so that pages
/// which wait for their turn or for a slow client take no memory.
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
  Result<void> send(net::ResponseWriter& response) const;

 private:
  std::string folder_;
  std::string text_;
  FileHandle file_;
  std::uint64_t size_ = 0;
};

/// What a server answers, kept in a Scratch.
class ScratchSink final : public net::BodySink {
 public:
  explicit ScratchSink(std::string folder) : body_(std::move(folder)) {}
  Result<void> head(const net::ResponseHead&) override { return {}; }
  Result<void> body(BytesView bytes) override { return body_.append(text_of(bytes)); }
  Scratch take() && { return std::move(body_); }

 private:
  Scratch body_;
};

}  // namespace tomme::guard
