#pragma once

#include <string>

#include "io/net/handler.h"
#include "io/net/server_limits.h"
#include "io/net/stream.h"

namespace tomme::net {

/// Writes one answer to a stream, framed as HTTP/1.1 has it.
class StreamResponseWriter final : public ResponseWriter {
 public:
  struct Framing {
    bool head_only = false;  ///< HEAD
    bool http_1_0 = false;
    bool keep_alive = false;
  };

  StreamResponseWriter(Stream& stream, const ServerLimits& limits, Framing framing)
      : stream_(stream), limits_(limits), framing_(framing) {}

  using ResponseWriter::respond;
  Result<void> head(unsigned status, std::string_view reason, const Headers& headers,
                    std::optional<std::uint64_t> length) override;
  Result<void> write(BytesView bytes) override;
  Result<void> write_file(int fd, std::uint64_t offset, std::uint64_t length) override;
  void abort() override;
  bool head_sent() const override { return started_; }
  bool client_gone() const override { return cut_ || stream_.peer_gone(); }
  std::stop_token stop_token() const override { return stream_.stop().token(); }
  Result<void> respond(unsigned status, std::string_view reason, const Headers& headers,
                       BytesView body) override;

  /// After the handler: completes the answer, or cuts the connection if it is not what was announced. True if
  /// the connection can take another request.
  bool end();
  /// The connection is closed behind this answer.
  void close_after() { framing_.keep_alive = false; }

 private:
  bool chunked() const { return !length_ && !bodiless_ && !framing_.http_1_0; }
  void append_head(unsigned status, std::string_view reason, const Headers& headers);
  void append_body(BytesView bytes);
  Result<void> flush();

  Stream& stream_;
  const ServerLimits& limits_;
  Framing framing_;
  std::string out_;  ///< head and framing not sent yet
  bool started_ = false;
  bool bodiless_ = false;  ///< HEAD, 204, 304
  bool cut_ = false;
  std::optional<std::uint64_t> length_;
  std::uint64_t sent_ = 0;
};

}  // namespace tomme::net
