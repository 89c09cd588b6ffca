#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/crypto/digest.h"

namespace tomme::repository {

/// The hash bins of TAP 15 (succinct roles): which of 2^bits roles lists a target, and how they are named.
class BinLayout {
 public:
  static constexpr unsigned kMostBits = 15;  ///< 16 would make a snapshot of more than 2,000,000 bytes

  /// `prefix` is letters, digits, "-" and "_", at most 64. kRepositoryBins.
  static Result<BinLayout> make(std::string prefix, unsigned bits);

  unsigned bits() const { return bits_; }
  const std::string& prefix() const { return prefix_; }
  std::uint32_t count() const { return std::uint32_t{1} << bits_; }
  /// By the first bits of the SHA-256 of a target's path.
  std::uint32_t of(const Sha256& path_digest) const;
  std::string name(std::uint32_t bin) const;  ///< "bins-03f"
  std::optional<std::uint32_t> bin_of_name(std::string_view name) const;
  /// Whether a snapshot's file is of a bin of ours, of whatever number of bits.
  bool could_name(std::string_view file) const;
  friend bool operator==(const BinLayout&, const BinLayout&) = default;

 private:
  BinLayout(std::string prefix, unsigned bits) : prefix_(std::move(prefix)), bits_(bits) {}
  std::string prefix_;
  unsigned bits_;
};

/// Whether hash bins of `tomme tuf bins` and `init` can have this name, of whatever number of bits: a role
/// that took it would be in the way of the bins to come.
bool is_reserved_for_bins(std::string_view role);

/// The bits with which an install of ten packages loads least, of so many targets: 8 up to a thousand, 10 for
/// ten thousand, 13 for a million, 14 (which is the most) for ten millions.
unsigned bits_for(std::uint64_t targets);

}  // namespace tomme::repository
