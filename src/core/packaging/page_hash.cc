#include "core/packaging/page_hash.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/errors.h"

namespace tomme {
namespace {

/// What pip, uv, Poetry and PDM compare, with its length in hexadecimal digits.
struct Algorithm {
  std::string_view name;
  std::size_t digits;
};
constexpr std::array<Algorithm, 8> kAlgorithms{{{"md5", 32},
                                                {"sha1", 40},
                                                {"sha224", 56},
                                                {"sha256", 64},
                                                {"sha384", 96},
                                                {"sha512", 128},
                                                {"blake2b", 128},
                                                {"blake2b_256", 64}}};

std::unexpected<Error> odd(const IndexFile& file, std::string_view why) {
  return fail(kPageLink, printable(file.filename) + " " + std::string(why));
}

}  // namespace

Result<void> add_page_hash(IndexFile& file, std::string_view algorithm, std::string_view hex) {
  const std::string name = ascii::to_lower(algorithm);
  const auto known = std::ranges::find(kAlgorithms, std::string_view(name), &Algorithm::name);
  if (known == kAlgorithms.end()) return {};
  std::string digits = ascii::to_lower(hex);
  const bool is_hex = std::ranges::all_of(digits, [](char c) { return ascii::hex_value(c) >= 0; });
  if (!is_hex || digits.size() != known->digits) return odd(file, "is listed with a " + name + " that is none");
  bool agrees = true;
  if (name == "sha256") {
    const Sha256 digest = TRY(Sha256::parse_hex(digits));
    agrees = !file.sha256 || *file.sha256 == digest;
    file.sha256 = digest;
  } else {
    const auto [at, added] = file.other_hashes.emplace(name, std::move(digits));
    agrees = added || at->second == ascii::to_lower(hex);
  }
  if (!agrees) return odd(file, "is listed with two hashes that contradict each other");
  return {};
}

}  // namespace tomme
