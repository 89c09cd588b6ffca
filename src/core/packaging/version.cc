#include "core/packaging/version.h"

#include <algorithm>
#include <array>
#include <span>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/errors.h"

namespace tomme {

// PEP 440 appendix B, case-insensitive:
//   version = ["v"] [number "!"] number *("." number) [pre] [post] [dev] ["+" local]
//   pre     = [sep] ("alpha" / "a" / "beta" / "b" / "preview" / "pre" / "c" / "rc") [sep] [number]
//   post    = "-" number / [sep] ("post" / "rev" / "r") [sep] [number]
//   dev     = [sep] "dev" [sep] [number]
//   local   = alnums *(sep alnums)
//   sep     = "-" / "_" / "."
// Reading each part as far as it goes finds every reading that the appendix's expression finds by
// backtracking: no part begins where the one before it could have gone on.
class VersionParser {
 public:
  explicit VersionParser(std::string_view lower) : rest_(lower) {}

  std::optional<Version> parse() {
    take("v");
    Version v;
    if (!release(v)) return std::nullopt;
    pre(v);
    post(v);
    dev(v);
    if (!local(v) || !rest_.empty()) return std::nullopt;
    return v;
  }

 private:
  struct Word {
    std::string_view text;
    Version::Phase phase;
  };
  static bool is_sep(char c) { return c == '-' || c == '_' || c == '.'; }

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void take_sep() {
    if (!rest_.empty() && is_sep(rest_.front())) rest_.remove_prefix(1);
  }
  /// Of no digits none.
  std::optional<Digits> number() {
    const std::size_t length = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (length == 0) return std::nullopt;
    const Digits value(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return value;
  }
  Digits number_or_zero() {
    take_sep();
    return number().value_or(Digits());
  }
  /// Takes `[sep] word`, or does not move.
  bool take_word(std::string_view word) {
    const std::string_view before = rest_;
    take_sep();
    if (take(word)) return true;
    rest_ = before;
    return false;
  }

  bool release(Version& v) {
    auto first = number();
    if (!first) return false;
    if (take("!")) {
      v.epoch_ = *first;
      first = number();
      if (!first) return false;
    }
    v.release_.push_back(*first);
    while (rest_.size() >= 2 && rest_[0] == '.' && ascii::is_digit(rest_[1])) {
      rest_.remove_prefix(1);
      v.release_.push_back(*number());
    }
    return true;
  }

  void pre(Version& v) {
    static constexpr std::array kWords = {
        Word{"alpha", Version::Phase::alpha},       Word{"a", Version::Phase::alpha},
        Word{"beta", Version::Phase::beta},         Word{"b", Version::Phase::beta},
        Word{"preview", Version::Phase::candidate}, Word{"pre", Version::Phase::candidate},
        Word{"c", Version::Phase::candidate},       Word{"rc", Version::Phase::candidate},
    };
    const auto* word = std::ranges::find_if(kWords, [&](const Word& w) { return take_word(w.text); });
    if (word != kWords.end()) v.pre_ = Version::Pre{word->phase, number_or_zero()};
  }

  void post(Version& v) {
    if (rest_.size() >= 2 && rest_[0] == '-' && ascii::is_digit(rest_[1])) {
      rest_.remove_prefix(1);
      v.post_ = number();
    } else if (take_word("post") || take_word("rev") || take_word("r")) {
      v.post_ = number_or_zero();
    }
  }

  void dev(Version& v) {
    if (take_word("dev")) v.dev_ = number_or_zero();
  }

  bool local(Version& v) {
    if (!take("+")) return true;
    do {
      const auto* end = std::ranges::find_if_not(rest_, ascii::is_alnum);
      const std::string_view part(rest_.begin(), end);
      if (part.empty()) return false;
      if (std::ranges::all_of(part, ascii::is_digit)) {
        v.local_.emplace_back(Digits(part));
      } else {
        v.local_.emplace_back(std::string(part));
      }
      rest_.remove_prefix(part.size());
    } while (take_local_sep());
    return true;
  }
  bool take_local_sep() {
    if (rest_.empty() || !is_sep(rest_.front())) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view rest_;
};

namespace {

std::span<const Digits> without_trailing_zeros(const std::vector<Digits>& release) {
  std::size_t length = release.size();
  while (length > 0 && release[length - 1].is_zero()) --length;
  return std::span(release).first(length);
}

/// Where a version stands among those of its release: 1.0.dev1 < 1.0a1 < 1.0.
int rank_of_pre(const Version& v) {
  if (v.pre()) return 1;
  return v.dev() && !v.post() ? 0 : 2;
}

std::strong_ordering compare_releases(const Version& a, const Version& b) {
  const auto left = without_trailing_zeros(a.release());
  const auto right = without_trailing_zeros(b.release());
  return std::lexicographical_compare_three_way(left.begin(), left.end(), right.begin(), right.end());
}

/// No development release comes after all of them.
std::strong_ordering compare_dev(const Version& a, const Version& b) {
  if (a.dev().has_value() != b.dev().has_value()) {
    return a.dev() ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return a.dev() <=> b.dev();
}

std::string_view letters_of(Version::Phase phase) {
  switch (phase) {
    case Version::Phase::alpha:
      return "a";
    case Version::Phase::beta:
      return "b";
    case Version::Phase::candidate:
      return "rc";
  }
  return "";
}

}  // namespace

Result<Version> Version::parse(std::string_view text) {
  if (text.size() > kMaxBytes) {
    return fail(kVersionInvalid, "a version of " + std::to_string(text.size()) + " bytes is longer than " +
                                     std::to_string(kMaxBytes));
  }
  const std::string lower = ascii::to_lower(text);
  auto version = VersionParser(lower).parse();
  if (!version) return fail(kVersionInvalid, "\"" + printable(text) + "\" is not a PEP 440 version");
  return *std::move(version);
}

std::strong_ordering operator<=>(const Version& a, const Version& b) {
  if (auto order = a.epoch_ <=> b.epoch_; order != 0) return order;
  if (auto order = compare_releases(a, b); order != 0) return order;
  if (auto order = rank_of_pre(a) <=> rank_of_pre(b); order != 0) return order;
  if (auto order = a.pre_ <=> b.pre_; order != 0) return order;
  if (auto order = a.post_ <=> b.post_; order != 0) return order;
  if (auto order = compare_dev(a, b); order != 0) return order;
  return a.local_ <=> b.local_;
}

std::string Version::to_string() const {
  std::string out;
  if (!epoch_.is_zero()) out += epoch_.to_string() + "!";
  for (std::size_t i = 0; i < release_.size(); ++i) {
    if (i > 0) out += '.';
    out += release_[i].to_string();
  }
  if (pre_) out.append(letters_of(pre_->phase)).append(pre_->number.to_string());
  if (post_) out += ".post" + post_->to_string();
  if (dev_) out += ".dev" + dev_->to_string();
  for (std::size_t i = 0; i < local_.size(); ++i) {
    out += i == 0 ? '+' : '.';
    const auto* number = std::get_if<Digits>(&local_[i]);
    out += number ? number->to_string() : std::get<std::string>(local_[i]);
  }
  return out;
}

}  // namespace tomme
