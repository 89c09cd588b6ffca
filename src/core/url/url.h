#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/url/authority.h"

namespace tomme {

/// An absolute http or https URL as the WHATWG URL standard parses and writes it: what a browser, uv and Node
/// make of a text, and canonical by construction. Blanks at both ends and line ends are dropped, `\` is `/`,
/// dot segments (also spelled `%2e`) are gone, characters that may not stand in a URL are escaped, the
/// scheme's own port is left out. Two URLs are equal when their canonical texts are.
///
/// Refused beyond the standard, since nobody could be asked there: hosts that `parse_host` refuses, port 0.
class Url {
 public:
  static constexpr std::size_t kMaxBytes = 16 * 1024;  ///< without the login

  /// Fails with kUrlInvalid; no message holds more of `text` than `shown` gives.
  static Result<Url> parse(std::string_view text);
  /// An address on this origin; `target` is "/path?query", in the standard's reading.
  static Result<Url> at(const Origin& origin, std::string_view target);
  /// The reference seen from this URL. Other schemes than http and https are refused.
  Result<Url> resolve(std::string_view reference) const;

  const Origin& origin() const { return origin_; }
  Scheme scheme() const { return origin_.scheme; }
  const Authority& authority() const { return origin_.authority; }
  const std::string& host() const { return origin_.authority.host; }
  bool is_loopback() const { return origin_.authority.is_loopback(); }
  const std::string& path() const { return path_; }                         ///< begins with `/`
  const std::optional<std::string>& query() const { return query_; }        ///< without `?`
  const std::optional<std::string>& fragment() const { return fragment_; }  ///< without `#`

  /// User name and password, decoded; nothing where the address has none.
  struct Login {
    std::string user;
    Secret<std::string> password;
  };
  std::optional<Login> login() const;

  /// "/path?query" for a request line.
  std::string target() const;
  /// The address that is asked: without login and fragment. Its query may be a secret: not for messages.
  std::string to_string() const;
  /// For a message or report, and the only way an address gets there: no login, no query, no fragment;
  /// printable ASCII, at most 300 bytes.
  std::string shown() const;

  /// Without login and fragment.
  Url address() const&;
  Url address() &&;
  Url without_query() const;
  /// "/path" of another one on the same origin below this one's folder: "https://h/simple" gives
  /// "https://h/simple/name/".
  Url child(std::string_view segment) const;

  /// The last segment of the path with its escapes decoded: "numpy-1.0.zip". May be empty.
  std::string filename() const;

  friend bool operator==(const Url&, const Url&) = default;

 private:
  Url() = default;
  friend class UrlParser;
  Origin origin_;
  std::string userinfo_;  ///< "user:password", escaped; empty for none
  std::string path_ = "/";
  std::optional<std::string> query_;
  std::optional<std::string> fragment_;
};

/// `origin().is_secure()`, as a function that can be handed on.
inline bool is_secure_origin(const Url& url) {
  return url.origin().is_secure();
}

/// What may be shown of a text that is, or was meant to be, an address of any scheme: no user, no password,
/// no query, no fragment; printable, at most 300 bytes. "git+https://token@host/x?y#z" is
/// "git+https://host/x".
std::string shown_address(std::string_view text);

/// `%41` as `A`. A `%` without two hexadecimal digits stays.
std::string percent_decode(std::string_view text);

}  // namespace tomme
