#include <cstddef>
#include <string_view>
#include <vector>

#include "core/tuf/delegations.h"
#include "core/tuf/patterns.h"

namespace tomme::tuf {

namespace {

/// Bytes of the UTF-8 character at the front of `text`, which is not empty and well-formed.
std::size_t character_size(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text.front());
  const std::size_t size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
  return size < text.size() ? size : text.size();
}

/// One part. On a mismatch behind a `*` the last one takes one character more; earlier ones never need to be
/// tried again, so the time is at most the product of both lengths.
bool part_matches(std::string_view pattern, std::string_view text) {
  std::string_view after_star, retry;
  bool star = false;
  while (true) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      after_star = pattern;
      retry = text;
      star = true;
    } else if (!text.empty() && pattern.starts_with('?')) {
      pattern.remove_prefix(1);
      text.remove_prefix(character_size(text));
    } else if (!text.empty() && !pattern.empty() && pattern.front() == text.front()) {
      pattern.remove_prefix(1);
      text.remove_prefix(1);
    } else if (text.empty() && pattern.empty()) {
      return true;
    } else {
      if (!star || retry.empty()) return false;
      retry.remove_prefix(character_size(retry));
      text = retry;
      pattern = after_star;
    }
  }
}

/// The characters of a part, `*` and `?` among them.
std::vector<std::string_view> characters_of(std::string_view part) {
  std::vector<std::string_view> out;
  while (!part.empty()) {
    out.push_back(part.substr(0, character_size(part)));
    part.remove_prefix(out.back().size());
  }
  return out;
}

/// Whether a text fits both. `fits[j]` is that for what is left of `a` and of `b` from its j-th character on.
bool parts_overlap(std::string_view first, std::string_view second) {
  const std::vector<std::string_view> a = characters_of(first), b = characters_of(second);
  std::vector<char> fits(b.size() + 1, 0);
  fits[b.size()] = 1;
  for (std::size_t j = b.size(); j-- > 0;) fits[j] = b[j] == "*" && fits[j + 1] != 0 ? 1 : 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const std::vector<char> shorter = fits;  // without a[i]
    const bool star = a[i] == "*";
    fits[b.size()] = star && shorter[b.size()] != 0 ? 1 : 0;
    for (std::size_t j = b.size(); j-- > 0;) {
      // A star ends, or takes what the other has next: the same two ways whichever of them it is.
      const bool good = star || b[j] == "*"
                            ? shorter[j] != 0 || fits[j + 1] != 0
                            : (a[i] == "?" || b[j] == "?" || a[i] == b[j]) && shorter[j + 1] != 0;
      fits[j] = good ? 1 : 0;
    }
  }
  return fits[0] != 0;
}

/// The part in front, taken away with the slash behind it; `last` where there was none.
std::string_view take_part(std::string_view& pattern, bool& last) {
  const std::size_t slash = pattern.find('/');
  last = slash == std::string_view::npos;
  const std::string_view part = pattern.substr(0, slash);
  pattern.remove_prefix(last ? pattern.size() : slash + 1);
  return part;
}

}  // namespace

bool means_the_same_everywhere(std::string_view pattern) {
  if (pattern.find_first_of("[]{}\\") != std::string_view::npos) return false;
  char before = '/';
  for (const char c : pattern) {
    if (before == '/' && (c == '!' || c == '#')) return false;
    if (c == '(' && std::string_view("?*+@!").contains(before)) return false;
    before = c;
  }
  return true;
}

bool patterns_overlap(std::string_view a, std::string_view b) {
  bool a_ends = false, b_ends = false;
  while (!a_ends) {
    const std::string_view part_of_a = take_part(a, a_ends), part_of_b = take_part(b, b_ends);
    if (a_ends != b_ends || !parts_overlap(part_of_a, part_of_b)) return false;
  }
  return true;
}

bool path_matches(std::string_view pattern, std::string_view path) {
  while (true) {
    const std::size_t in_pattern = pattern.find('/'), in_path = path.find('/');
    if ((in_pattern == std::string_view::npos) != (in_path == std::string_view::npos)) return false;
    if (!part_matches(pattern.substr(0, in_pattern), path.substr(0, in_path))) return false;
    if (in_pattern == std::string_view::npos) return true;
    pattern.remove_prefix(in_pattern + 1);
    path.remove_prefix(in_path + 1);
  }
}

}  // namespace tomme::tuf
