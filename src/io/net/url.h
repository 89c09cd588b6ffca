#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace tomme::net {

enum class Scheme : std::uint8_t { http, https };

constexpr std::uint16_t default_port(Scheme scheme) {
  return scheme == Scheme::https ? 443 : 80;
}
std::string_view name_of(Scheme scheme);

/// A host and a port. The host is in lower case: a DNS name of at most 253 octets out of letters, digits,
/// `-`, `_` and `.`, without a final dot; or an IPv4 address; or an IPv6 address without its brackets.
struct Authority {
  std::string host;
  std::uint16_t port = 0;

  /// "host:port"; the port may be left out where `fallback_port` is given.
  static Result<Authority> parse(std::string_view text,
                                 std::optional<std::uint16_t> fallback_port = std::nullopt);
  bool is_ip() const;
  /// "host:port", with brackets around IPv6.
  std::string to_string() const;
  friend auto operator<=>(const Authority&, const Authority&) = default;
};

/// An absolute http or https URL, split. `target` is the path with its query as it goes on the wire: it
/// starts with `/` and holds printable ASCII only, octet for octet as it was written.
struct Url {
  Scheme scheme = Scheme::https;
  Authority authority;
  std::string target = "/";

  /// At most 8192 octets. Refuses user information, fragments, blanks, controls, backslashes and non-ASCII.
  static Result<Url> parse(std::string_view text);
  /// Without the port where it is the scheme's own.
  std::string to_string() const;
  /// What stands in a Host header: the same rule.
  std::string host_header() const;
  friend bool operator==(const Url&, const Url&) = default;
};

/// `/path?query` as a request line may carry it.
bool is_request_target(std::string_view text);

}  // namespace tomme::net
