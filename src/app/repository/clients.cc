#include "app/repository/clients.h"

#include <algorithm>
#include <set>

#include "core/base/words.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

/// python-tuf 7.0.1, go-tuf 2.4.2, tuf-js 5.0.1 (which npm gives on Node 20) and 6.0.2, tough 0.24.0 (Rust),
/// sigstore-java 2.0.0. Ed25519, ECDSA P-256 and RSA-PSS are read by all of them.
struct KeyLimit {
  KeyType type;
  Padding padding;
  std::string_view clients;   ///< that cannot verify
  std::string_view of_three;  ///< those of python-tuf, go-tuf and tuf-js
};
constexpr std::string_view kOldTufJs = "tuf-js 5", kGoTufAndTufJs = "go-tuf and tuf-js";
constexpr KeyLimit kKeyLimits[] = {
    {KeyType::ecdsa_p384, Padding::none, "tuf-js 5, tough and sigstore-java", kOldTufJs},
    {KeyType::ecdsa_p521, Padding::none, "go-tuf, tuf-js, tough and sigstore-java", kGoTufAndTufJs},
    {KeyType::rsa, Padding::pkcs1, "go-tuf, tuf-js, tough and sigstore-java", kGoTufAndTufJs},
};

/// tuf-js copies a map for each entry of a snapshot: CPU time goes by the square of the number of bins, 1 s
/// for 2,048, 5 s for 4,096, 23 s for 8,192.
constexpr std::uint32_t kMostBinsOfTufJs = 2048;

/// python-tuf, go-tuf and tuf-js visit so many roles for one path. Two of them are hash bins' own.
constexpr std::size_t kMostRolesOfAPath = 32;
constexpr std::size_t kMostCompared = 300;  // roles; more take long

constexpr std::size_t kShownDigits = 12;  // of a key id

/// nullptr where every client verifies what it signs, or it cannot be used.
const KeyLimit* limit_of(const tuf::Key& key) {
  if (key.public_key() == nullptr) return nullptr;
  const auto* limit = std::ranges::find_if(kKeyLimits, [&](const KeyLimit& l) {
    return l.type == key.public_key()->type() && l.padding == key.signature_scheme().padding;
  });
  return limit == std::end(kKeyLimits) ? nullptr : limit;
}

/// Different keys of a role, by how many clients verify what they sign.
struct Counted {
  std::set<std::string> by_all, by_new_tuf_js, by_python_tuf;

  Counted(const tuf::RoleKeys& role, const tuf::Keys& keys) {
    for (const tuf::KeyId& id : role.keyids) {
      const auto key = keys.find(id);
      if (key == keys.end() || key->second.public_key() == nullptr) continue;
      const std::string name = key->second.counted_as();
      const KeyLimit* limit = limit_of(key->second);
      by_python_tuf.insert(name);
      if (limit == nullptr || limit->of_three == kOldTufJs) by_new_tuf_js.insert(name);
      if (limit == nullptr) by_all.insert(name);
    }
  }
};

}  // namespace

std::vector<std::string> words_of_keys(const tuf::Keys& keys) {
  std::vector<std::string> words;
  for (const auto& [id, key] : keys) {
    const KeyLimit* limit = limit_of(key);
    if (limit == nullptr) continue;
    words.push_back(std::string(limit->clients) + " cannot verify what the key " +
                    printable(id.value().substr(0, kShownDigits)) + " signs (" +
                    key.public_key()->describe() +
                    (limit->padding == Padding::pkcs1 ? " with PKCS#1 v1.5" : "") + ")");
  }
  return words;
}

std::optional<std::string> words_of_threshold(std::string_view role, const tuf::RoleKeys& role_keys,
                                              const tuf::Keys& keys) {
  const Counted counted_keys(role_keys, keys);
  const std::size_t most = counted_keys.by_new_tuf_js.size(), all = counted_keys.by_all.size();
  // That it can be reached by nobody is said elsewhere.
  if (role_keys.threshold <= all || role_keys.threshold > counted_keys.by_python_tuf.size())
    return std::nullopt;
  const bool is_old_only = role_keys.threshold <= most;
  return std::string(role) + " cannot be read by " + std::string(is_old_only ? kOldTufJs : kGoTufAndTufJs) +
         ": it needs " + counted(role_keys.threshold, "signature") + ", of which " +
         std::to_string(is_old_only ? all : most) + " can be verified there";
}

