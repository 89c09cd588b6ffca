#include "app/repository/clients.h"

#include <algorithm>

#include "core/base/words.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

/// python-tuf 7.0.1, go-tuf 2.4.2, tuf-js 5.0.1 (which npm gives on Node 20) and 6.0.2, tough 0.24.0 (Rust),
/// sigstore-java 2.0.0. Ed25519, ECDSA P-256 and RSA-PSS are read by all of them.
struct KeyLimit {
  KeyType type;
  Padding padding;
  std::string_view clients;  ///< that cannot verify
};
constexpr KeyLimit kKeyLimits[] = {
    {KeyType::ecdsa_p384, Padding::none, "tuf-js 5, tough and sigstore-java"},
    {KeyType::ecdsa_p521, Padding::none, "go-tuf, tuf-js, tough and sigstore-java"},
    {KeyType::rsa, Padding::pkcs1, "go-tuf, tuf-js, tough and sigstore-java"},
};

/// tuf-js copies a map for each entry of a snapshot: CPU time goes by the square of the number of bins, 1 s
/// for 2,048, 5 s for 4,096, 23 s for 8,192.
constexpr std::uint32_t kMostBinsOfTufJs = 2048;

/// python-tuf, go-tuf and tuf-js visit so many roles for one path. Two of them are hash bins' own.
constexpr std::size_t kMostRolesOfAPath = 32;
constexpr std::size_t kMostCompared = 300;  // roles; more take long

constexpr std::size_t kShownDigits = 12;  // of a key id

}  // namespace

std::vector<std::string> words_of_keys(const tuf::Keys& keys) {
  std::vector<std::string> words;
  for (const auto& [id, key] : keys) {
    if (key.public_key() == nullptr) continue;
    const auto* limit = std::ranges::find_if(kKeyLimits, [&, &k = key](const KeyLimit& l) {
      return l.type == k.public_key()->type() && l.padding == k.signature_scheme().padding;
    });
    if (limit == std::end(kKeyLimits)) continue;
    words.push_back(std::string(limit->clients) + " cannot verify what the key " +
                    printable(id.value().substr(0, kShownDigits)) + " signs (" +
                    key.public_key()->describe() +
                    (limit->padding == Padding::pkcs1 ? " with PKCS#1 v1.5" : "") + ")");
  }
  return words;
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
  if (roles.root) add(words_of_keys(roles.root->value.keys));
  for (const auto& [name, role] : roles.targets) {
    if (!role.value.delegations) continue;
    add(words_of_keys(role.value.delegations->keys));
    const auto* named = std::get_if<std::vector<tuf::DelegatedRole>>(&role.value.delegations->roles);
    if (named == nullptr) continue;
    if (auto many = words_of_many_roles(*named, work)) add({*std::move(many)});
  }
  if (const auto bins = roles.bins(); bins && *bins) add(words_of_bins((*bins)->layout));
  return words;
}

}  // namespace tomme::repository
