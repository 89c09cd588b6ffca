#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"

namespace tomme {

/// A version as PEP 440 has it, in any of its spellings; at most 255 octets, each number below 2^64.
/// "1.0", "1.0.0" and "v1" are equal.
class Version {
 public:
  static constexpr std::size_t kMaxOctets = 255;

  enum class Phase : std::uint8_t { alpha, beta, candidate };
  struct Pre {
    Phase phase;
    std::uint64_t number;
    friend auto operator<=>(const Pre&, const Pre&) = default;
  };
  /// A part of a local version; texts come before numbers, as the order of alternatives says.
  using LocalPart = std::variant<std::string, std::uint64_t>;

  /// Fails with kVersionInvalid. White space around is refused: file names and pages have none.
  static Result<Version> parse(std::string_view text);

  /// The normal form: "1!2.0rc1.post2.dev3+ubuntu.1". Trailing zeros stay as written.
  std::string to_string() const;

  std::uint64_t epoch() const { return epoch_; }
  const std::vector<std::uint64_t>& release() const { return release_; }  ///< at least one number
  const std::optional<Pre>& pre() const { return pre_; }
  std::optional<std::uint64_t> post() const { return post_; }
  std::optional<std::uint64_t> dev() const { return dev_; }
  const std::vector<LocalPart>& local() const { return local_; }
  bool is_prerelease() const { return pre_ || dev_; }

  friend std::strong_ordering operator<=>(const Version& a, const Version& b);
  friend bool operator==(const Version& a, const Version& b) { return (a <=> b) == 0; }

 private:
  Version() = default;
  friend class VersionParser;
  std::uint64_t epoch_ = 0;
  std::vector<std::uint64_t> release_;
  std::optional<Pre> pre_;
  std::optional<std::uint64_t> post_;
  std::optional<std::uint64_t> dev_;
  std::vector<LocalPart> local_;
};

}  // namespace tomme
