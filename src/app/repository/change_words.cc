#include "app/repository/change_words.h"

#include <algorithm>
#include <map>

#include "core/crypto/digest.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kMostNames = 20;  // of targets of one kind

using Lines = std::vector<std::string>;

/// An outside text that is compared as it is shown: where it is cut, or not shown as it stands, its digest
/// says that it is another one.
std::string told(std::string_view text, std::size_t limit, bool exactly = false) {
  const std::string shown = printable(text, limit);
  if (shown == text && !exactly) return shown;
  return shown + " [SHA-256 " + sha256(bytes_of(text)).to_hex() + "]";
}

std::string other_members(const json::Object& object) {
  return told(json::to_canonical(json::Value(object)), 400);
}

std::string name_of(const tuf::KeyId& id, const tuf::Keys& keys) {
  std::string out = printable(id.value().substr(0, 12), 40) + " (";
  const auto found = keys.find(id);
  if (found == keys.end()) return out + "not in the file)";
  const tuf::Key& key = found->second;
  if (const PublicKey* usable = key.public_key()) {
    out += usable->describe();
    if (tuf::Key::of(*usable).scheme() != key.scheme()) out += ", " + printable(key.scheme(), 80);
  } else if (const tuf::OidcSigner* signer = key.oidc_signer()) {
    out += told(signer->identity, 80) + ", " + told(signer->issuer, 80);
  } else {
    out += "cannot be used: " + std::string(key.why_unusable());
  }
  if (key.unknown.size() > 0) out += ", with " + other_members(key.unknown);
  return out + ")";
}

std::string counts(const tuf::RoleKeys& keys) {
  return std::to_string(keys.threshold) + " of " + std::to_string(keys.keyids.size());
}

/// Names of keys, by all that their file says of them: another scheme or id is another key.
using Named = std::map<std::string, std::string>;

void put_name(Named& out, const tuf::KeyId& id, const tuf::Keys& keys) {
  const auto key = keys.find(id);
  const std::string all = key == keys.end() ? std::string() : key->second.to_canonical().value_or("");
  out.emplace(all + " " + id.value(), name_of(id, keys));
}

Named names_of(const tuf::RoleKeys& role, const tuf::Keys& keys) {
  Named out;
  for (const tuf::KeyId& id : role.keyids) put_name(out, id, keys);
  return out;
}

void say_difference(Lines& out, const std::string& what, const Named& then, const Named& now) {
  for (const auto& [key, name] : now) {
    if (!then.contains(key)) out.push_back(what + ": new key " + name);
  }
  for (const auto& [key, name] : then) {
    if (!now.contains(key)) out.push_back(what + ": key taken away " + name);
  }
}

void say_unknown(Lines& out, const std::string& what, const json::Object* before, const json::Object& after) {
  const std::string then = before == nullptr ? "{}" : other_members(*before);
  const std::string now = other_members(after);
  if (then != now) out.push_back(what + "other members are " + now + ", in place of " + then);
}

void say_keys(Lines& out, const std::string& role, const tuf::RoleKeys* before, const tuf::Keys* keys_before,
              const tuf::RoleKeys& after, const tuf::Keys& keys_after) {
  if (before == nullptr) {
    out.push_back(role + ": " + counts(after) + " keys sign");
  } else if (counts(*before) != counts(after)) {
    out.push_back(role + ": " + counts(after) + " keys sign, in place of " + counts(*before));
  }
  say_difference(out, role, before == nullptr ? Named() : names_of(*before, *keys_before),
                 names_of(after, keys_after));
  say_unknown(out, role + ": ", before == nullptr ? nullptr : &before->unknown, after.unknown);
}

/// Keys that a file lists and gives to no role.
Named names_of_idle(const tuf::Keys& keys, const std::vector<const tuf::RoleKeys*>& roles) {
  Named out;
  for (const auto& [id, key] : keys) {
    const bool used = std::ranges::any_of(roles, [&](const tuf::RoleKeys* role) {
      return std::ranges::find(role->keyids, id) != role->keyids.end();
    });
    if (!used) put_name(out, id, keys);
  }
  return out;
}

void say_common(Lines& out, const std::string& role, const tuf::Common* before, const tuf::Common& after) {
  std::string line = role + " version " + std::to_string(after.version.value());
  if (before != nullptr) line += ", in place of version " + std::to_string(before->version.value());
  out.push_back(line);
  line = "expires " + to_rfc3339(after.expires);
  if (before != nullptr) line += ", in place of " + to_rfc3339(before->expires);
  out.push_back(line);
  if (before != nullptr && before->spec_version != after.spec_version) {
    out.push_back("follows version " + after.spec_version + " of TUF, in place of " + before->spec_version);
  }
}

