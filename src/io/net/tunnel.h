#pragma once

#include <memory>

#include "core/base/result.h"
#include "io/net/proxy_settings.h"
#include "io/net/stream.h"
#include "io/net/tls.h"

namespace tomme::net {

/// How connections leave this machine: straight, or through the proxy that the settings name.
class Dialer {
 public:
  Dialer(const ProxySettings& proxies, TrustSettings trust, const StopSignal& stop)
      : proxies_(proxies), trust_(std::move(trust)), stop_(stop) {}

  struct Opened {
    std::unique_ptr<Stream> stream;
    Bytes early;                            ///< what the far end said along with the proxy's answer
    const ParentProxy* absolute = nullptr;  ///< `open_http` only: speak to this proxy in absolute-form
  };
  /// A byte stream to `to`, by CONNECT where there is a proxy. kNetProxy where that one refuses.
  Result<Opened> open_tunnel(const Authority& to, Instant deadline) const;
  /// For one plain HTTP request.
  Result<Opened> open_http(const Authority& to, Instant deadline) const;

 private:
  Result<std::unique_ptr<Stream>> reach(const ParentProxy& proxy, Instant deadline) const;

  const ProxySettings& proxies_;
  const TrustSettings trust_;
  const StopSignal& stop_;
};

/// Bytes both ways until both have ended, either fails (then both are cut), or nothing moves for `idle`.
/// `early` goes to `near` first.
void relay(Stream& near, Stream& far, Bytes early, std::chrono::milliseconds idle);

}  // namespace tomme::net
