#include "app/installers/placeholders.h"

#include <algorithm>
#include <array>

namespace tomme::guard {

std::string quoted_for_shell(std::string_view word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\"'\"'") : std::string(1, c);
  return out + "'";
}

std::string quoted_for_shell(std::span<const std::string> words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + quoted_for_shell(word);
  return out;
}

namespace {

/// What PDM before 2.29 looks for wherever it stands, be it within other braces.
bool holds_a_placeholder(std::string_view text) {
  constexpr std::array<std::string_view, 3> kBeginnings{"{args", "{pdm", "{run_cwd"};
  return std::ranges::any_of(kBeginnings, [&](std::string_view each) { return text.contains(each); });
}

/// One placeholder, by what stands between its braces.
void fill_in_one(std::string_view inner, std::span<const std::string> arguments, std::string_view directory,
                 FilledIn& filled) {
  const std::size_t colon = std::min(inner.find(':'), inner.size());
  const std::string_view name = inner.substr(0, colon);
  const std::string_view fallback = inner.substr(std::min(colon + 1, inner.size()));
  if (name == "args") {
    filled.has_arguments = true;
    filled.is_exact = filled.is_exact && !fallback.contains('{');
    filled.text += arguments.empty() ? std::string(fallback) : quoted_for_shell(arguments);
  } else if (name == "pdm" || name == "run_cwd") {
    filled.is_exact = filled.is_exact && colon == inner.size();
    filled.text += name == "pdm" ? "pdm" : quoted_for_shell(directory);
  } else {
    const std::string text = "{" + std::string(inner) + "}";
    filled.is_exact = filled.is_exact && !holds_a_placeholder(text);
    filled.text += text;
  }
}

}  // namespace

// PDM 2.29.3: \{(?P<name>[^}:]+)(?::(?P<default>[^}]*))?\}
FilledIn fill_in(std::string_view script, std::span<const std::string> arguments,
                 std::string_view directory) {
  FilledIn filled;
  std::size_t close = 0;
  std::size_t at = 0;
  while (at < script.size()) {
    const std::size_t open = std::min(script.find('{', at), script.size());
    filled.text += script.substr(at, open - at);
    at = open;
    if (close <= open) close = std::min(script.find('}', open), script.size());
    if (close == script.size()) break;
    const std::string_view inner = script.substr(open + 1, close - open - 1);
    if (inner.empty() || inner.starts_with(':')) {
      filled.text += '{';
      ++at;
      continue;
    }
    fill_in_one(inner, arguments, directory, filled);
    at = close + 1;
  }
  filled.text += script.substr(at);
  return filled;
}

}  // namespace tomme::guard
