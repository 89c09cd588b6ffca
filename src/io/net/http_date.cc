#include "io/net/http_date.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace tomme::net {

namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool read(std::string_view digits, unsigned& out) {
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return wrong == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

// IMF-fixdate = day-name "," SP 2DIGIT SP month SP 4DIGIT SP 2DIGIT ":" 2DIGIT ":" 2DIGIT SP "GMT"
std::optional<Time> parse_http_date(std::string_view text) {
  constexpr std::string_view kForm = "aaa, 00 aaa 0000 00:00:00 GMT";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kForm[i] != 'a' && kForm[i] != '0' && text[i] != kForm[i]) return std::nullopt;
  }
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  unsigned day = 0;
  unsigned year = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  if (month == kMonths.end() || !read(text.substr(5, 2), day) || !read(text.substr(12, 4), year) ||
      !read(text.substr(17, 2), hour) || !read(text.substr(20, 2), minute) ||
      !read(text.substr(23, 2), second)) {
    return std::nullopt;
  }
  return time_from_civil(static_cast<int>(year), static_cast<unsigned>(month - kMonths.begin()) + 1, day,
                         hour, minute, second);
}

}  // namespace tomme::net
