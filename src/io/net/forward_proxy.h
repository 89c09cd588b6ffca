#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/result.h"
#include "core/base/secret.h"
#include "io/net/handler.h"
#include "io/net/proxy_settings.h"
#include "io/net/server_limits.h"
#include "io/net/tls_identity.h"
#include "io/net/trust.h"

namespace tomme::net {

struct Intercept {};  ///< the handler answers
struct Tunnel {};     ///< bytes pass both ways unseen
struct Refuse {
  std::string reason;  ///< stands in the status line of a 403
};
using Pass = std::variant<Intercept, Tunnel, Refuse>;

struct ForwardProxyOptions {
  std::string user = "tomme";
  Secret<std::string> password;  ///< printable ASCII; whoever does not know it gets a 407
  /// For each CONNECT (https) and each `GET http://…` (http). Called on connection threads.
  std::function<Pass(Scheme, const Authority&)> decide;
  /// For each intercepted host, once: the answer is kept for the life of the proxy.
  std::function<Result<TlsIdentity>(const std::string& host)> identity;
  /// A client broke off the handshake inside an intercepted tunnel: most likely it does not trust the
  /// certificate. May be empty. Called on connection threads.
  std::function<void(const Authority&, const Error&)> on_handshake_failed = {};
  ProxySettings upstream = {};  ///< for tunnels; the handler sees to its own fetches
  TrustSettings trust = {};     ///< for a parent proxy that itself speaks TLS
  ServerLimits limits = {};
};

/// An HTTP proxy on 127.0.0.1 with a password. `CONNECT` of an intercepted host is answered with a TLS server
/// of its own inside (HTTP/1.1 only, TLS 1.2 and later), whose requests go to the handler; so do plain
/// `http://` requests that `decide` intercepts. Inside a tunnel, SNI and Host must be what CONNECT named.
class ForwardProxy {
 public:
  /// Listens and starts to serve; `handler` outlives the proxy. kNetLocal where no port can be had.
  static Result<std::unique_ptr<ForwardProxy>> start(ForwardProxyOptions options, Handler& handler);
  ~ForwardProxy();  ///< stops
  ForwardProxy(const ForwardProxy&) = delete;
  ForwardProxy& operator=(const ForwardProxy&) = delete;

  std::uint16_t port() const;
  /// "http://user:password@127.0.0.1:port": what goes into HTTPS_PROXY.
  Secret<std::string> url() const;
  /// Makes the TLS server of an intercepted host now, before a connection waits for it (some 3 ms). What is
  /// wrong is told to the connection.
  void prepare(const std::string& host);
  /// Closes everything and waits for the connection threads: at once, save for a handler that does not heed
  /// its stop token. May be called twice and from any thread but a connection's.
  void stop();

 private:
  struct Impl;
  explicit ForwardProxy(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tomme::net
