#include "core/base/time.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace tomme {

namespace {

// What can be written with four digits for the year; an offset can lead out of it.
constexpr Time kFirstMoment = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
constexpr Time kLastMoment =
    std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1} - std::chrono::seconds{1};

/// Exactly `width` decimal digits at `at`, or nothing.
std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return std::nullopt;
  unsigned value = 0;
  for (char c : text.substr(at, width)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

}  // namespace

std::string to_rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::array<char, 40> out{};
  const int length =
      std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()));
  return {out.data(), static_cast<std::size_t>(length)};
}

std::optional<Time> time_from_civil(int year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                                    unsigned second) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

// RFC 3339 section 5.6:
//   date-time   = full-date "T" full-time
//   full-time   = 2DIGIT ":" 2DIGIT ":" 2DIGIT ["." 1*DIGIT] ("Z" / ("+" / "-") 2DIGIT ":" 2DIGIT)
std::optional<Time> parse_rfc3339(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const auto local = time_from_civil(static_cast<int>(*year), *month, *day, *hour, *minute, *second);
  if (!local) return std::nullopt;

  std::string_view rest = text.substr(19);
  if (rest.starts_with('.')) {
    const std::size_t end = rest.find_first_not_of("0123456789", 1);
    if (end == 1 || end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end);
  }
  if (rest == "Z") return local;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
  const auto offset_hours = digits(rest, 1, 2);
  const auto offset_minutes = digits(rest, 4, 2);
  if (!offset_hours || !offset_minutes || *offset_hours > 23 || *offset_minutes > 59) return std::nullopt;
  const std::chrono::seconds offset =
      std::chrono::hours{*offset_hours} + std::chrono::minutes{*offset_minutes};
  const Time time = rest[0] == '+' ? *local - offset : *local + offset;
  if (time < kFirstMoment || time > kLastMoment) return std::nullopt;
  return time;
}

}  // namespace tomme
