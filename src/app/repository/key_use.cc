#include "app/repository/key_use.h"

#include <algorithm>

#include "app/repository/layout.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

constexpr const char* kBins = "the hash bins";
constexpr std::size_t kShownDigits = 12;  // of a key id
constexpr std::size_t kShownRoles = 8;
/// So far a version may be ahead where others with the same keys are staged or published at the same time.
constexpr std::uint64_t kMostAhead = 1 << 20;

bool is_of_another_type(std::string_view role) {
  return role == "root" || role == "snapshot" || role == "timestamp";
}
bool is_online(std::string_view role) {
  return role == "snapshot" || role == "timestamp" || role == kBins;
}

std::string list_of(const std::set<std::string>& roles) {
  std::string out;
  std::size_t at = 0;
  for (const std::string& role : roles) {
    if (at == kShownRoles) return out + " and " + std::to_string(roles.size() - at) + " more";
    const bool last = at + 1 == roles.size();
    out += (at == 0 ? "" : last ? " and " : ", ") + printable(role, 80);
    ++at;
  }
  return out;
}

std::uint64_t version_of(const OfflineRoles& roles, const std::string& role) {
  const auto there = roles.targets.find(role);
  return there == roles.targets.end() ? 0 : there->second.value.version.value();
}

/// 0 where there are no bins, or more than one set of them.
std::uint64_t newest_bin_of(const OfflineRoles& roles, const SnapshotText& snapshot) {
  const auto bins = roles.bins();
  return bins && *bins ? newest_bin_version(snapshot, (*bins)->layout) : 0;
}

}  // namespace

void KeyUse::add(const std::string& role, const tuf::RoleKeys& role_keys, const tuf::Keys& keys) {
  for (const tuf::KeyId& id : role_keys.keyids) {
    const auto key = keys.find(id);
    if (key == keys.end()) continue;
    const std::string one = key->second.counted_as();
    keys_of_[role].insert(one);
    roles_of_[one].insert(role);
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
    add(kBins, bins->keys, keys);
    return;
  }
  for (const auto& role : std::get<std::vector<tuf::DelegatedRole>>(delegator.delegations->roles)) {
    add(role.name.text(), role.keys, keys);
  }
}

KeyUse KeyUse::of(const OfflineRoles& roles) {
  KeyUse out;
  if (roles.root) out.add(roles.root->value);
  for (const auto& [name, role] : roles.targets) out.add(role.value);
  return out;
}

std::set<std::string> KeyUse::sharing(const std::string& role) const {
  std::set<std::string> out;
  const auto keys = keys_of_.find(role);
  if (keys == keys_of_.end()) return out;
  for (const std::string& key : keys->second) {
    for (const std::string& other : roles_of_.at(key)) {
      if (other != role && other != kBins && !is_of_another_type(other)) out.insert(other);
    }
  }
  return out;
}

bool KeyUse::shares_with_bins(const std::string& role) const {
  const auto keys = keys_of_.find(role);
  return keys != keys_of_.end() && std::ranges::any_of(keys->second, [&](const std::string& key) {
           return roles_of_.at(key).contains(kBins);
         });
}

std::vector<std::string> KeyUse::words() const {
  std::vector<std::string> out;
  for (const auto& [key, roles] : roles_of_) {
    if (roles.size() < 2 || std::ranges::all_of(roles, is_online)) continue;
    out.push_back(list_of(roles) + " have the key " + printable(ids_.at(key).substr(0, kShownDigits)) +
                  " in common: whoever has it signs for each of them");
  }
  return out;
}

VersionRange next_versions(const std::string& role, const Published& published, const KeyUse& keys) {
  VersionRange range;
  range.least = version_of(published.offline, role) + 1;
  const std::set<std::string> others = keys.sharing(role);
  for (const std::string& other : others) {
    range.least = std::max(range.least, version_of(published.offline, other) + 1);
  }
  const bool with_bins = keys.shares_with_bins(role);
  if (with_bins) {
    range.least = std::max(range.least, newest_bin_of(published.offline, published.snapshot) + 1);
  }
  range.most = range.least + (others.empty() && !with_bins ? 0 : kMostAhead);
  return range;
}

std::set<std::string> same_versions(const OfflineRoles& roles, const SnapshotText& snapshot) {
  const KeyUse keys = KeyUse::of(roles);
  const std::uint64_t newest_bin = newest_bin_of(roles, snapshot);
  std::set<std::string> out;
  for (const auto& [name, role] : roles.targets) {
    const std::uint64_t version = role.value.version.value();
    const std::string end = " have a key and the version " + std::to_string(version) + " in common";
    for (const std::string& other : keys.sharing(name)) {
      if (name < other && version_of(roles, other) == version) {
        out.insert(list_of({name, other}) + end);
      }
    }
    if (version <= newest_bin && keys.shares_with_bins(name)) {
      out.insert(list_of({name, kBins}) + " have a key in common, and one of them may have had the version " +
                 std::to_string(version));
    }
  }
  return out;
}

std::uint64_t newest_bin_version(const SnapshotText& snapshot, const BinLayout& layout) {
  std::uint64_t newest = 0;
  for (const SnapshotText::Entry& entry : snapshot.entries()) {
    if (entry.version > newest && layout.could_name(entry.file)) newest = entry.version;
  }
  return newest;
}

}  // namespace tomme::repository
