#include <cstddef>
#include <string_view>

#include "core/tuf/delegations.h"

namespace tomme::tuf {

namespace {

/// Octets of the UTF-8 character at the front of `text`, which is not empty and well-formed.
std::size_t character_size(std::string_view text) {
  const auto octet = static_cast<unsigned char>(text.front());
  const std::size_t size = octet < 0x80 ? 1 : octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : 4;
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

}  // namespace

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