void say_names(Lines& out, const std::string& what, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size() && i < kMostNames; ++i) out.push_back(what + " " + names[i]);
  if (names.size() > kMostNames) {
    out.push_back(what + ": " + std::to_string(names.size() - kMostNames) + " more");
  }
}

std::string file_words(const tuf::TargetFile& file) {
  std::string out = std::to_string(file.length) + " octets";
  for (const Digest& digest : file.hashes.known) out += ", " + digest.to_string();
  for (const auto& [algorithm, hex] : file.hashes.unknown) out += ", " + told(algorithm + ":" + hex, 160);
  if (file.custom) out += ", custom " + told(json::to_canonical(*file.custom), 200);
  if (file.unknown.size() > 0) out += ", with " + other_members(file.unknown);
  return out;
}

void say_targets(Lines& out, const tuf::Targets* before, const tuf::Targets& after) {
  std::vector<std::string> added, changed, removed;
  for (const auto& [path, file] : after.targets) {
    const tuf::TargetFile* then = before == nullptr ? nullptr : before->targets.find(path);
    const std::string line = printable(path, 200) + " (" + file_words(file) + ")";
    if (then == nullptr) {
      added.push_back(line);
    } else if (file_words(*then) != file_words(file)) {
      changed.push_back(line + ", in place of (" + file_words(*then) + ")");
    }
  }
  for (const auto& [path, file] : before == nullptr ? tuf::Table<tuf::TargetFile>() : before->targets) {
    if (after.targets.find(path) == nullptr) removed.push_back(printable(path, 200));
  }
  say_names(out, "new target", added);
  say_names(out, "target changes", changed);
  say_names(out, "target taken away", removed);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words)
    out += (out.empty() ? "" : ", ") + told(word, 100, word.contains(','));
  return out;
}

std::string covers(const tuf::DelegatedRole& role) {
  std::string out;
  if (const auto* paths = std::get_if<tuf::DelegatedRole::Paths>(&role.covers)) {
    out = "the paths " + joined(paths->patterns);
  } else {
    out = "paths whose digests begin with " +
          joined(std::get<tuf::DelegatedRole::HashPrefixes>(role.covers).hex);
  }
  return out + (role.terminating ? ", and no other role for these" : "");
}

std::string bins_words(const tuf::SuccinctRoles& bins) {
  return std::to_string(bins.bins()) + " hash bins " + told(bins.name_prefix, 80) + "-…";
}

const std::vector<tuf::DelegatedRole>* named_of(const tuf::Targets* targets) {
  if (targets == nullptr || !targets->delegations) return nullptr;
  return std::get_if<std::vector<tuf::DelegatedRole>>(&targets->delegations->roles);
}
const tuf::SuccinctRoles* bins_of(const tuf::Targets* targets) {
  if (targets == nullptr || !targets->delegations) return nullptr;
  return std::get_if<tuf::SuccinctRoles>(&targets->delegations->roles);
}

void say_bins(Lines& out, const tuf::Targets* before, const tuf::Targets& after) {
  const tuf::SuccinctRoles* then = bins_of(before);
  const tuf::SuccinctRoles* now = bins_of(&after);
  if (then != nullptr && (now == nullptr || bins_words(*then) != bins_words(*now))) {
    out.push_back("no longer delegates to " + bins_words(*then));
  }
  if (now == nullptr) return;
  if (then == nullptr || bins_words(*then) != bins_words(*now))
    out.push_back("delegates to " + bins_words(*now));
  say_keys(out, "bins", then == nullptr ? nullptr : &then->keys,
           then == nullptr ? nullptr : &before->delegations->keys, now->keys, after.delegations->keys);
  say_unknown(out, "bins: ", then == nullptr ? nullptr : &then->unknown, now->unknown);
}

std::vector<const tuf::RoleKeys*> roles_of(const tuf::Delegations& delegations) {
  std::vector<const tuf::RoleKeys*> out;
  if (const auto* bins = std::get_if<tuf::SuccinctRoles>(&delegations.roles)) return {&bins->keys};
  for (const tuf::DelegatedRole& role : std::get<std::vector<tuf::DelegatedRole>>(delegations.roles)) {
    out.push_back(&role.keys);
  }
  return out;
}

