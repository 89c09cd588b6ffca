#include "app/installers/plain_requirements.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "app/installers/arguments.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// A line without its end and without its comment, which begins at the start or after a blank.
struct Line {
  std::string_view text;
  bool comment_goes_on =
      false;  ///< one behind something, that ends in a backslash: for some it ends with the line
};

Line cut(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  for (std::size_t i = line.find('#'); i != std::string_view::npos; i = line.find('#', i + 1)) {
    if (i != 0 && !is_blank(line[i - 1])) continue;
    const std::string_view before = line.substr(0, i);
    const bool is_alone = before.find_first_not_of(" \t") == std::string_view::npos;
    return {before, !is_alone && line.ends_with('\\')};
  }
  return {line};
}

/// A backslash stands at the end of a line alone, behind a blank or before one.
bool has_odd_backslash(std::string_view text, std::string_view next_line) {
  const std::size_t at = text.find('\\');
  if (at == std::string_view::npos) return false;
  if (at + 1 < text.size() || next_line.empty()) return true;
  const bool is_apart = (at > 0 && is_blank(text[at - 1])) || is_blank(next_line[0]);
  const Line next = cut(next_line);
  return !is_apart || next.text.find_first_not_of(" \t") == std::string_view::npos;
}

/// Where the options of this line begin, of which `goes_on` says that they began on a line that goes on here.
std::string_view options_of(std::string_view text, bool goes_on) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (goes_on || first == std::string_view::npos || text[first] == '-') return text;
  const std::size_t at = std::min(text.find(" -"), text.find("\t-"));
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

/// Some take the quotes of a value away and some do not; some end it at any `#`.
bool has_odd_value(std::string_view options) {
  return options.find_first_of("'\"#") != std::string_view::npos;
}

/// `-r=x` is the file "=x" for some, `-r a b` the file "a b".
bool has_odd_option(std::string_view text) {
  while (!text.empty() && is_blank(text[0])) text.remove_prefix(1);
  if (!text.starts_with('-')) return false;
  if (text.size() > 2 && text[1] != '-' && text[2] == '=') return true;
  constexpr std::array<std::string_view, 7> kFiles{
      "-r", "-c", "--requirement", "--requirements", "--constraint", "--constraints", "--req"};
  const std::vector<std::string> words = shell_words(text);
  const std::string name = words.empty() ? "" : words[0].substr(0, words[0].find('='));
  const bool is_glued = name.size() > 2 && (name.starts_with("-r") || name.starts_with("-c"));
  const bool has_value = is_glued || (!words.empty() && words[0].contains('='));
  if (!is_glued && std::ranges::find(kFiles, name) == kFiles.end()) return false;
  const std::size_t value = has_value ? 0 : 1;
  return words.size() != value + 1 || words[value].find_first_of(" \t") != std::string::npos;
}

/// The encoding that the first two lines may name for Python, in any place of a comment.
bool names_another_encoding(std::string_view line) {
  constexpr std::string_view kWord = "coding";
  constexpr std::string_view kName = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
  constexpr std::array<std::string_view, 6> kUtf8{"utf-8", "utf8", "utf_8", "utf-8-sig", "ascii", "us-ascii"};
  const std::string text = ascii::to_lower(line);
  if (!text.starts_with('#')) return false;
  for (std::size_t at = text.find(kWord); at != std::string::npos; at = text.find(kWord, at + 1)) {
    std::string_view rest = std::string_view(text).substr(at + kWord.size());
    if (!rest.starts_with(':') && !rest.starts_with('=')) continue;
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t", 1), rest.size()));
    const std::string_view name = rest.substr(0, rest.find_first_not_of(kName));
    if (!name.empty() && std::ranges::find(kUtf8, name) == kUtf8.end()) return true;
  }
  return false;
}

bool has_odd_character(std::string_view line) {
  constexpr std::array<std::string_view, 3> kLineEnds{"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
  return std::ranges::any_of(line, [](char c) { return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f'; }) ||
         std::ranges::any_of(kLineEnds, [&](std::string_view end) { return line.contains(end); });
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string_view why_odd(std::string_view line, std::string_view next_line, std::string_view options) {
  const Line parts = cut(line);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (has_odd_character(line)) return "a control character, or a line end of another kind";
  if (parts.comment_goes_on) return "a comment that ends in a backslash";
  if (!is_ascii(parts.text)) return "characters that are not ASCII, outside of a comment";
  if (has_odd_backslash(parts.text, next_line)) return "a backslash that does not only continue the line";
  if (has_odd_option(parts.text)) return "an option that is not written as NAME, a blank and one word";
  if (has_odd_value(options)) return "a quote, or a # without a blank before it, in an option";
  return {};
}

}  // namespace

OddLine odd_line_of(std::string_view requirements) {
  if (!is_utf8(requirements)) return {1, "another encoding than UTF-8"};
  if (requirements.starts_with("\xef\xbb\xbf")) requirements.remove_prefix(3);
  bool in_options = false;  // of a line that goes on
  for (std::size_t number = 1; !requirements.empty(); ++number) {
    const std::size_t end = std::min(requirements.find('\n'), requirements.size());
    const std::string_view line = requirements.substr(0, end);
    requirements.remove_prefix(std::min(end + 1, requirements.size()));
    if (number <= 2 && names_another_encoding(line)) return {number, "another encoding than UTF-8"};
    const std::string_view next = requirements.substr(0, requirements.find('\n'));
    const std::string_view text = cut(line).text;
    const std::string_view options = options_of(text, in_options);
    if (const std::string_view why = why_odd(line, next, options); !why.empty()) return {number, why};
    in_options = !options.empty() && text.ends_with('\\');
  }
  return {};
}

}  // namespace tomme::guard
