#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/repository/published.h"
#include "core/tuf/metadata.h"

/// Which roles have keys in common. A signature of such a key fits the files of all of them, so that a file
/// of one could be served as another's; their versions and, where a snapshot lists them, digests tell them
/// apart.
namespace tomme::repository {

class KeyUse {
 public:
  /// Who signs the roles of these files, all of them together.
  static KeyUse of(const OfflineRoles& roles);
  void add(const tuf::Root& root);
  void add(const tuf::Targets& delegator);

  /// Other roles with targets in them that have one of this role's keys; no hash bins.
  std::set<std::string> sharing(const std::string& role) const;
  bool shares_with_bins(const std::string& role) const;
  /// "root and targets have the key 3f2a… in common: …", a sentence for each key that more than one role of
  /// people has, or one of people and an online role.
  std::vector<std::string> words() const;

 private:
  void add(const std::string& role, const tuf::RoleKeys& role_keys, const tuf::Keys& keys);

  std::map<std::string, std::set<std::string>> keys_of_;   ///< by role; hash bins under kBins
  std::map<std::string, std::set<std::string>> roles_of_;  ///< by key
  std::map<std::string, std::string> ids_;                 ///< what people know a key by
};

/// What numbers the next version of a role may have, both included.
struct VersionRange {
  std::uint64_t least = 1, most = 1;
};
/// The one behind the published version. A role that shares keys goes on behind all who have these, so that
/// no version of it was ever another's: then some numbers may be left out, since others are staged meanwhile.
VersionRange next_versions(const std::string& role, const Published& published, const KeyUse& keys);

/// Two roles, or a role and the hash bins, that have a key and a version in common, in words; each once.
std::set<std::string> same_versions(const OfflineRoles& roles, const SnapshotText& snapshot);

/// The newest version that any hash bin has, of this layout or an earlier one. 0: none.
std::uint64_t newest_bin_version(const SnapshotText& snapshot, const BinLayout& layout);

}  // namespace tomme::repository
