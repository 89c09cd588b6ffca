#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "io/net/handler.h"
#include "io/net/server_limits.h"
#include "io/net/tls_identity.h"

namespace tomme::net {

struct HttpServerOptions {
  std::string address = "127.0.0.1";         ///< IPv4 or IPv6 literal
  std::uint16_t port = 0;                    ///< 0: any free one
  std::optional<TlsIdentity> identity = {};  ///< plain HTTP where absent
  ServerLimits limits = {};
};

/// An origin server over the same machinery as the inside of the proxy: HTTP/1.1, a thread per connection.
class HttpServer {
 public:
  static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, Handler& handler);
  ~HttpServer();  ///< stops
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  void stop();  ///< as ForwardProxy::stop

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tomme::net
