#pragma once

#include <string_view>

namespace tomme::guard {

/// Whether a Python of 3.8 to 3.14 has a module of this name with it ("shutil"). Packages by their own name.
bool is_module_of_python(std::string_view name);

}  // namespace tomme::guard
