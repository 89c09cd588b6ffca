#pragma once

#include <string_view>

namespace tomme {

/// Whether a marker (PEP 508: `python_version > "3" and extra == "dev"`) can only hold where somebody asked
/// for an extra. No for every text that is no marker, and for none.
bool needs_an_extra(std::string_view marker);

/// Whether a text is a marker, as far as its grammar goes: which variables there are is not looked at.
bool is_marker(std::string_view text);

}  // namespace tomme
