#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/url/url.h"

namespace tomme::net {

struct Header {
  std::string name;  ///< as written
  std::string value;
};

/// Header fields in their order; names are compared without regard to case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
  /// Replaces every field of this name by one.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);

  /// The value of the only field of this name; nothing where there is none or more than one.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  bool has(std::string_view name) const { return count(name) != 0; }
  /// Whether the comma-separated list under this name holds `token`, without regard to case.
  bool has_token(std::string_view name, std::string_view token) const;

  bool empty() const { return fields_.empty(); }
  std::size_t size() const { return fields_.size(); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Header> fields_;
};

/// What a client asks; both ends use it, so a handler can hand its request on to an HttpClient.
struct Request {
  std::string method = "GET";  ///< upper case token
  Url url;                     ///< its login and fragment, if any, are not sent
  Headers headers = {};
  Bytes body = {};
};

struct ResponseHead {
  unsigned status = 0;  ///< 200 to 599
  std::string reason;   ///< empty over HTTP/2
  Headers headers;

  std::optional<std::uint64_t> content_length() const;
  /// Not `identity`: the body is not the file itself. We never ask for one.
  std::string content_encoding() const;
};

struct Response {
  ResponseHead head;
  Bytes body;
};

/// Whether a request line may carry this: visible ASCII without `#`, `\` and `"`, which readers take
/// differently.
bool is_request_target(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text);
/// RFC 9110 section 5.5: no CR, LF, NUL or other control but TAB; no blank at either end.
bool is_field_value(std::string_view text);
/// 301, 302, 303, 307 or 308: the Location is where to ask next.
bool is_redirect(unsigned status);
/// A status line's reason: printable ASCII and Latin-1 on one line, anything else as `?`, at most 400 bytes.
std::string reason_phrase(std::string_view text);
/// The usual phrase of a status; "Unknown" for one we have no name for.
std::string_view standard_reason(unsigned status);

}  // namespace tomme::net
