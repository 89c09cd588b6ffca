#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/url/url.h"

namespace tomme::net {

/// One HTTP proxy to go through. The credentials are secrets: `describe` leaves them out.
struct ParentProxy {
  Scheme scheme = Scheme::http;  ///< how the proxy itself is spoken to
  Authority authority;
  std::string user = {};
  std::string password = {};
  std::string unusable = {};  ///< why it cannot be gone through; said when a connection would need it

  /// `http://[user[:password]@]host[:port][/]`, also `https://`, also without a scheme (http is meant);
  /// percent-escapes in user and password are decoded. kNetProxySetting for SOCKS and anything else.
  static Result<ParentProxy> parse(std::string_view text);
  bool has_credentials() const { return !user.empty() || !password.empty(); }
  std::string describe() const;       ///< "http://host:port"
  std::string authorization() const;  ///< "Basic …", empty without credentials
};

/// Which proxy leads to which host: all that is known of it comes from whoever fills this in, never from
/// the environment.
struct ProxySettings {
  std::optional<ParentProxy> for_https = {};
  std::optional<ParentProxy> for_http = {};
  /// As in NO_PROXY, split at commas by `parse_no_proxy`: a name covers itself and what is below it, with or
  /// without a leading dot or `*.`; `host:port` covers one port; an address or address/prefix covers
  /// addresses; `*` covers everything.
  std::vector<std::string> direct = {};

  static std::vector<std::string> parse_no_proxy(std::string_view text);
  bool is_direct(const Authority& to) const;
  /// nullptr: go straight.
  const ParentProxy* choose(Scheme scheme, const Authority& to) const;
};

}  // namespace tomme::net
