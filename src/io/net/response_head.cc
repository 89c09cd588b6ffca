#include "io/net/response_head.h"

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "io/net/errors.h"

namespace tomme::net {

namespace {

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::unexpected<Error> bad(std::string_view what, std::string_view line) {
  return fail(kNetProtocol, "the answer has " + std::string(what) + " \"" + printable(line, 80) + "\"");
}

}  // namespace

Result<void> ResponseHeadReader::line(std::string_view raw) {
  if (raw.size() > left_) return fail(kNetTooLarge, "the header of the answer is larger than its limit");
  left_ -= raw.size();
  const std::string_view line = without_line_end(raw);
  switch (state_) {
    case State::status:
      return status_line(line);
    case State::fields:
      if (!line.empty()) return field(line, true);
      if (head_.status < 200) {  // 1xx: the answer proper is yet to come
        state_ = State::status;
        return {};
      }
      state_ = State::done;
      return check_framing();
    case State::done:
      return line.empty() ? Result<void>() : field(line, false);
  }
  return {};
}

// RFC 9112 section 4, and what libcurl makes of HTTP/2 ("HTTP/2 200 "):
//   status-line = HTTP-version SP 3DIGIT SP [ reason-phrase ]
Result<void> ResponseHeadReader::status_line(std::string_view line) {
  const std::size_t space = line.find(' ');
  const std::string_view version = line.substr(0, space);
  const bool known =
      version == "HTTP/1.1" || version == "HTTP/1.0" || version == "HTTP/2" || version == "HTTP/3";
  if (!known || space == std::string_view::npos) return bad("the status line", line);
  const std::string_view rest = line.substr(space + 1);
  const bool number = rest.size() >= 3 && ascii::is_digit(rest[0]) && ascii::is_digit(rest[1]) &&
                      ascii::is_digit(rest[2]) && (rest.size() == 3 || rest[3] == ' ');
  if (!number) return bad("the status line", line);
  unsigned status = 0;
  for (char c : rest.substr(0, 3)) status = status * 10 + static_cast<unsigned>(c - '0');
  if (status < 100 || status > 599) return bad("the status line", line);
  head_ = {.status = status, .reason = std::string(rest.size() > 4 ? rest.substr(4) : ""), .headers = {}};
  state_ = State::fields;
  return {};
}

Result<void> ResponseHeadReader::field(std::string_view line, bool keep) {
  // A line that starts with a blank would continue the one before it (obs-fold): no honest server sends that.
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return bad("the header", line);
  const std::string_view value = ascii::trim(line.substr(colon + 1));
  if (!is_field_value(value)) return bad("the header", line);
  if (keep) head_.headers.add(std::string(line.substr(0, colon)), std::string(value));
  return {};
}

/// One length or none: an answer that could be cut in two ways is not taken.
Result<void> ResponseHeadReader::check_framing() const {
  const std::size_t lengths = head_.headers.count("content-length");
  if (lengths > 1) return fail(kNetProtocol, "the answer has more than one Content-Length");
  if (lengths == 1 && head_.headers.has("transfer-encoding")) {
    return fail(kNetProtocol, "the answer has a Content-Length besides a Transfer-Encoding");
  }
  if (lengths == 1 && !head_.content_length()) {
    return fail(kNetProtocol, "the Content-Length of the answer is not a number");
  }
  return {};
}

}  // namespace tomme::net
