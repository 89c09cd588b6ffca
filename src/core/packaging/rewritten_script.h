#pragma once

#include <string_view>

namespace tomme {

/// Whether installers write this script anew: it begins with "#!python".
bool has_placeholder(std::string_view script);

/// Whether `installed` is such a script as installers write it, with another first line. Where the path of
/// the interpreter is long or has blanks in it, that line becomes three: "#!/bin/sh", one that calls it, and
/// the end of a string.
bool is_script_rewritten(std::string_view script, std::string_view installed);

/// Whether `installed` is a script for Python to whose first line pipx has added its option.
bool has_option_of_pipx(std::string_view script, std::string_view installed);

}  // namespace tomme
