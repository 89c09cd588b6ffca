#include "io/net/http_connection.h"

#include <algorithm>

#include "io/net/errors.h"
#include "io/net/response_writer.h"

namespace tomme::net {

namespace {

constexpr std::size_t kBuffer = 64 * 1024;

Instant in(std::chrono::milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

}  // namespace

HttpConnection::HttpConnection(std::unique_ptr<Stream> stream, const ServerLimits& limits)
    : stream_(std::move(stream)),
      limits_(limits),
      parser_(limits.header_bytes, limits.body_bytes),
      buffer_(kBuffer) {}

HttpConnection::~HttpConnection() {
  if (!stream_) return;
  stream_->finish();
  if (linger_) linger();
}

/// Closing with bytes unread would reset the connection and could take the answer with it (RFC 9112
/// section 9.6).
void HttpConnection::linger() {
  const Instant deadline = in(std::chrono::milliseconds(500));
  for (std::size_t total = 0; total < 64 * kBuffer;) {
    const auto got = stream_->read(buffer_.room(), deadline);
    if (!got || *got == 0) return;
    total += *got;
  }
}

std::optional<ParsedRequest> HttpConnection::next(std::optional<std::chrono::milliseconds> within) {
  using State = RequestParser::State;
  Instant deadline = in(within.value_or(parser_.state() == State::idle ? limits_.idle : limits_.request));
  bool told_to_continue = false;
  for (;;) {
    const State before = parser_.state();
    if (before == State::complete) return parser_.take();
    if (before == State::bad) {
      refuse(parser_.bad().status, parser_.bad().reason, false);
      return std::nullopt;
    }
    if (parser_.expects_continue() && !std::exchange(told_to_continue, true)) {
      if (!stream_->write(bytes_of("HTTP/1.1 100 Continue\r\n\r\n"), limits_.write)) return std::nullopt;
    }
    const auto got = stream_->read(buffer_.room(), deadline);
    if (!got) {
      if (got.error().is(kNetTimeout) && before != State::idle)
        refuse(408, "the request took too long", false);
      return std::nullopt;
    }
    if (*got == 0) return std::nullopt;
    parser_.feed(buffer_.first(*got));
    // From the first byte on, all of the request has to come in time: drop by drop does not help.
    if (before == State::idle && !within) deadline = in(limits_.request);
  }
}

bool HttpConnection::answer(const ParsedRequest& parsed, const Request& request, Handler& handler) {
  StreamResponseWriter writer(*stream_, limits_,
                              {.head_only = parsed.method == "HEAD",
                               .http_1_0 = parsed.http_1_0,
                               .keep_alive = parsed.keep_alive && !stream_->stop().raised()});
  handler.handle(request, writer);
  return writer.end();
}

void HttpConnection::refuse(const ParsedRequest& parsed, unsigned status, std::string_view reason,
                            const Headers& headers) {
  refuse(status, reason, parsed.method == "HEAD", headers);
}

void HttpConnection::refuse(unsigned status, std::string_view reason, bool head_only,
                            const Headers& headers) {
  StreamResponseWriter writer(*stream_, limits_, {.head_only = head_only});
  Headers all = headers;
  all.set("Content-Type", "text/plain; charset=utf-8");
  if (writer.respond(status, reason, all, std::string(reason) + "\n")) writer.end();
  linger_ = true;
}

Headers end_to_end(const Headers& headers) {
  constexpr std::string_view kConnection[] = {"connection",          "keep-alive", "proxy-connection",
                                              "proxy-authorization", "te",         "trailer",
                                              "transfer-encoding",   "upgrade",    "expect"};
  Headers out;
  for (const Header& field : headers) {
    const bool known = std::ranges::any_of(
        kConnection, [&](std::string_view name) { return equal_ignoring_case(name, field.name); });
    // Host and length are the message's own, whatever Connection says of them.
    const bool named = headers.has_token("connection", field.name) &&
                       !equal_ignoring_case(field.name, "host") &&
                       !equal_ignoring_case(field.name, "content-length");
    if (!known && !named) out.add(field.name, field.value);
  }
  return out;
}

}  // namespace tomme::net
