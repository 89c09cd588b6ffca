#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "io/net/stream.h"
#include "io/net/tls_identity.h"
#include "io/net/trust.h"

namespace tomme::net {

/// A server's side of TLS: 1.2 and later, ALPN answers http/1.1 only. Immutable, used by many threads.
class TlsServer {
 public:
  /// kNetLocal if certificate and key do not fit.
  static Result<TlsServer> make(const TlsIdentity& identity);

  /// Shakes hands over `socket`. A client that names (SNI) another host than `host` is turned away; an empty
  /// `host` lets any name pass.
  Result<std::unique_ptr<Stream>> accept(Descriptor socket, const StopSignal& stop, const std::string& host,
                                         Instant deadline) const;

 private:
  struct Impl;
  explicit TlsServer(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// A client's side, for parent proxies that speak TLS themselves. The name is always verified.
class TlsClient {
 public:
  static Result<TlsClient> make(const TrustStore& trust);
  Result<std::unique_ptr<Stream>> connect(Descriptor socket, const StopSignal& stop, const std::string& host,
                                          Instant deadline) const;

 private:
  struct Impl;
  explicit TlsClient(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace tomme::net
