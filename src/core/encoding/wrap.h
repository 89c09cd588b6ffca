#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tomme {

/// `text` behind `start`, broken at spaces so that no line is wider than `width` columns; further lines begin
/// with `indent` spaces. A word that is wider stands alone, whole. 0 is no limit. Ends with a line end.
/// One column a code point: outside text comes through printable() before.
std::string wrapped(std::string start, std::string_view text, std::size_t indent, std::size_t width);

/// Columns of UTF-8 text, one a code point.
std::size_t columns_of(std::string_view text);

}  // namespace tomme
