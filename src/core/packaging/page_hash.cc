#include "core/packaging/page_hash.h"

#include <algorithm>
#include <array>

#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/errors.h"

namespace tomme {
namespace {

/// What pip, uv, Poetry and PDM compare, with its length in hexadecimal digits. Not "blake2b": that has 128
/// of them in Python and 64 in uv, which gives up on a page with the others.
struct Algorithm {
  std::string_view name;
  std::size_t digits;
};
constexpr std::array<Algorithm, 7> kAlgorithms{{{"md5", 32},
                                                {"sha1", 40},
                                                {"sha224", 56},
                                                {"sha256", 64},
                                                {"sha384", 96},
                                                {"sha512", 128},
                                                {"blake2b_256", 64}}};

/// `ascii::hex_value` of each byte: a page has millions of digits.
constexpr std::array<std::int8_t, 256> kHexValues = [] {
  std::array<std::int8_t, 256> values{};
  for (std::size_t c = 0; c < 256; ++c)
    values[c] = static_cast<std::int8_t>(ascii::hex_value(static_cast<char>(c)));
  return values;
}();
int value_of(char digit) {
  return kHexValues[static_cast<unsigned char>(digit)];
}
bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return value_of(c) >= 0; });
}

std::unexpected<Error> odd(std::string why) {
  return fail(kPageLink, std::move(why));
}

}  // namespace

Result<void> add_page_hash(IndexFile& file, std::string_view algorithm, std::string_view hex) {
  const std::string name = ascii::to_lower(algorithm);
  const auto known = std::ranges::find(kAlgorithms, std::string_view(name), &Algorithm::name);
  if (known == kAlgorithms.end()) return {};
  if (!is_hex(hex) || hex.size() != known->digits) return odd("its " + name + " is none");
  bool agrees = true;
  if (name == "sha256") {
    Sha256 digest;
    for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
      digest.bytes[i] = static_cast<std::uint8_t>(value_of(hex[2 * i]) * 16 + value_of(hex[2 * i + 1]));
    }
    agrees = !file.sha256 || *file.sha256 == digest;
    file.sha256 = digest;
  } else {
    const std::string digits = ascii::to_lower(hex);
    agrees = file.other_hashes.emplace(name, digits).first->second == digits;
  }
  if (!agrees) return odd("it has two hashes that contradict each other");
  return {};
}

// fragment = field *("&" field) ; field = algorithm "=" hex, or something else
Result<void> add_hashes_of_fragment(IndexFile& file) {
  const std::size_t hash = file.url.find('#');
  if (hash == std::string::npos) return {};
  const std::string decoded = percent_decode(std::string_view(file.url).substr(hash + 1));
  for (std::string_view rest = decoded; !rest.empty();) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view field = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view value = field.substr(equals + 1);
    // "sha256=None" and the like, as old servers write it: no hash.
    if (!value.empty() && value != "None") TRY(add_page_hash(file, field.substr(0, equals), value));
  }
  return {};
}

}  // namespace tomme
