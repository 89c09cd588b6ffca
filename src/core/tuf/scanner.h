#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tomme::tuf {

/// Walks over canonical JSON by the words of a fixed form: no tree is made. Nothing moves when a word is not
/// there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  std::string_view rest() const { return rest_; }
  bool at_end() const { return rest_.empty(); }
  bool at(std::string_view word) const { return rest_.starts_with(word); }

  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  std::optional<std::string_view> take_bytes(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  /// Digits without a leading zero that fit 64 bits.
  std::optional<std::uint64_t> take_number() {
    std::uint64_t number = 0;
    const char* const end = rest_.data() + rest_.size();
    const auto read = std::from_chars(rest_.data(), end, number);
    const auto digits = static_cast<std::size_t>(read.ptr - rest_.data());
    if (read.ec != std::errc() || (digits > 1 && rest_.front() == '0')) return std::nullopt;
    rest_.remove_prefix(digits);
    return number;
  }
  /// A text in its quotes; what stands between them, escapes and all.
  std::optional<std::string_view> take_text() {
    if (rest_.empty() || rest_.front() != '"') return std::nullopt;
    // Byte by byte is what find_first_of of two characters does: look for the quote, and only where a
    // backslash stands before it walk over the escapes.
    std::size_t end = rest_.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    if (rest_.substr(1, end - 1).find('\\') != std::string_view::npos) end = end_of_escaped();
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }
  /// A text in its quotes that stands in JSON as it is: ASCII without escapes and control characters.
  std::optional<std::string_view> take_plain() {
    if (rest_.empty() || rest_.front() != '"') return std::nullopt;
    std::size_t end = 1;
    while (end < rest_.size() && is_plain(rest_[end])) ++end;
    if (end == rest_.size() || rest_[end] != '"') return std::nullopt;
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }
  /// Any value, by its brackets and texts alone.
  std::optional<std::string_view> take_value() {
    const std::string_view before = rest_;
    std::size_t depth = 0;
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '"') {
        if (!take_text()) return std::nullopt;
      } else {
        const bool closes = c == '}' || c == ']';
        if ((closes || c == ',') && depth == 0) break;
        depth += c == '{' || c == '[' ? 1U : 0U;
        depth -= closes ? 1U : 0U;
        rest_.remove_prefix(1);
      }
    }
    if (depth != 0 || rest_.size() == before.size()) return std::nullopt;
    return before.substr(0, before.size() - rest_.size());
  }

 private:
  static bool is_plain(char c) { return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\'; }
  /// Where the closing quote of a text with escapes is.
  std::size_t end_of_escaped() const {
    for (std::size_t at = 1; at < rest_.size(); at += rest_[at] == '\\' ? 2U : 1U) {
      if (rest_[at] == '"') return at;
    }
    return std::string_view::npos;
  }

  std::string_view rest_;
};

}  // namespace tomme::tuf
