#pragma once

#include <string>
#include <string_view>

namespace tomme {

/// A text that is meant exactly, or a glob over the whole of it. Never a regular expression and never a part
/// of the text: "evil-https://…" does not match "https://…".
///   *   any characters but "/"       **  any characters
///   ?   one character but "/"        \x  the character x itself
class Pattern {
 public:
  explicit Pattern(std::string text) : text_(std::move(text)) {}
  bool matches(std::string_view candidate) const;
  const std::string& text() const { return text_; }
  bool has_wildcard() const;
  /// What every match begins with: up to the first wildcard, without escapes.
  std::string literal_prefix() const;

 private:
  std::string text_;
};

}  // namespace tomme
