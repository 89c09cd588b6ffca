#include "app/installers/pipenv_lines.h"

#include <algorithm>
#include <array>

#include "app/installers/findings.h"
#include "core/base/ascii.h"

namespace tomme::guard {
namespace {

constexpr std::array<std::string_view, 8> kOperators{"===", "==", "~=", "!=", "<=", ">=", "<", ">"};

/// The operator at the front; empty where there is none.
std::string_view operator_of(std::string_view text) {
  const auto found = std::ranges::find_if(kOperators, [&](auto each) { return text.starts_with(each); });
  return found == kOperators.end() ? std::string_view() : *found;
}

/// Blanks alone: any other white space may end a line for somebody.
std::string_view without_blanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool is_plain_text(std::string_view text) {
  const auto is_byte = [](char c) { return c >= ' ' && c < '\x7f' && c != '#' && c != '\\' && c != '$'; };
  // pip begins to read options behind a blank, quotes or none.
  return std::ranges::all_of(text, is_byte) && !text.starts_with('-') && !text.contains(" -");
}

}  // namespace

bool is_plain_version(std::string_view text) {
  constexpr std::string_view kMore = ".*+!_-";
  const auto is_byte = [&](char c) { return ascii::is_alnum(c) || kMore.contains(c); };
  while (true) {
    const std::size_t end = text.find(',');
    std::string_view one = without_blanks(text.substr(0, end));
    one = without_blanks(one.substr(operator_of(one).size()));
    const bool starts = one.empty() || ascii::is_alnum(one[0]) || one == "*";
    if (!starts || !std::ranges::all_of(one, is_byte)) return false;
    if (end == std::string_view::npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_plain_hash(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto is_small = [](char c) { return ascii::is_digit(c) || (c >= 'a' && c <= 'z'); };
  return std::ranges::all_of(text.substr(0, colon), is_small) &&
         std::ranges::all_of(text.substr(colon + 1), is_small) && colon + 1 < text.size();
}

bool is_plain_marker(std::string_view text) {
  while (!text.empty()) {
    std::size_t length = operator_of(text).size();
    if (text[0] == ' ' || text[0] == '(' || text[0] == ')') {
      length = 1;
    } else if (text[0] == '\'' || text[0] == '"') {
      const std::size_t close = text.find(text[0], 1);
      if (close == std::string_view::npos || !is_plain_text(text.substr(1, close - 1))) return false;
      length = close + 1;
    } else if (length == 0) {
      const auto is_word = [](char c) { return ascii::is_alnum(c) || c == '_' || c == '.'; };
      length = static_cast<std::size_t>(std::ranges::find_if_not(text, is_word) - text.begin());
    }
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace tomme::guard
