#include "io/net/response_writer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <unistd.h>

#include "core/base/buffer.h"
#include "io/net/errors.h"

namespace tomme::net {

namespace {

/// What fits into one TLS record goes out together with what comes before it.
constexpr std::size_t kJoin = 16 * 1024;
constexpr std::size_t kFilePiece = 32 * 1024;

bool is_framing(std::string_view name) {
  constexpr std::string_view kNames[] = {"content-length", "transfer-encoding", "connection",
                                         "keep-alive",     "proxy-connection",  "te",
                                         "trailer",        "upgrade",           "proxy-authenticate"};
  return std::ranges::any_of(kNames,
                             [&](std::string_view known) { return equal_ignoring_case(known, name); });
}

}  // namespace

void StreamResponseWriter::append_head(unsigned status, std::string_view reason, const Headers& headers) {
  std::string phrase = reason_phrase(reason);
  if (phrase.empty()) phrase = standard_reason(status);
  out_ += "HTTP/1.1 " + std::to_string(status) + " " + phrase + "\r\n";
  for (const Header& field : headers) {
    // Only a 407 of ours says how to log in to the proxy.
    if (is_framing(field.name) && !(status == 407 && equal_ignoring_case(field.name, "proxy-authenticate")))
      continue;
    if (!is_token(field.name) || !is_field_value(field.value)) continue;
    out_ += field.name + ": " + field.value + "\r\n";
  }
  if (length_ && status != 204) out_ += "Content-Length: " + std::to_string(*length_) + "\r\n";
  if (chunked()) out_ += "Transfer-Encoding: chunked\r\n";
  if (!framing_.keep_alive) out_ += "Connection: close\r\n";
  if (framing_.keep_alive && framing_.http_1_0) out_ += "Connection: keep-alive\r\n";
  out_ += "\r\n";
}

Result<void> StreamResponseWriter::head(unsigned status, std::string_view reason, const Headers& headers,
                                        std::optional<std::uint64_t> length) {
  if (cut_ || started_ || status < 200 || status > 599) {
    abort();
    return fail(kNetClosed, "the head of an answer was given twice, late or with a wrong status");
  }
  started_ = true;
  length_ = length;
  bodiless_ = framing_.head_only || status == 204 || status == 304;
  if (!length_ && !bodiless_ && framing_.http_1_0) framing_.keep_alive = false;
  append_head(status, reason, headers);
  return {};  // goes out with the first of the body, or in `end`
}

Result<void> StreamResponseWriter::flush() {
  if (out_.empty()) return {};
  auto written = stream_.write(bytes_of(out_), limits_.write);
  out_.clear();
  if (!written) abort();
  return written;
}

void StreamResponseWriter::append_body(BytesView bytes) {
  if (!chunked()) {
    out_ += text_of(bytes);
    return;
  }
  std::array<char, 24> size{};
  const int digits = std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  out_.append(size.data(), static_cast<std::size_t>(digits));
  out_ += text_of(bytes);
  out_ += "\r\n";
}

Result<void> StreamResponseWriter::write(BytesView bytes) {
  if (cut_ || !started_) return fail(kNetClosed, "the connection was cut");
  if (bodiless_ || bytes.empty()) return {};
  if (length_ && bytes.size() > *length_ - sent_) {
    abort();
    return fail(kNetClosed, "more was written than the answer had announced");
  }
  sent_ += bytes.size();
  if (chunked() || bytes.size() <= kJoin) {
    append_body(bytes);
    return flush();
  }
  if (!out_.empty()) {  // the head rides with the first record
    const std::size_t first = kJoin - std::min(out_.size(), kJoin);
    append_body(bytes.first(first));
    bytes = bytes.subspan(first);
    TRY(flush());
  }
  auto written = stream_.write(bytes, limits_.write);
  if (!written) abort();
  return written;
}

Result<void> StreamResponseWriter::write_file(int fd, std::uint64_t offset, std::uint64_t length) {
  if (bodiless_) return {};
  Buffer buffer(static_cast<std::size_t>(std::min<std::uint64_t>(length, kFilePiece)));
  while (length > 0) {
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(length, kFilePiece));
    const ssize_t n = ::pread(fd, buffer.room().data(), want, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      abort();
      return fail(kNetLocal, "a file to be sent is shorter than it was");
    }
    const auto got = static_cast<std::size_t>(n);
    TRY(write(buffer.first(got)));
    offset += got;
    length -= got;
  }
  return {};
}

void StreamResponseWriter::abort() {
  if (!cut_) stream_.cut();
  cut_ = true;
}

Result<void> StreamResponseWriter::respond(unsigned status, std::string_view reason, const Headers& headers,
                                           BytesView body) {
  TRY(head(status, reason, headers, body.size()));
  return write(body);
}

bool StreamResponseWriter::end() {
  if (!started_ && !cut_) {
    framing_.keep_alive = false;
    [[maybe_unused]] const auto told = respond(500, "", {}, "the request was not answered\n");
  }
  if (cut_) return false;
  if (!bodiless_ && length_ && sent_ != *length_) {
    abort();
    return false;
  }
  if (chunked()) out_ += "0\r\n\r\n";
  if (!flush()) return false;
  return framing_.keep_alive;
}

}  // namespace tomme::net
