#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Percent-encoding (RFC 3986 2.1). How lenient readers of URLs take it is core/url's subject.
namespace tomme {

/// RFC 3986 2.3: letters, digits, `-`, `.`, `_` and `~`.
bool is_unreserved(char c);

/// Every byte that is neither unreserved nor in `also` as `%XX`, in upper case.
std::string percent_encode(std::string_view text, std::string_view also = {});

/// The bytes, which need not be UTF-8. Nothing where a percent sign begins no escape.
std::optional<std::string> percent_decode_exact(std::string_view text);

}  // namespace tomme
