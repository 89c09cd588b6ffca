#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace tomme {

/// An absolute URL, split as RFC 3986 section 3 has it. Only what every client reads alike gets in:
/// besides octets outside the RFC's grammar (white space, controls, `\`, non-ASCII), these are refused in
/// `http` and `https`: no or an empty host, `%` in a host, a host that ends in a dot or that looks like a
/// number but is not a dotted quad, port 0, and dot segments spelled with `%2e`.
class Url {
 public:
  static constexpr std::size_t kMaxOctets = 16 * 1024;

  /// Fails with kUrlInvalid.
  static Result<Url> parse(std::string_view text);
  /// The reference seen from this URL (RFC 3986 section 5.2, strict); dot segments are removed.
  Result<Url> resolve(std::string_view reference) const;

  const std::string& scheme() const { return scheme_; }  ///< lower case
  bool is_http() const { return scheme_ == "http" || scheme_ == "https"; }
  const std::optional<std::string>& userinfo() const { return userinfo_; }  ///< as written; a secret
  bool has_authority() const { return host_.has_value(); }
  /// Lower case; an IPv6 address without its brackets. Empty where there is none.
  const std::string& host() const;
  std::optional<std::uint16_t> port() const { return port_; }  ///< as written
  /// The written port, else 443 and 80 for https and http, else nothing.
  std::optional<std::uint16_t> effective_port() const;
  const std::string& path() const { return path_; }                         ///< as written
  const std::optional<std::string>& query() const { return query_; }        ///< without `?`
  const std::optional<std::string>& fragment() const { return fragment_; }  ///< without `#`

  /// "https://host" or "https://host:8443": no port where it is the scheme's own.
  std::string origin() const;
  /// "/path?query" for a request line; "/" for an empty path.
  std::string target() const;
  /// With userinfo; see `without_userinfo` for messages.
  std::string to_string() const;
  Url without_fragment() const;
  Url without_userinfo() const;
  /// RFC 3986 sections 6.2.2 and 6.2.3: dot segments removed, escapes in upper case and only where
  /// needed, no default port, "/" for an empty http path.
  Url normalized() const;
  /// The last segment of the path with its escapes decoded: "numpy-1.0.zip". May be empty.
  std::string filename() const;
  /// "localhost", 127.0.0.0/8, ::1.
  bool is_loopback() const;

  /// Part by part as written; compare `normalized()` to see whether two URLs mean the same.
  friend bool operator==(const Url&, const Url&) = default;

 private:
  Url() = default;
  friend class UrlParser;
  std::string scheme_;
  std::optional<std::string> userinfo_;
  std::optional<std::string> host_;
  std::optional<std::uint16_t> port_;
  std::string path_;
  std::optional<std::string> query_;
  std::optional<std::string> fragment_;
};

/// `Url::parse(base)`, then `resolve(reference)`.
Result<Url> resolve_url(std::string_view base, std::string_view reference);

/// `%41` as `A`. Fails with kUrlInvalid on a `%` without two hexadecimal digits.
Result<std::string> percent_decode(std::string_view text);

}  // namespace tomme
