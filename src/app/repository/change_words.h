#pragma once

#include <string>
#include <vector>

#include "app/repository/pattern_limits.h"
#include "core/base/time.h"
#include "core/tuf/metadata.h"

namespace tomme::repository {

/// What a new version of a role changes, a line for each thing, for a person who is about to sign it: nothing
/// that differs is left out. Keys are named by what they are, whatever id the file gives them. What takes
/// protection away comes last and begins with "attention: ". `before` is the published version, nullptr where
/// there is none. `work`: of the command, where it shows more than one.
std::vector<std::string> words_of_change(const tuf::Root* before, const tuf::Root& after, Time now);
std::vector<std::string> words_of_change(const std::string& role, const tuf::Targets* before,
                                         const tuf::Targets& after, Time now, PatternWork* work = nullptr);

}  // namespace tomme::repository
