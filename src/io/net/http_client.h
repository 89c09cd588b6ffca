#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "io/net/message.h"
#include "io/net/proxy_settings.h"
#include "io/net/trust.h"

namespace tomme::net {

struct FetchLimits {
  std::uint64_t body_bytes = 64 * 1024 * 1024;  ///< kNetTooLarge above; told from Content-Length where there
  std::size_t header_bytes = 64 * 1024;         ///< of the response, all header blocks and trailers together
  std::chrono::milliseconds connect{15'000};    ///< name, TCP, proxy and TLS together
  /// kNetTimeout where fewer than `low_speed` bytes per second arrive for this long (whole seconds).
  std::chrono::seconds low_speed_time{30};
  std::uint32_t low_speed = 1024;  ///< a server that sends a byte now and then would hold its caller for ever
  std::optional<std::chrono::milliseconds> total = {};  ///< of the whole fetch
  /// An answer that comes encoded as gzip or deflate, though it was not asked for, is decoded once; its head
  /// then says nothing of an encoding or a length, and `body_bytes` bounds what comes out as well.
  bool decode = false;
};

/// Takes an answer as it comes in, as a rule on the client's own thread while `fetch` waits: all transfers
/// share that thread, so no function may wait long or fetch. An error from either ends the transfer, and is
/// what `fetch` returns.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// Once, before the body. Redirects and error statuses come here like any other.
  virtual Result<void> head(const ResponseHead& head) = 0;
  /// Any number of times; never for HEAD. `bytes` is borrowed for the call, at most 64 KiB.
  virtual Result<void> body(BytesView bytes) = 0;
};

struct HttpClientOptions {
  TrustSettings trust = {};
  ProxySettings proxy = {};
  std::string user_agent = "tomme";
  /// The header Authorization, a secret, for an address of a request that has none; empty: none.
  std::function<std::string(const Url&)> authorization = {};
  std::size_t idle_connections = 16;  ///< kept open for later
  /// For callers that fetch one thing after the other: each fetch runs on its caller's thread, the client has
  /// none. Fetches at the same time are fine, but wait for each other.
  bool one_at_a_time = false;
};

/// HTTP(S) over libcurl, which is loaded on first use. Thread-safe: any number of fetches at a time, which
/// share connections: one for each host that speaks HTTP/2, as many as needed for others. TLS is always
/// verified, redirects are never followed, no encoding of the content is asked for, and nothing is taken from
/// the environment (proxies, netrc, CA paths).
class HttpClient {
 public:
  explicit HttpClient(HttpClientOptions options);
  ~HttpClient();  ///< no fetch may be under way
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Does now what the first fetch over TLS would do otherwise: loads libcurl and finds the authorities, some
  /// 20 ms. What is wrong with them is told by the fetch.
  void prepare();

  /// `method` is GET, HEAD, POST, PUT or DELETE; the latter sends no body. Headers go out as they are
  /// (kNetRequest if one could not stand in a message); Host, Content-Length and hop-by-hop ones are left
  /// out; `Accept-Encoding: identity` and a User-Agent are added where missing. `stop` ends the transfer at
  /// once with kNetCancelled. A fetch over a kept connection that turns out dead is tried once more on a new
  /// one, if nothing of the answer had come.
  Result<ResponseHead> fetch(const Request& request, BodySink& sink, const FetchLimits& limits = {},
                             std::stop_token stop = {});
  /// The same, the body in memory.
  Result<Response> fetch(const Request& request, const FetchLimits& limits = {}, std::stop_token stop = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tomme::net
