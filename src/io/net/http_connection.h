#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/buffer.h"
#include "io/net/handler.h"
#include "io/net/request_parser.h"
#include "io/net/server_limits.h"
#include "io/net/stream.h"

namespace tomme::net {

/// The server's end of one connection: requests in, answers out, one after the other.
class HttpConnection {
 public:
  HttpConnection(std::unique_ptr<Stream> stream, const ServerLimits& limits);
  ~HttpConnection();  ///< closes so that the last answer arrives

  /// The next request with its body. Nothing when the connection is over: the client left, or what it sent
  /// was answered with an error here.
  /// `within` takes the place of the limits for waiting and for the whole request.
  std::optional<ParsedRequest> next(std::optional<std::chrono::milliseconds> within = {});
  /// Lets `handler` answer. True if the connection can take another request.
  bool answer(const ParsedRequest& parsed, const Request& request, Handler& handler);
  /// Answers with a text of one line, the same as the reason, and ends the connection.
  void refuse(const ParsedRequest& parsed, unsigned status, std::string_view reason,
              const Headers& headers = {});

  Stream& stream() { return *stream_; }
  /// Bytes have come in behind the last request.
  bool has_left_over() const { return parser_.left_over() != 0; }
  /// The stream, to speak something else over it.
  std::unique_ptr<Stream> release() { return std::move(stream_); }

 private:
  void refuse(unsigned status, std::string_view reason, bool head_only, const Headers& headers = {});
  void linger();

  std::unique_ptr<Stream> stream_;
  const ServerLimits& limits_;
  RequestParser parser_;
  Buffer buffer_;
  bool linger_ = false;  ///< an error was answered while the client may still be sending
};

/// The headers that a handler sees: those of the message itself, without those of the connection it came
/// over.
Headers end_to_end(const Headers& headers);

}  // namespace tomme::net
