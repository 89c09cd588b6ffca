#include "core/packaging/extra_marker.h"

#include <algorithm>
#include <optional>

#include "core/base/ascii.h"

namespace tomme {

namespace {

constexpr std::string_view kBlank = " \t";

// marker = and *("or" and)     and = one *("and" one)     one = "(" marker ")" / value operator value
// value  = a text in quotes / a variable's name
// Each function says whether its part needs an extra; `broken_` that it is no marker.
class Marker {
 public:
  explicit Marker(std::string_view text) : rest_(text) {}

  /// Whether it needs one; nothing where it is no marker.
  std::optional<bool> needs_an_extra() {
    const bool needs = any_of();
    skip_blank();
    if (broken_ || !rest_.empty()) return std::nullopt;
    return needs;
  }

 private:
  static constexpr int kDepth = 32;  // of brackets

  bool any_of() {
    bool needs = all_of();
    while (take_word("or")) needs = all_of() && needs;
    return needs;
  }
  bool all_of() {
    bool needs = one();
    while (take_word("and")) needs = one() || needs;
    return needs;
  }

  bool one() {
    if (!take("(")) return comparison();
    if (++depth_ > kDepth) return give_up();
    const bool needs = any_of();
    --depth_;
    return take(")") ? needs : give_up();
  }

  bool comparison() {
    const std::string_view left = value();
    const bool equal = !rest_starts_with_arbitrary() && take("==");
    if (!equal && !take_other_operator()) return give_up();
    const std::string_view right = value();
    if (left.empty() || right.empty()) return give_up();
    // `extra == ""` holds where nobody asked for one.
    const auto names_one = [](std::string_view a, std::string_view b) {
      return a == "extra" && b.size() > 2 && !ascii::is_alpha(b.front());
    };
    return equal && (names_one(left, right) || names_one(right, left));
  }

  bool rest_starts_with_arbitrary() {
    skip_blank();
    return rest_.starts_with("===");
  }
  bool take_other_operator() {
    for (const std::string_view each : {"===", "~=", "!=", "<=", ">=", "<", ">"}) {
      if (take(each)) return true;
    }
    return take_word("in") || (take_word("not") && take_word("in"));
  }

  /// With its quotes; empty where there is none.
  std::string_view value() {
    skip_blank();
    if (rest_.starts_with('"') || rest_.starts_with('\'')) {
      const std::size_t end = rest_.find(rest_.front(), 1);
      return end == std::string_view::npos ? std::string_view() : cut(end + 1);
    }
    const auto* end =
        std::ranges::find_if_not(rest_, [](char c) { return ascii::is_alnum(c) || c == '_' || c == '.'; });
    return cut(static_cast<std::size_t>(end - rest_.begin()));
  }

  bool take(std::string_view text) {
    skip_blank();
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool take_word(std::string_view word) {
    skip_blank();
    const bool whole =
        rest_.size() == word.size() || (rest_.size() > word.size() && !ascii::is_alnum(rest_[word.size()]));
    return whole && take(word);
  }
  void skip_blank() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size())); }
  std::string_view cut(std::size_t size) {
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  bool give_up() {
    broken_ = true;
    rest_ = {};
    return false;
  }

  std::string_view rest_;
  int depth_ = 0;
  bool broken_ = false;
};

}  // namespace

bool needs_an_extra(std::string_view marker) {
  return Marker(marker).needs_an_extra().value_or(false);
}

bool is_marker(std::string_view text) {
  return Marker(text).needs_an_extra().has_value();
}

}  // namespace tomme
