#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/trust/source.h"
#include "app/trust/store.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "io/net/http_client.h"

namespace tomme::trust {

/// When the mirror is asked.
enum class Refresh : std::uint8_t {
  always,  ///< now, and where that fails there is no trust root
  daily,   ///< unless it was asked in the last 24 hours; a failure falls back to what is at hand
  never,
};

inline constexpr std::chrono::hours kRefreshEvery{24};
/// After a failure the mirror is left alone for this long, so that who cannot reach it does not wait each
/// time.
inline constexpr std::chrono::hours kRetryAfter{1};
/// A person is told no more often that it could not be asked.
inline constexpr std::chrono::hours kTellEvery{24};

struct Request {
  Source source;
  Refresh refresh = Refresh::daily;
  Result<std::string> cache_folder;
  Time now;
  /// How to reach the network; called only where it is to be reached.
  std::function<Result<net::HttpClientOptions>()> network;
  std::function<void()> waiting = {};  ///< called once where another process is refreshing
};

/// The trust root to verify with, and where it is from.
struct InUse {
  enum class From : std::uint8_t { built_in, kept, mirror };
  std::shared_ptr<const TrustedRoot> root;
  From from = From::built_in;
  std::optional<Files> files = {};  ///< of all but the built-in one
  Asked asked = {};
  /// Why it is not as fresh as was asked for: one line for a person; empty where all is well.
  std::string note = {};
  std::string hint = {};  ///< where the note's cause has one of its own
};

/// `never`: what is kept, however old, unless the built-in root is newer. `daily`: the same where the mirror
/// cannot be asked or gives nothing that can be trusted, with a note once a day. An error where there is no
/// trust root at all.
Result<InUse> choose(const Request& request);

/// Name of the day, "2026-01-31".
std::string date_text(Time time);

}  // namespace tomme::trust
