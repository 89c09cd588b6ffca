#include "app/repository/key_use.h"

#include <algorithm>

#include "app/repository/layout.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kShownDigits = 12;  // of a key id
constexpr std::size_t kShownRoles = 8;
/// So far a version may be ahead, since others with the same keys may be staged at the same time.
constexpr std::uint64_t kMostAhead = 1 << 20;

bool is_of_another_type(std::string_view role) {
  return role == "root" || role == "snapshot" || role == "timestamp";
}

std::string list_of(const std::vector<std::string>& roles) {
  std::string out;
  for (std::size_t at = 0; at < roles.size(); ++at) {
    if (at == kShownRoles) return out + " and " + std::to_string(roles.size() - at) + " more";
    out += (at == 0 ? "" : at + 1 == roles.size() ? " and " : ", ") + printable(roles[at], 80);
  }
  return out;
}

std::uint64_t version_in(const RolesView& roles, const std::string& role) {
  const auto there = roles.targets.find(role);
  return there == roles.targets.end() ? 0 : there->second->version.value();
}

}  // namespace

std::set<std::string> counted_keys(const tuf::RoleKeys& role, const tuf::Keys& keys) {
  std::set<std::string> out;
  for (const tuf::KeyId& id : role.keyids) {
    const auto key = keys.find(id);
    out.insert(key == keys.end() ? "missing " + id.value() : key->second.counted_as());
  }
  return out;
}

void KeyUse::add(const std::string& role, const tuf::RoleKeys& role_keys, const tuf::Keys& keys) {
  for (const tuf::KeyId& id : role_keys.keyids) {
    const auto key = keys.find(id);
    if (key == keys.end()) continue;
    const std::string one = key->second.counted_as();
    if (role.empty()) {
      keys_of_bins_.insert(one);
    } else {
      keys_of_[role].insert(one);
      roles_of_[one].insert(role);
    }
    const PublicKey* usable = key->second.public_key();
    ids_.emplace(one, usable == nullptr ? id.value() : tuf::Key::of(*usable).id().value());
  }
}

void KeyUse::add(const tuf::Root& root) {
  add("root", root.root, root.keys);
  add("targets", root.targets, root.keys);
  add("snapshot", root.snapshot, root.keys);
  add("timestamp", root.timestamp, root.keys);
}

void KeyUse::add(const tuf::Targets& delegator) {
  if (!delegator.delegations) return;
  const tuf::Keys& keys = delegator.delegations->keys;
  if (const auto* bins = std::get_if<tuf::SuccinctRoles>(&delegator.delegations->roles)) {
    return add("", bins->keys, keys);
  }
  for (const auto& role : std::get<std::vector<tuf::DelegatedRole>>(delegator.delegations->roles)) {
    add(role.name.text(), role.keys, keys);
  }
}

KeyUse KeyUse::of(const RolesView& roles) {
  KeyUse out;
  if (roles.root != nullptr) out.add(*roles.root);
  for (const auto& [name, role] : roles.targets) out.add(*role);
  out.parents_ = roles.parents();
  return out;
}

const std::set<std::string>& KeyUse::keys_of(const std::string& role) const {
  static const std::set<std::string> kNone;
  const auto keys = keys_of_.find(role);
  return keys == keys_of_.end() ? kNone : keys->second;
}

std::set<std::string> KeyUse::roles_with(const std::string& key) const {
  std::set<std::string> out;
  const auto roles = roles_of_.find(key);
  if (roles == roles_of_.end()) return out;
  for (const std::string& role : roles->second) {
    if (!is_of_another_type(role)) out.insert(role);
  }
  return out;
}

std::set<std::string> KeyUse::sharing(const std::string& role) const {
  std::set<std::string> out;
  for (const std::string& key : keys_of(role)) out.merge(roles_with(key));
  out.erase(role);
  return out;
}

bool KeyUse::shares_with_bins(const std::string& role) const {
  return std::ranges::any_of(keys_of(role),
                             [&](const std::string& key) { return keys_of_bins_.contains(key); });
}

