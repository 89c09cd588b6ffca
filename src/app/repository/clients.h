#pragma once

#include <string>
#include <vector>

#include "app/repository/published.h"
#include "core/tuf/delegations.h"

/// What other TUF clients cannot read of what is valid, each as it was measured; the table stands in
/// docs/pep458.md as well. For people to know before they publish.
namespace tomme::repository {

/// A sentence for each key that some client cannot verify a signature by.
std::vector<std::string> words_of_keys(const tuf::Keys& keys);
/// Sentences about hash bins of this number.
std::vector<std::string> words_of_bins(const BinLayout& layout);
/// All of these for what is published; each once.
std::vector<std::string> words_of_clients(const OfflineRoles& roles);

}  // namespace tomme::repository