std::vector<std::string> words_of_thresholds(const tuf::Root& root) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view role, const tuf::RoleKeys& keys) {
    if (auto words = words_of_threshold(role, keys, root.keys)) out.push_back(*std::move(words));
  };
  add("root", root.root);
  add("targets", root.targets);
  add("snapshot", root.snapshot);
  add("timestamp", root.timestamp);
  return out;
}

std::vector<std::string> words_of_thresholds(const tuf::Targets& role) {
  std::vector<std::string> out;
  if (!role.delegations) return out;
  const auto add = [&](const std::string& name, const tuf::RoleKeys& keys) {
    if (auto words = words_of_threshold(printable(name, 80), keys, role.delegations->keys))
      out.push_back(*std::move(words));
  };
  if (const auto* bins = std::get_if<tuf::SuccinctRoles>(&role.delegations->roles)) {
    add("the hash bins", bins->keys);
    return out;
  }
  for (const auto& below : std::get<std::vector<tuf::DelegatedRole>>(role.delegations->roles))
    add(below.name.text(), below.keys);
  return out;
}

std::optional<std::string> words_of_prefixes(const tuf::DelegatedRole& role) {
  if (!std::holds_alternative<tuf::DelegatedRole::HashPrefixes>(role.covers)) return std::nullopt;
  return "go-tuf up to 2.4.2 finds no target of " + printable(role.name.text(), 80) +
         ", to which digests of paths lead (path_hash_prefixes)";
}

std::vector<std::string> words_of_bins(const BinLayout& layout) {
  std::vector<std::string> words{"tough and sigstore-java find no targets in hash bins (succinct roles)"};
  if (layout.count() > kMostBinsOfTufJs) {
    const std::string time = layout.count() <= 4096 ? "5 s" : layout.count() <= 8192 ? "23 s" : "minutes";
    words.push_back("tuf-js needs " + time + " of CPU time for " + std::to_string(layout.count()) +
                    " hash bins: keep to " + std::to_string(kMostBinsOfTufJs) +
                    " (11 bits) where it is used");
  }
  return words;
}

std::optional<std::string> words_of_many_roles(const std::vector<tuf::DelegatedRole>& in_order,
                                               PatternWork& work) {
  const std::size_t end = std::min(in_order.size(), kMostCompared);
  for (std::size_t at = kMostRolesOfAPath - 1; at < end; ++at) {
    const tuf::DelegatedRole& role = in_order[at];
    std::size_t before = 0;
    for (std::size_t other = 0; other < at; ++other) {
      if (!work.take(in_order[other], role))
        return "these delegations are too many to compare: clients ask " + std::to_string(kMostRolesOfAPath) +
               " roles for one path, and whether they find what is after these was not looked at";
      if (in_order[other].may_cover_the_same(role)) ++before;
    }
    if (before + 1 < kMostRolesOfAPath) continue;
    return counted(before, "role") + " that may list the same paths are asked before " +
           printable(role.name.text(), 80) + ": clients ask " + std::to_string(kMostRolesOfAPath) +
           " for one path, and find nothing after these";
  }
  return std::nullopt;
}

std::vector<std::string> words_of_clients(const OfflineRoles& roles) {
  std::vector<std::string> words;
  PatternWork work;
  const auto add = [&](std::vector<std::string> more) {
    for (std::string& line : more) {
      if (std::ranges::find(words, line) == words.end()) words.push_back(std::move(line));
    }
  };
  if (roles.root) {
    add(words_of_keys(roles.root->value.keys));
    add(words_of_thresholds(roles.root->value));
  }
  for (const auto& [name, role] : roles.targets) {
    if (!role.value.delegations) continue;
    add(words_of_keys(role.value.delegations->keys));
    add(words_of_thresholds(role.value));
    const auto* named = std::get_if<std::vector<tuf::DelegatedRole>>(&role.value.delegations->roles);
    if (named == nullptr) continue;
    if (auto many = words_of_many_roles(*named, work)) add({*std::move(many)});
    for (const tuf::DelegatedRole& below : *named) {
      if (auto prefixes = words_of_prefixes(below)) add({*std::move(prefixes)});
    }
  }
  if (const auto bins = roles.bins(); bins && *bins) add(words_of_bins((*bins)->layout));
  return words;
}

}  // namespace tomme::repository
