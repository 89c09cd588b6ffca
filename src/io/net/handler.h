#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "io/net/message.h"

namespace tomme::net {

/// Answers one request. Errors are kNetClosed or kNetTimeout: the client is gone, nothing more can be said.
/// If a handler returns without having sent what it announced, the connection is cut; without a head at all,
/// the client gets a 500.
class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;

  /// Status line and headers, once. `reason` goes through reason_phrase(); empty takes the standard one.
  /// Header fields that could not stand in a message, hop-by-hop ones and Content-Length are dropped.
  /// `length` is the exact size of the body to come; without it the body is chunked (HTTP/1.0: ends with the
  /// connection). For HEAD give what a GET would: nothing of the body is sent.
  virtual Result<void> head(unsigned status, std::string_view reason, const Headers& headers,
                            std::optional<std::uint64_t> length) = 0;
  /// More of the body. Blocks until the client took it. More than `length` is an error of the caller's and
  /// cuts the connection.
  virtual Result<void> write(BytesView bytes) = 0;
  /// `length` bytes of `fd` from `offset`; the file position is not used. kNetLocal if the file is shorter.
  virtual Result<void> write_file(int fd, std::uint64_t offset, std::uint64_t length) = 0;
  /// Cuts the connection so that the client sees a failed transfer, never a complete one.
  virtual void abort() = 0;

  virtual bool head_sent() const = 0;
  /// Whether the client has closed its side; a look, no wait.
  virtual bool client_gone() const = 0;
  /// Fires when the server stops: hand it to HttpClient::fetch.
  virtual std::stop_token stop_token() const = 0;

  /// Head and body in one piece (one system call for a small answer).
  virtual Result<void> respond(unsigned status, std::string_view reason, const Headers& headers,
                               BytesView body) = 0;
  Result<void> respond(unsigned status, std::string_view reason, const Headers& headers,
                       std::string_view body) {
    return respond(status, reason, headers, bytes_of(body));
  }
};

/// Called on the thread of its connection, on many at a time. Must not throw.
class Handler {
 public:
  virtual ~Handler() = default;
  /// `request.url` is absolute: inside a tunnel its authority is the CONNECT's. Hop-by-hop and proxy headers
  /// are gone; Host stays.
  virtual void handle(const Request& request, ResponseWriter& response) = 0;
};

}  // namespace tomme::net
