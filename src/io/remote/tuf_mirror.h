#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/tuf/updater.h"
#include "io/net/http_client.h"

namespace tomme {

/// How long a mirror may take. A mirror that sends, but slowly, is an attack too (slow retrieval).
struct TufMirrorLimits {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds file{60'000};       ///< one metadata file
  std::chrono::milliseconds metadata{300'000};  ///< all metadata files that one TufMirror is asked for
  std::chrono::seconds stall{20};   ///< without `stall_bytes` a second; the only bound on a target file
  std::uint32_t stall_bytes = 256;  ///< per second
};

/// Whether metadata could be asked for below this URL: https, or http to this machine, without a query.
/// kTufMirrorAddress.
Result<void> check_mirror_address(std::string_view url);

/// Stands where a mirror would: offline nobody is asked.
class NoMirror final : public tuf::Fetcher {
 public:
  Result<std::optional<Bytes>> fetch(const std::string& path, std::size_t max_length) override;
};

/// Metadata from one mirror over HTTP. 404 and 403 are "not there", as object stores say it; every other
/// status but 200 and every trouble of the network is an error. At most 5 redirects, to https or to this
/// machine. Of one thread; keeps a reference to the client.
class TufMirror final : public tuf::Fetcher {
 public:
  /// `metadata_url` passes check_mirror_address(); it is kept as it is quoted, with a slash put behind where
  /// there is none. A fetch ends with kNetCancelled at `stop`.
  static Result<TufMirror> open(net::HttpClient& client, std::string_view metadata_url,
                                const TufMirrorLimits& limits = {}, std::stop_token stop = {});

  Result<std::optional<Bytes>> fetch(const std::string& path, std::size_t max_length) override;

 private:
  TufMirror(net::HttpClient& client, std::string base, const TufMirrorLimits& limits, std::stop_token stop)
      : client_(&client), base_(std::move(base)), limits_(limits), stop_(std::move(stop)) {}

  net::HttpClient* client_;
  std::string base_;
  TufMirrorLimits limits_;
  std::stop_token stop_;
  std::chrono::milliseconds spent_{0};
};

/// Where target files come from: the same rules, another URL.
class TufTargets {
 public:
  using Sink = std::function<Result<void>(BytesView bytes)>;

  static Result<TufTargets> open(net::HttpClient& client, std::string_view targets_url,
                                 const TufMirrorLimits& limits = {}, std::stop_token stop = {});

  /// Hands the bytes to `sink`, on another thread, as they come; only after this has returned without error
  /// are they the target. Never more bytes than the metadata lists. kTufUnavailable where the mirror has
  /// none, kTufHash where it is another file, kTufTargetPath where the path cannot be asked for.
  Result<void> fetch(const tuf::FoundTarget& target, const Sink& sink);

 private:
  TufTargets(net::HttpClient& client, std::string base, const TufMirrorLimits& limits, std::stop_token stop)
      : client_(&client), base_(std::move(base)), limits_(limits), stop_(std::move(stop)) {}

  net::HttpClient* client_;
  std::string base_;
  TufMirrorLimits limits_;
  std::stop_token stop_;
};

}  // namespace tomme
