#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace tomme {

enum class Scheme : std::uint8_t { http, https };

constexpr std::uint16_t default_port(Scheme scheme) {
  return scheme == Scheme::https ? 443 : 80;
}
std::string_view name_of(Scheme scheme);

/// A host in the one spelling that the WHATWG URL standard gives it (section 3.5, host parser), as far as DNS
/// and sockets can use it: a name in lower case out of letters, digits, `-`, `_` and `.`, labels of 1 to 63
/// bytes, 253 bytes in all, without a dot at its end; an IPv4 address as four numbers ("127.1" and
/// "0x7f000001" are "127.0.0.1"); an IPv6 address without its brackets ("0:0:0:0:0:0:0:1" is "::1"). Escapes
/// are decoded. Fails with kUrlInvalid. A name with other than ASCII letters is refused: it is to be written
/// as "xn--...".
Result<std::string> parse_host(std::string_view text);

/// A host and a port.
struct Authority {
  std::string host;  ///< as `parse_host` gives it
  std::uint16_t port = 0;

  /// "host:port"; the port may be left out where `fallback_port` is given. Port 0 is refused.
  static Result<Authority> parse(std::string_view text,
                                 std::optional<std::uint16_t> fallback_port = std::nullopt);
  bool is_ip() const;
  /// "localhost" and names below it, 127.0.0.0/8, ::1 and 127.0.0.0/8 within ::ffff:0:0/96.
  bool is_loopback() const;
  /// "host:port", with brackets around IPv6.
  std::string to_string() const;
  friend auto operator<=>(const Authority&, const Authority&) = default;
};

/// Scheme, host and port: who answers, whatever the path.
struct Origin {
  Scheme scheme = Scheme::https;
  Authority authority;

  /// https, or http on this machine: nobody on the way can exchange what comes.
  bool is_secure() const { return scheme == Scheme::https || authority.is_loopback(); }
  /// "host", "host:8443": without the port where it is the scheme's own, as in a Host header.
  std::string host_and_port() const;
  /// "https://host:8443", the port under the same rule; with room for so many bytes behind it.
  std::string to_string(std::size_t room = 0) const;
  friend auto operator<=>(const Origin&, const Origin&) = default;
};

}  // namespace tomme
