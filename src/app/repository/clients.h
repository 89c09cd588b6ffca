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
/// Where `role` needs more signatures than python-tuf, go-tuf or tuf-js can verify of those that its keys
/// make: which of these clients refuse it.
std::optional<std::string> words_of_threshold(std::string_view role, const tuf::RoleKeys& role_keys,
                                              const tuf::Keys& keys);
/// The same of each role whose keys a file lists.
std::vector<std::string> words_of_thresholds(const tuf::Root& root);
std::vector<std::string> words_of_thresholds(const tuf::Targets& role);
/// Where a delegation is by digests of paths, which some client does not find.
std::optional<std::string> words_of_prefixes(const tuf::DelegatedRole& role);
/// Sentences about hash bins of this number.
std::vector<std::string> words_of_bins(const BinLayout& layout);
/// Where a role comes after so many that may list the same paths that clients do not ask it any more: its
/// name and their number; or that they are too many to compare. Of very many roles the first are compared.
std::optional<std::string> words_of_many_roles(const std::vector<tuf::DelegatedRole>& in_order,
                                               PatternWork& work);
/// All of these for what is published; each once.
std::vector<std::string> words_of_clients(const OfflineRoles& roles);

}  // namespace tomme::repository
