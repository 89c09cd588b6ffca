#pragma once

#include <string>

#include "app/installers/arguments.h"
#include "app/installers/collect.h"

// What the programs that start pip or uv have in common.
namespace tomme::guard {

/// An option of `program` that it has from pip, or that names requirements.
Result<void> collect_starter_option(Collector& into, const std::string& program, const Found& option);

/// An option that the program's table does not have: what follows may be its value or a file, and it may name
/// more than is read here.
Result<void> expect_known_options(Collector& into, const std::string& program, const Arguments& found);

Result<Nested> collect_build(Collector& into, const Command& command);
Result<Nested> collect_pip_tools(Collector& into, const Command& command);
Result<Nested> collect_pipenv(Collector& into, const Command& command);

}  // namespace tomme::guard