std::size_t KeyUse::depth_of(const std::string& role) const {
  const auto parent = parents_.find(role);
  return parent == parents_.end() ? 0 : parent->second.depth;
}

std::vector<std::string> KeyUse::words() const {
  std::vector<std::string> out;
  for (const auto& [key, roles] : roles_of_) {
    std::vector<std::string> names(roles.begin(), roles.end());
    const bool any_people = std::ranges::any_of(
        names, [](const auto& role) { return role != "snapshot" && role != "timestamp"; });
    if (keys_of_bins_.contains(key)) names.emplace_back("the hash bins");
    if (names.size() < 2 || !any_people) continue;
    out.push_back(list_of(names) + " have the key " + printable(ids_.at(key).substr(0, kShownDigits)) +
                  " in common: its holder signs for each of them");
  }
  return out;
}

VersionRange next_versions(const std::string& role, const Published& published, const KeyUse& keys) {
  return NextVersions(published, keys).of(role);
}

VersionRange NextVersions::of(const std::string& role) {
  VersionRange range;
  const std::uint64_t listed = published_.snapshot.version_of(snapshot_entry(role)).value_or(0);
  range.least = std::max(version_in(roles_, role), listed) + 1;
  for (const std::string& key : keys_.keys_of(role))
    range.least = std::max(range.least, newest(key, keys_.depth_of(role)) + 1);
  if (keys_.shares_with_bins(role)) {
    range.least = std::max(range.least, published_.snapshot.newest_version() + 1);
  }
  // Also for a role that has its keys to itself: that it gets some in common may be staged, and not signed.
  range.most = range.least + kMostAhead;
  return range;
}

std::uint64_t NextVersions::newest(const std::string& key, std::size_t depth) {
  const auto [at, is_new] = newest_.try_emplace({key, depth}, 0);
  if (!is_new) return at->second;
  for (const std::string& role : keys_.roles_with(key)) {
    if (keys_.depth_of(role) <= depth) at->second = std::max(at->second, version_in(roles_, role));
  }
  return at->second;
}

std::set<Mistakable> same_versions(const RolesView& roles, const KeyUse& keys, const SnapshotText& snapshot) {
  const auto bins = roles.bins();
  const std::uint64_t newest_bin = bins && *bins ? snapshot.newest_version() : 0;
  std::set<Mistakable> out;
  std::map<std::pair<std::string, std::uint64_t>, std::vector<std::string>> by_key;  // and version
  for (const auto& [name, role] : roles.targets) {
    const std::uint64_t version = role->version.value();
    for (const std::string& key : keys.keys_of(name)) {
      for (const std::string& other : by_key[{key, version}]) {
        out.insert({other, name,
                    list_of({other, name}) + " have a key and the version " + std::to_string(version) +
                        " in common"});
      }
      by_key[{key, version}].push_back(name);
    }
    // What is listed already is no newer than the newest entry: only bins have it, or had it.
    const bool is_new = snapshot.version_of(snapshot_entry(name)).value_or(0) != version;
    if (is_new && version <= newest_bin && keys.shares_with_bins(name)) {
      out.insert({name, "",
                  printable(name, 80) +
                      " has a key in common with the hash bins, of which one may "
                      "have had the version " +
                      std::to_string(version)});
    }
  }
  return out;
}

std::set<Mistakable> old_versions(const RolesView& before, const RolesView& after, const KeyUse& keys_before,
                                  const KeyUse& keys_after) {
  std::set<Mistakable> out;
  for (const auto& [name, role] : after.targets) {
    if (!before.targets.contains(name)) continue;  // nothing of it is published yet
    for (const std::string& key : keys_after.keys_of(name)) {
      if (keys_before.keys_of(name).contains(key)) continue;
      for (const std::string& other : keys_before.roles_with(key)) {
        if (other == name || role->version.value() > version_in(before, other)) continue;
        out.insert({name, other,
                    printable(name, 80) + " gets a key of " + printable(other, 80) + " and has version " +
                        std::to_string(role->version.value()) + ", which that had before"});
      }
    }
  }
  return out;
}

}  // namespace tomme::repository
