#include "core/encoding/python_text.h"

#include <algorithm>
#include <array>
#include <span>

namespace tomme {
namespace {

constexpr std::array<std::string_view, 12> kLineEnds{"\r\n", "\n",   "\r",     "\v",     "\f",     "\x1c",
                                                     "\x1d", "\x1e", "\u0085", "\u2028", "\u2029", "\x85"};

constexpr std::array<std::string_view, 29> kSpaces{
    " ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\x1c",   "\x1d",   "\x1e",   "\x1f",
    "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
    "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};
constexpr std::array<std::string_view, 12> kSpacesOfLatin1{" ",    "\t",   "\n",   "\v",   "\f",   "\r",
                                                           "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\xa0"};
constexpr std::string_view kByteOrderMark = "\ufeff";

std::string_view without_spaces_behind(std::string_view text, std::span<const std::string_view> spaces) {
  while (true) {
    const auto space =
        std::ranges::find_if(spaces, [&](std::string_view one) { return text.ends_with(one); });
    if (space == spaces.end()) return text;
    text.remove_suffix(space->size());
  }
}

}  // namespace

std::size_t python_line_end_at(std::string_view text) {
  const auto* found = std::ranges::find_if(kLineEnds, [&](auto end) { return text.starts_with(end); });
  return found == kLineEnds.end() ? 0 : found->size();
}

bool has_python_line_end(std::string_view text) {
  return std::ranges::any_of(kLineEnds, [&](auto end) {
    // A lone 0x85 is part of other characters in UTF-8.
    return end != "\x85" && text.contains(end);
  });
}

std::string_view python_strip(std::string_view text) {
  while (true) {
    const auto* space = std::ranges::find_if(kSpaces, [&](auto one) { return text.starts_with(one); });
    if (space != kSpaces.end()) {
      text.remove_prefix(space->size());
    } else if (text.starts_with(kByteOrderMark)) {
      text.remove_prefix(kByteOrderMark.size());
    } else {
      break;
    }
  }
  std::string_view shorter = python_rstrip(text);
  while (shorter.ends_with(kByteOrderMark)) {
    shorter.remove_suffix(kByteOrderMark.size());
    shorter = python_rstrip(shorter);
  }
  return shorter;
}

std::string_view python_rstrip(std::string_view text) {
  return without_spaces_behind(text, kSpaces);
}

std::string_view python_rstrip_latin1(std::string_view text) {
  return without_spaces_behind(text, kSpacesOfLatin1);
}

}  // namespace tomme
