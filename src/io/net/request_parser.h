#pragma once

#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "io/net/message.h"

namespace tomme::net {

/// A request as it came over the wire, in a form that only one reading exists for.
struct ParsedRequest {
  std::string method;
  std::string target;  ///< as written: origin-form, absolute-form, authority-form or "*"
  bool http_1_0 = false;
  bool keep_alive = false;
  Headers headers;  ///< trailers are dropped
  Bytes body;
};

/// Why a request cannot be taken: what to answer before closing.
struct BadRequest {
  unsigned status;  ///< 400, 413, 431, 501, 505
  std::string reason;
};

/// HTTP/1 requests (RFC 9112) out of bytes in pieces of any size; no I/O. Beyond what the library under it
/// refuses: line folding, bare CR or LF, more than one Host or Content-Length or Transfer-Encoding, both of
/// the latter, a length that is not digits alone, a coding other than `chunked` alone, chunks in HTTP/1.0.
class RequestParser {
 public:
  RequestParser(std::size_t max_header_bytes, std::size_t max_body_bytes);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  enum class State : std::uint8_t {
    idle,      ///< nothing of a request yet
    head,      ///< inside the head
    body,      ///< head complete
    complete,  ///< `take` it
    bad,       ///< see `bad()`; for ever
  };

  /// Bytes behind the end of a request are kept for the next.
  State feed(BytesView bytes);
  State state() const;
  const BadRequest& bad() const;
  /// In state `body`: the client waits for "100 Continue".
  bool expects_continue() const;
  /// Bytes that were fed and belong to no request yet.
  std::size_t left_over() const;
  /// In state `complete`: the request; the next one is begun with what was left over (see `state`).
  ParsedRequest take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tomme::net
