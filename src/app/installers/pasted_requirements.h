#pragma once

#include <string>
#include <string_view>

#include "app/installers/collect.h"

// Some programs write the texts of settings, as they are, into a requirements file that pip then reads: a
// text with a line end, or with an option in it, is more there than the one requirement that it is elsewhere.
namespace tomme::guard {

/// Whether a text is one requirement and nothing else in a line of a requirements file.
bool is_plain_requirement(std::string_view text);

/// Refuses, where proof of anything is asked for, a text that is not: it may bring in any project.
Result<void> expect_plain_requirement(Collector& into, std::string_view text, const std::string& where);

/// The same of all that the build of the project in `folder` asks for: [build-system] and the tables that
/// its backend takes more from.
Result<void> expect_plain_build_requirements(Collector& into, const std::string& folder);

}  // namespace tomme::guard
