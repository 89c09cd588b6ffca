#include "io/net/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <optional>
#include <utility>

namespace tomme::net {

namespace {

namespace http = boost::beast::http;
using BeastParser = http::request_parser<http::vector_body<std::uint8_t>>;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

/// Line ends are CRLF, no line goes on in the next, no NUL. `head` ends with the blank line.
bool has_plain_lines(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '\0') return false;
    if (head[i] == '\n') return false;
    if (head[i] != '\r') continue;
    if (i + 1 >= head.size() || head[i + 1] != '\n') return false;
    if (i + 2 < head.size() && (head[i + 2] == ' ' || head[i + 2] == '\t')) return false;
    ++i;
  }
  return true;
}

BadRequest bad_request_of(const boost::beast::error_code& error) {
  if (error == http::error::body_limit) return {413, "the request body is too large"};
  if (error == http::error::header_limit) return {431, "the request header is too large"};
  if (error == http::error::bad_version) return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  return {400, "the request is not HTTP/1.1 as RFC 9112 has it (" + error.message() + ")"};
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// What request smuggling lives on: two ways to tell where a request ends or whom it is for.
std::optional<BadRequest> check_framing(const ParsedRequest& request) {
  const Headers& headers = request.headers;
  const std::size_t lengths = headers.count("content-length");
  const std::size_t codings = headers.count("transfer-encoding");
  if (lengths > 1) return BadRequest{400, "the request has more than one Content-Length"};
  if (codings > 1) return BadRequest{400, "the request has more than one Transfer-Encoding"};
  if (lengths + codings > 1)
    return BadRequest{400, "the request has both Content-Length and Transfer-Encoding"};
  if (lengths == 1 && !is_digits(*headers.find("content-length"))) {
    return BadRequest{400, "the Content-Length of the request is not a number"};
  }
  if (codings == 1 && request.http_1_0) return BadRequest{400, "an HTTP/1.0 request cannot be chunked"};
  if (codings == 1 && !equal_ignoring_case(*headers.find("transfer-encoding"), "chunked")) {
    return BadRequest{501, "the only transfer coding spoken here is chunked"};
  }
  const std::size_t hosts = headers.count("host");
  if (hosts > 1 || (hosts == 0 && !request.http_1_0))
    return BadRequest{400, "the request needs exactly one Host"};
  return std::nullopt;
}

}  // namespace

struct RequestParser::Impl {
  Impl(std::size_t header_bytes, std::size_t body_bytes) : max_header(header_bytes), max_body(body_bytes) {
    begin();
  }

  void begin() {
    parser.emplace();
    parser->header_limit(static_cast<std::uint32_t>(max_header));
    parser->body_limit(max_body);
    request = {};
    searched = 0;
    state = State::idle;
  }

  void refuse(BadRequest why) {
    bad = std::move(why);
    state = State::bad;
  }

  /// As far as the bytes at hand lead.
  void advance() {
    if (state == State::idle && !pending.empty()) state = State::head;
    if (state == State::head) read_head();
    if (state == State::body) read_body();
  }

  void read_head() {
    constexpr std::string_view kEnd = "\r\n\r\n";
    const std::string_view text = text_of(pending);
    // Someone who speaks TLS, or anything else, is told so at once.
    if (!is_token(text.substr(0, 1))) return refuse({400, "the request does not start with a method"});
    const std::size_t end = text.find(kEnd, searched);
    if (end == std::string_view::npos) {
      searched = text.size() < 3 ? 0 : text.size() - 3;
      if (pending.size() >= max_header) refuse({431, "the request header is too large"});
      return;
    }
    const std::string_view head = text.substr(0, end + kEnd.size());
    if (head.size() > max_header) return refuse({431, "the request header is too large"});
    if (!has_plain_lines(head))
      return refuse({400, "the request has a folded line or a stray control character"});
    boost::beast::error_code error;
    const std::size_t used = parser->put(boost::asio::buffer(head.data(), head.size()), error);
    if (error && error != http::error::need_more) return refuse(bad_request_of(error));
    if (!parser->is_header_done() || used != head.size())
      return refuse({400, "the request header does not end"});
    drop(used);
    take_head();
  }

  void take_head() {
    const auto& message = parser->get();
    if (message.version() != 10 && message.version() != 11) {
      return refuse({505, "only HTTP/1.0 and HTTP/1.1 are spoken here"});
    }
    request.method = std::string(view(message.method_string()));
    request.target = std::string(view(message.target()));
    request.http_1_0 = message.version() == 10;
    request.keep_alive = parser->keep_alive();
    for (const auto& field : message) {
      request.headers.add(std::string(view(field.name_string())), std::string(view(field.value())));
    }
    if (auto wrong = check_framing(request)) return refuse(*std::move(wrong));
    const auto length = parser->content_length();
    if (length && *length > max_body) return refuse({413, "the request body is too large"});
    parser->eager(true);
    state = parser->is_done() ? State::complete : State::body;
  }

  void read_body() {
    // Chunk headers and trailers are bounded like the header: what makes no progress at that size never will.
    boost::beast::error_code error;
    while (!pending.empty() && !parser->is_done()) {
      error = {};
      const std::size_t used = parser->put(boost::asio::buffer(pending.data(), pending.size()), error);
      drop(used);
      if (error && error != http::error::need_more) return refuse(bad_request_of(error));
      if (used == 0) {
        if (pending.size() >= max_header) refuse({400, "a chunk of the request has too long a header"});
        return;
      }
    }
    if (!parser->is_done()) return;
    request.body = std::move(parser->get().body());
    state = State::complete;
  }

  void drop(std::size_t bytes) {
    pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(bytes));
  }

  const std::size_t max_header;
  const std::size_t max_body;
  std::optional<BeastParser> parser;
  Bytes pending;             ///< fed and not used
  std::size_t searched = 0;  ///< of `pending`, for the end of the head
  ParsedRequest request;
  BadRequest bad{400, ""};
  State state = State::idle;
};

RequestParser::RequestParser(std::size_t max_header_bytes, std::size_t max_body_bytes)
    : impl_(std::make_unique<Impl>(max_header_bytes, max_body_bytes)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

RequestParser::State RequestParser::feed(BytesView bytes) {
  append(impl_->pending, bytes);
  impl_->advance();
  return impl_->state;
}

RequestParser::State RequestParser::state() const {
  return impl_->state;
}
const BadRequest& RequestParser::bad() const {
  return impl_->bad;
}
std::size_t RequestParser::left_over() const {
  return impl_->pending.size();
}

bool RequestParser::expects_continue() const {
  return impl_->state == State::body && !impl_->request.http_1_0 &&
         impl_->request.headers.has_token("expect", "100-continue");
}

ParsedRequest RequestParser::take() {
  ParsedRequest request = std::move(impl_->request);
  impl_->begin();
  impl_->advance();
  return request;
}

}  // namespace tomme::net
