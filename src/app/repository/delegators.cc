#include "app/repository/delegators.h"

#include <algorithm>

#include "app/repository/errors.h"
#include "app/repository/key_use.h"
#include "core/base/words.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

std::string SaidKeys::key() const {
  std::string out = std::to_string(role->threshold);
  for (const tuf::KeyId& id : role->keyids) {
    const auto listed = keys->find(id);
    out += " " + id.value() + "=" + (listed == keys->end() ? "" : listed->second.counted_as());
  }
  return out;
}

bool SaidKeys::same_keys(const SaidKeys& other) const {
  return role->threshold == other.role->threshold &&
         counted_keys(*role, *keys) == counted_keys(*other.role, *other.keys);
}

std::string in_words(const std::string& role, const tuf::Common& file) {
  return printable(role, 80) + " version " + std::to_string(file.version.value());
}

std::string words_of_leading_back(const std::string& role, const std::string& name) {
  return role == name ? "delegates to itself, and would say who signs it"
                      : "delegates to " + printable(name, 80) +
                            ", below which it is itself, and would say who signs that one";
}

const std::vector<tuf::DelegatedRole>& named_in(const tuf::Targets& role) {
  static const std::vector<tuf::DelegatedRole> kNone;
  const auto* named =
      role.delegations ? std::get_if<std::vector<tuf::DelegatedRole>>(&role.delegations->roles) : nullptr;
  return named == nullptr ? kNone : *named;
}

std::optional<SaidKeys> said_by(const std::string& delegator, const tuf::Targets& file,
                                const std::string& role) {
  for (const tuf::DelegatedRole& below : named_in(file)) {
    if (below.name.text() == role)
      return SaidKeys{in_words(delegator, file), &file.delegations->keys, &below.keys, delegator};
  }
  return std::nullopt;
}

SaidKeys said_of_targets(const tuf::Root& root) {
  return {in_words("root", root), &root.keys, &root.targets};
}

SaidKeys said_of_root(const tuf::Root& root, std::string words) {
  return {std::move(words), &root.keys, &root.root};
}

template <class T>
Result<void> expect_signed(const std::string& role, const SaidKeys& by, const tuf::Signed<T>& file) {
  const auto good =
      tuf::verify_threshold(role, by.words, *by.keys, *by.role, file.canonical, file.signatures);
  if (good) return good;
  std::vector<std::string> missing;
  std::size_t count = 0;
  for (const tuf::KeyReport& report :
       tuf::examine_signatures(*by.keys, *by.role, file.canonical, file.signatures)) {
    const std::string name = "key " + printable(report.keyid.value().substr(0, 12), 40);
    if (report.trouble.empty()) {
      ++count;
    } else {
      missing.push_back(report.trouble == "no signature" ? name : name + " (" + report.trouble + ")");
    }
  }
  return fail(kRepositoryUnsigned, "it has " + std::to_string(count) + " of the " +
                                       counted(by.role->threshold, "signature") + " that " + by.words +
                                       " asks for; not signed by " + joined(missing));
}

template Result<void> expect_signed(const std::string&, const SaidKeys&, const tuf::Signed<tuf::Root>&);
template Result<void> expect_signed(const std::string&, const SaidKeys&, const tuf::Signed<tuf::Targets>&);

std::string with_counting_signatures(const std::string& canonical,
                                     const std::vector<tuf::Signature>& signatures,
                                     const std::vector<SaidKeys>& by) {
  std::set<tuf::KeyId> good;
  for (const SaidKeys& said : by) {
    for (const tuf::KeyReport& report :
         tuf::examine_signatures(*said.keys, *said.role, canonical, signatures)) {
      if (report.trouble.empty()) good.insert(report.keyid);
    }
  }
  std::vector<tuf::Signature> counting;
  for (const tuf::Signature& signature : signatures) {
    const auto bytes = decode_hex(signature.hex);
    if (bytes && good.contains(signature.keyid))
      counting.push_back({signature.keyid, encode_hex(*bytes), {}});
  }
  return tuf::write_envelope(canonical, counting);
}

bool is_role_below(const std::map<std::string, Parent>& parents, const std::string& role,
                   const std::string& above) {
  // One step nearer to targets each time.
  for (const std::string* at = &role; !at->empty();) {
    if (*at == above) return true;
    const auto parent = parents.find(*at);
    if (parent == parents.end()) return false;
    at = &parent->second.name;
  }
  return false;
}

Delegators::Delegators(const RolesView& roles) : parents_(roles.parents()) {
  if (roles.root != nullptr) by_role_["targets"].push_back(said_of_targets(*roles.root));
  for (const auto& [name, file] : roles.targets) {
    if (!parents_.contains(name)) continue;
    const std::string words = in_words(name, *file);
    for (const tuf::DelegatedRole& below : named_in(*file))
      by_role_[below.name.text()].push_back({words, &file->delegations->keys, &below.keys, name});
  }
}

std::size_t Delegators::depth_of(const std::string& role) const {
  const auto parent = parents_.find(role);
  return parent == parents_.end() ? 0 : parent->second.depth;
}

const std::string& Delegators::parent_of(const std::string& role) const {
  static const std::string kNone;
  const auto parent = parents_.find(role);
  return parent == parents_.end() ? kNone : parent->second.name;
}

const std::vector<SaidKeys>& Delegators::of(const std::string& role) const {
  static const std::vector<SaidKeys> kNone;
  const auto by = by_role_.find(role);
  return by == by_role_.end() ? kNone : by->second;
}

const SaidKeys* Delegators::nearest(const std::string& role) const {
  const std::vector<SaidKeys>& by = of(role);
  const auto found = std::ranges::find(by, parent_of(role), &SaidKeys::delegator);
  return found == by.end() ? nullptr : &*found;
}

}  // namespace tomme::repository
