#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tomme {

/// A moment in whole seconds, UTC. Always a parameter in core/: only `main` asks a clock.
using Time = std::chrono::sys_seconds;

/// Seconds since 1970-01-01 UTC.
inline Time time_from_unix(std::int64_t seconds) {
  return Time{std::chrono::seconds{seconds}};
}
inline std::int64_t to_unix(Time time) {
  return time.time_since_epoch().count();
}

/// "2024-10-03T18:07:01Z". Years 0000 to 9999.
std::string to_rfc3339(Time time);

/// RFC 3339 section 5.6 with a `Z` or numeric offset; a fraction of a second is cut off.
/// Refuses leap seconds, dates that do not exist, and moments that to_rfc3339 cannot write.
std::optional<Time> parse_rfc3339(std::string_view text);

/// The moment of a calendar date and time of day; nothing where there is none (30 February).
std::optional<Time> time_from_civil(int year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                                    unsigned second);

/// A closed interval: both ends are inside. An absent end is open-ended.
struct TimeRange {
  Time start;
  std::optional<Time> end;

  bool contains(Time time) const { return time >= start && (!end || time <= *end); }
  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

/// Where the time comes from; `main` makes the real one, tests a fixed one.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

}  // namespace tomme
