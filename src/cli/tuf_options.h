#pragma once

#include <string>
#include <vector>

#include "cli/options.h"

namespace tomme::cli {

/// The words behind `tomme tuf`, of the verbs of those who run a repository. kUsage.
Result<Command> parse_tuf_repository(std::vector<std::string> words);

}  // namespace tomme::cli
