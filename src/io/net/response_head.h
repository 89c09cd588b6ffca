#pragma once

#include <string_view>

#include "core/base/result.h"
#include "io/net/message.h"

namespace tomme::net {

/// Reads the header lines of one answer as libcurl hands them over, each with its line end: first 1xx
/// answers, which are dropped, then the head, then, after the body, trailers, which are checked and dropped
/// too.
class ResponseHeadReader {
 public:
  /// `max_bytes` of all lines together.
  explicit ResponseHeadReader(std::size_t max_bytes) : left_(max_bytes) {}

  /// kNetProtocol for a line that is no header, kNetTooLarge past the limit.
  Result<void> line(std::string_view line);
  /// The blank line behind the head was read.
  bool final() const { return state_ == State::done; }
  const ResponseHead& head() const { return head_; }

 private:
  enum class State { status, fields, done };
  Result<void> status_line(std::string_view line);
  Result<void> field(std::string_view line, bool keep);
  Result<void> check_framing() const;

  std::size_t left_;
  State state_ = State::status;
  ResponseHead head_;
};

}  // namespace tomme::net
