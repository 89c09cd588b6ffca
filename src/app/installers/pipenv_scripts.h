#pragma once

#include <span>
#include <string>
#include <vector>

#include "app/installers/collect.h"
#include "app/installers/started_variables.h"
#include "core/encoding/json.h"

namespace tomme::guard {

/// What `pipenv run WORDS` of pipenv 2026 starts: a script of the Pipfile with the rest of the words behind
/// it, or a command. `variables` are those of its `.env`. Not for no words.
Result<Nested> pipenv_run(Collector& into, const json::Value& pipfile, const std::vector<std::string>& words,
                          const StartedVariables& variables);

/// What `pipenv shell WORDS` starts beside the shell: it is given the words, or types them into it.
Result<Nested> pipenv_shell(Collector& into, std::span<const std::string> words,
                            const StartedVariables& variables);

}  // namespace tomme::guard
