#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace tomme {

/// The scripts that an installer makes, by name, with what each starts ("demo.cli:main", as it is written;
/// empty where the file says several things of one name). Both `=` and `:` may end a name, so that one line
/// may be two.
std::map<std::string, std::string> scripts_in(std::string_view entry_points);

/// The scripts that installers make of an `entry_points.txt`: the names in its sections console_scripts and
/// gui_scripts. Installers end a name at `=`, some at `:` as well, so both ways to read a line are among
/// them.
std::set<std::string> script_names_in(std::string_view entry_points);

/// "demo" of demo.exe, demo-script.py and demo.pya: a wheel's own script of such a name is left away by
/// installers where an entry point has it.
std::string_view wrapped_name(std::string_view script);

}  // namespace tomme
