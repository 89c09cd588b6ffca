#pragma once

#include <string>
#include <vector>

#include "core/tuf/metadata.h"

/// A change in words, for whoever is about to sign it: one sentence a line, nothing left out but the middle
/// of long lists, which are counted. `before` is nullptr for a first version, or where it is not known.
namespace tomme::repository {

std::vector<std::string> words_of_change(const tuf::Root* before, const tuf::Root& after);
std::vector<std::string> words_of_change(const std::string& role, const tuf::Targets* before,
                                         const tuf::Targets& after);

}  // namespace tomme::repository
