#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/result.h"
#include "core/tuf/metadata.h"

/// How much may be asked of whoever compares path patterns: here, and in every client that looks for a file.
namespace tomme::repository {

/// Comparing patterns takes as long as their lengths multiplied. One of these is for all that one command
/// compares, so that nobody who writes many delegations makes it take minutes.
class PatternWork {
 public:
  static constexpr std::uint64_t kMost = 500'000'000;  ///< comparisons of one byte with one byte
  explicit PatternWork(std::uint64_t most = kMost) : left_(most) {}
  /// Whether these two may be compared still; once not, never again.
  bool take(const tuf::DelegatedRole& a, const tuf::DelegatedRole& b);

 private:
  std::uint64_t left_;
};

/// What the file of a role below targets may ask of clients: those of other languages match patterns by
/// regular expressions, which take long where a part has many stars.
struct PatternLimits {
  std::size_t patterns = 1000;  ///< of all roles of one file
  std::size_t bytes = 200;      ///< of one pattern
  std::size_t stars = 5;        ///< in one part of a pattern, between two slashes
};

/// kRepositoryClients where the file goes beyond the limits and `before`, the published one (nullptr where
/// there is none), does not so already.
Result<void> expect_few_patterns(const tuf::Targets& file, const tuf::Targets* before,
                                 const PatternLimits& limits = {});

}  // namespace tomme::repository
