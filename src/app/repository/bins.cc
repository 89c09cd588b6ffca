#include "app/repository/bins.h"

#include <algorithm>
#include <charconv>

#include "app/repository/errors.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kLongestPrefix = 64;
constexpr unsigned kLeastBits = 8;
constexpr unsigned kMostUsefulBits = 14;  // 2^15 is the most that fits a snapshot

bool fits_prefix(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

Result<BinLayout> BinLayout::make(std::string prefix, unsigned bits) {
  if (bits < 1 || bits > kMostBits) {
    return fail(kRepositoryBins,
                std::to_string(bits) + " bits of hash bins, not 1 to " + std::to_string(kMostBits));
  }
  if (prefix.empty() || prefix.size() > kLongestPrefix || !std::ranges::all_of(prefix, fits_prefix)) {
    return fail(kRepositoryBins, "'" + printable(prefix) + "' cannot be the beginning of the names of bins",
                "use letters, digits, - and _, at most 64");
  }
  return BinLayout(std::move(prefix), bits);
}

std::uint32_t BinLayout::of(const Sha256& path_digest) const {
  const auto& bytes = path_digest.bytes;
  const std::uint32_t first = (std::uint32_t{bytes[0]} << 8) | bytes[1];
  return first >> (16 - bits_);
}

std::string BinLayout::name(std::uint32_t bin) const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = prefix_ + "-";
  for (unsigned digit = (bits_ + 3) / 4; digit-- > 0;) out.push_back(kDigits[bin >> (4 * digit) & 15]);
  return out;
}

std::optional<std::uint32_t> BinLayout::bin_of_name(std::string_view text) const {
  if (!text.starts_with(prefix_) || text.size() <= prefix_.size()) return std::nullopt;
  const std::string_view digits = text.substr(prefix_.size() + 1);
  std::uint32_t bin = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), bin, 16);
  if (read.ec != std::errc() || bin >= count() || name(bin) != text) return std::nullopt;
  return bin;
}

bool BinLayout::could_name(std::string_view file) const {
  if (!file.starts_with(prefix_) || !file.ends_with(".json")) return false;
  std::string_view digits = file.substr(prefix_.size(), file.size() - prefix_.size() - 5);
  if (!digits.starts_with('-')) return false;
  digits.remove_prefix(1);
  return !digits.empty() && digits.size() <= (kMostBits + 3) / 4 &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_reserved_for_bins(std::string_view role) {
  constexpr std::size_t kMostDigits = 8;  // TAP 15 has up to 32 bits
  for (const std::string_view prefix : {"b-", "bins-"}) {
    if (!role.starts_with(prefix)) continue;
    const std::string_view digits = role.substr(prefix.size());
    if (!digits.empty() && digits.size() <= kMostDigits &&
        digits.find_first_not_of("0123456789abcdef") == std::string_view::npos)
      return true;
  }
  return false;
}

// A client loads the snapshot (34 bytes a bin) once and a bin (220 bytes a target) for each package. For
// ten packages 2^(N+1) bins cost less than 2^N as long as 2^2N is below 32 for each target.
unsigned bits_for(std::uint64_t targets) {
  unsigned bits = kLeastBits;
  while (bits < kMostUsefulBits && (std::uint64_t{1} << (2 * bits)) / 32 < targets) ++bits;
  return bits;
}

}  // namespace tomme::repository
