#pragma once

#include <string_view>

namespace tomme {

/// Whether a marker (PEP 508: `python_version > "3" and extra == "dev"`) can only hold where somebody asked
/// for an extra. No for every text that is no marker, and for none.
bool needs_an_extra(std::string_view marker);

}  // namespace tomme
