#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/repository/pattern_limits.h"
#include "app/repository/published.h"
#include "core/tuf/delegations.h"

/// What other TUF clients cannot read of what is valid, each as it was measured; the table is in
/// docs/pep458.md as well. For people to know before they publish.
namespace tomme::repository {

/// A sentence for each key that some client cannot verify a signature by.
std::vector<std::string> words_of_keys(const tuf::Keys& keys);
/// Sentences about hash bins of this number.
std::vector<std::string> words_of_bins(const BinLayout& layout);
/// Where a role comes after so many that may list the same paths that clients do not ask it any more: its
/// name and their number; or that they are too many to compare. Of very many roles the first are compared.
std::optional<std::string> words_of_many_roles(const std::vector<tuf::DelegatedRole>& in_order,
                                               PatternWork& work);
/// All of these for what is published; each once.
std::vector<std::string> words_of_clients(const OfflineRoles& roles);

}  // namespace tomme::repository
