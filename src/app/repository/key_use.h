#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
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
  static KeyUse of(const RolesView& roles);
  void add(const tuf::Root& root);
  void add(const tuf::Targets& delegator);

  /// Other roles with targets in them that have one of this role's keys; no hash bins.
  std::set<std::string> sharing(const std::string& role) const;
  bool shares_with_bins(const std::string& role) const;
  const std::set<std::string>& keys_of(const std::string& role) const;
  /// Other roles with targets in them that have this key.
  std::set<std::string> roles_with(const std::string& key) const;
  bool is_delegated_to(const std::string& role) const { return parents_.contains(role); }
  /// 0 for targets and for what nobody delegates to.
  std::size_t depth_of(const std::string& role) const;
  /// "root and targets have the key 3f2a… in common: …", a sentence for each key that more than one role of
  /// people has, or one of people and an online role.
  std::vector<std::string> words() const;

 private:
  void add(const std::string& role, const tuf::RoleKeys& role_keys, const tuf::Keys& keys);

  std::map<std::string, std::set<std::string>> keys_of_;   ///< by role
  std::map<std::string, std::set<std::string>> roles_of_;  ///< by key
  std::set<std::string> keys_of_bins_;
  std::map<std::string, std::string> ids_;  ///< what people know a key by
  std::map<std::string, Parent> parents_;
};

/// Keys by themselves, whatever their ids.
std::set<std::string> counted_keys(const tuf::RoleKeys& role, const tuf::Keys& keys);

/// What numbers the next version of a role may have, both included.
struct VersionRange {
  std::uint64_t least = 1, most = 1;
};
/// From the one after the newest that the snapshot lists. A role that shares keys goes on after all who have
/// these and are no further from targets, so that no version of it was ever another's. Some numbers may be
/// left out, since others are staged meanwhile. Whoever is further down gives way.
VersionRange next_versions(const std::string& role, const Published& published, const KeyUse& keys);
/// The same for many roles. Refers to what it is given.
class NextVersions {
 public:
  NextVersions(const Published& published, const KeyUse& keys)
      : published_(published), keys_(keys), roles_(published.offline.view()) {}
  VersionRange of(const std::string& role);

 private:
  /// Of the roles with this key, no further from targets than that.
  std::uint64_t newest(const std::string& key, std::size_t depth);

  const Published& published_;
  const KeyUse& keys_;
  const RolesView roles_;
  std::map<std::pair<std::string, std::size_t>, std::uint64_t> newest_;
};

/// Two roles, or a role and the hash bins (`other` is empty), whose files could be taken for one another.
struct Mistakable {
  std::string role, other;
  std::string words;
  friend auto operator<=>(const Mistakable&, const Mistakable&) = default;
};
/// Those that have a key and a version in common.
std::set<Mistakable> same_versions(const RolesView& roles, const KeyUse& keys, const SnapshotText& snapshot);
/// Roles that come to have a key by which another has signed all its versions up to now, and are not beyond
/// these.
std::set<Mistakable> old_versions(const RolesView& before, const RolesView& after, const KeyUse& keys_before,
                                  const KeyUse& keys_after);

}  // namespace tomme::repository
