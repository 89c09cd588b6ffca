#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"

namespace tomme {

/// A whole number as its decimal digits, without leading zeros, so that none is too large: Python has no
/// bound, and what we could not read would be a version for installers all the same.
class Digits {
 public:
  Digits() = default;  ///< 0
  /// `text` is at least one digit, and nothing else.
  explicit Digits(std::string_view text)
      : text_(text.substr(std::min(text.find_first_not_of('0'), text.size() - 1))) {}

  const std::string& to_string() const { return text_; }
  bool is_zero() const { return text_ == "0"; }

  friend std::strong_ordering operator<=>(const Digits& a, const Digits& b) {
    const auto order = a.text_.size() <=> b.text_.size();
    return order != 0 ? order : a.text_ <=> b.text_;
  }
  friend bool operator==(const Digits&, const Digits&) = default;

 private:
  std::string text_ = "0";
};

/// A version as PEP 440 has it, in any of its spellings; at most 255 bytes, with numbers of any length.
/// "1.0", "1.0.0" and "v1" are equal.
class Version {
 public:
  static constexpr std::size_t kMaxBytes = 255;

  enum class Phase : std::uint8_t { alpha, beta, candidate };
  struct Pre {
    Phase phase;
    Digits number;
    friend auto operator<=>(const Pre&, const Pre&) = default;
  };
  /// A part of a local version; texts come before numbers, as the order of alternatives says.
  using LocalPart = std::variant<std::string, Digits>;

  /// Fails with kVersionInvalid. White space around is refused: file names and pages have none.
  static Result<Version> parse(std::string_view text);

  /// The normal form: "1!2.0rc1.post2.dev3+ubuntu.1". Trailing zeros stay as written.
  std::string to_string() const;

  const Digits& epoch() const { return epoch_; }
  const std::vector<Digits>& release() const { return release_; }  ///< at least one number
  const std::optional<Pre>& pre() const { return pre_; }
  const std::optional<Digits>& post() const { return post_; }
  const std::optional<Digits>& dev() const { return dev_; }
  const std::vector<LocalPart>& local() const { return local_; }
  bool is_prerelease() const { return pre_ || dev_; }

  friend std::strong_ordering operator<=>(const Version& a, const Version& b);
  friend bool operator==(const Version& a, const Version& b) { return (a <=> b) == 0; }

 private:
  Version() = default;
  friend class VersionParser;
  Digits epoch_;
  std::vector<Digits> release_;
  std::optional<Pre> pre_;
  std::optional<Digits> post_;
  std::optional<Digits> dev_;
  std::vector<LocalPart> local_;
};

}  // namespace tomme
