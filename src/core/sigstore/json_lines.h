#pragma once

#include <string_view>
#include <vector>

namespace tomme {

/// The lines of a text of JSON lines, where each that is not blank is an object from its brace to its brace;
/// else none. What one of them holds is not looked at.
std::vector<std::string_view> json_lines(std::string_view text);

}  // namespace tomme