Named names_of_idle(const tuf::Targets* targets) {
  if (targets == nullptr || !targets->delegations) return {};
  return names_of_idle(targets->delegations->keys, roles_of(*targets->delegations));
}
Named names_of_idle(const tuf::Root* root) {
  if (root == nullptr) return {};
  return names_of_idle(root->keys, {&root->root, &root->targets, &root->snapshot, &root->timestamp});
}

/// What the delegations have besides roles.
void say_rest_of_delegations(Lines& out, const tuf::Targets* before, const tuf::Targets& after) {
  static const json::Object kNone;
  const auto unknown = [](const tuf::Targets* targets) {
    return targets != nullptr && targets->delegations ? &targets->delegations->unknown : &kNone;
  };
  say_difference(out, "no role", names_of_idle(before), names_of_idle(&after));
  say_unknown(out, "delegations: ", unknown(before), *unknown(&after));
  const auto delegates_to_none = [](const tuf::Targets* targets) {
    return targets != nullptr && targets->delegations && roles_of(*targets->delegations).empty();
  };
  if (delegates_to_none(before) && !after.delegations) out.push_back("an empty list of roles is gone");
  if (delegates_to_none(&after) && (before == nullptr || !before->delegations)) {
    out.push_back("an empty list of roles is new");
  }
}

void say_delegations(Lines& out, const tuf::Targets* before, const tuf::Targets& after) {
  std::map<std::string, const tuf::DelegatedRole*> then;
  std::vector<std::string> order_then, order_now;
  if (const auto* named = named_of(before)) {
    for (const tuf::DelegatedRole& role : *named) then.emplace(role.name.text(), &role);
  }
  std::map<std::string, bool> now;
  if (const auto* named = named_of(&after)) {
    for (const tuf::DelegatedRole& role : *named) {
      const std::string name = printable(role.name.text(), 80);
      const auto old = then.find(role.name.text());
      now.emplace(role.name.text(), true);
      order_now.push_back(role.name.text());
      if (old == then.end() || covers(*old->second) != covers(role)) {
        out.push_back("delegates to " + name + " " + covers(role) +
                      (old == then.end() ? "" : ", in place of " + covers(*old->second)));
      }
      say_keys(out, name, old == then.end() ? nullptr : &old->second->keys,
               old == then.end() ? nullptr : &before->delegations->keys, role.keys, after.delegations->keys);
      say_unknown(out, name + ": ", old == then.end() ? nullptr : &old->second->unknown, role.unknown);
    }
  }
  if (const auto* named = named_of(before)) {
    for (const tuf::DelegatedRole& role : *named) {
      if (!now.contains(role.name.text())) {
        out.push_back("no longer delegates to " + printable(role.name.text(), 80));
      } else {
        order_then.push_back(role.name.text());
      }
    }
  }
  std::erase_if(order_now, [&](const std::string& name) { return !then.contains(name); });
  if (order_then != order_now) out.push_back("the order of its roles is now " + joined(order_now));
}

}  // namespace

std::vector<std::string> words_of_change(const tuf::Root* before, const tuf::Root& after) {
  Lines out;
  say_common(out, "root", before, after);
  if (before == nullptr || before->consistent_snapshot != after.consistent_snapshot) {
    out.push_back(after.consistent_snapshot ? "files are named by version and digest (consistent snapshots)"
                                            : "files are not named by version and digest");
  }
  const auto say = [&](const char* role, tuf::RoleKeys tuf::Root::* keys) {
    say_keys(out, role, before == nullptr ? nullptr : &(before->*keys),
             before == nullptr ? nullptr : &before->keys, after.*keys, after.keys);
  };
  say("root", &tuf::Root::root);
  say("targets", &tuf::Root::targets);
  say("snapshot", &tuf::Root::snapshot);
  say("timestamp", &tuf::Root::timestamp);
  say_difference(out, "no role", names_of_idle(before), names_of_idle(&after));
  say_unknown(out, "", before == nullptr ? nullptr : &before->unknown, after.unknown);
  say_unknown(out, "roles: ", before == nullptr ? nullptr : &before->unknown_roles, after.unknown_roles);
  return out;
}

std::vector<std::string> words_of_change(const std::string& role, const tuf::Targets* before,
                                         const tuf::Targets& after) {
  Lines out;
  say_common(out, printable(role, 80), before, after);
  say_bins(out, before, after);
  say_delegations(out, before, after);
  say_rest_of_delegations(out, before, after);
  say_targets(out, before, after);
  say_unknown(out, "", before == nullptr ? nullptr : &before->unknown, after.unknown);
  return out;
}

}  // namespace tomme::repository
