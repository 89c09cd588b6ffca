#include "io/net/byte_range.h"

#include <algorithm>
#include <charconv>

namespace tomme::net {

namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

//   ranges-specifier = "bytes=" ( first-pos "-" [ last-pos ] / "-" suffix-length )
std::optional<ByteRange> ByteRange::parse(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!header.starts_with(kUnit) || size == 0) return std::nullopt;
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view last_text = header.substr(dash + 1);
  const auto last = number(last_text);
  if (!last && !last_text.empty()) return std::nullopt;
  if (dash == 0) {
    if (!last || *last == 0) return std::nullopt;
    const std::uint64_t length = std::min(*last, size);
    return ByteRange{size - length, length};
  }
  const auto first = number(header.substr(0, dash));
  if (!first || *first >= size) return std::nullopt;
  const std::uint64_t end = std::min(last.value_or(size - 1), size - 1);
  if (end < *first) return std::nullopt;
  return ByteRange{*first, end - *first + 1};
}

std::string ByteRange::content_range(std::uint64_t size) const {
  return "bytes " + std::to_string(first) + "-" + std::to_string(first + length - 1) + "/" +
         std::to_string(size);
}

}  // namespace tomme::net
