#include "app/repository/change_words.h"

#include <algorithm>
#include <map>

#include "core/encoding/json.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kMostNames = 20;  // of targets of one kind

using Lines = std::vector<std::string>;

std::string name_of(const tuf::KeyId& id, const tuf::Keys& keys) {
  std::string out = printable(id.value().substr(0, 12), 40);
  const auto key = keys.find(id);
  if (key == keys.end()) return out + " (not in the file)";
  if (const PublicKey* usable = key->second.public_key()) return out + " (" + usable->describe() + ")";
  if (const tuf::OidcSigner* signer = key->second.oidc_signer()) {
    return out + " (" + printable(signer->identity, 80) + ", " + printable(signer->issuer, 80) + ")";
  }
  return out + " (cannot be used: " + std::string(key->second.why_unusable()) + ")";
}

std::string counts(const tuf::RoleKeys& keys) {
  return std::to_string(keys.threshold) + " of " + std::to_string(keys.keyids.size());
}

/// Keys by themselves, whatever their ids.
std::map<std::string, std::string> keys_of(const tuf::RoleKeys& role, const tuf::Keys& keys) {
  std::map<std::string, std::string> out;
  for (const tuf::KeyId& id : role.keyids) {
    const auto key = keys.find(id);
    out.emplace(key == keys.end() ? id.value() : key->second.counted_as(), name_of(id, keys));
  }
  return out;
}

void say_keys(Lines& out, const std::string& role, const tuf::RoleKeys* before, const tuf::Keys* keys_before,
              const tuf::RoleKeys& after, const tuf::Keys& keys_after) {
  const auto now = keys_of(after, keys_after);
  const auto then = before == nullptr ? std::map<std::string, std::string>() : keys_of(*before, *keys_before);
  if (before == nullptr) {
    out.push_back(role + ": " + counts(after) + " keys sign");
  } else if (counts(*before) != counts(after)) {
    out.push_back(role + ": " + counts(after) + " keys sign, in place of " + counts(*before));
  }
  for (const auto& [key, name] : now) {
    if (!then.contains(key)) out.push_back(role + ": new key " + name);
  }
  for (const auto& [key, name] : then) {
    if (!now.contains(key)) out.push_back(role + ": key taken away " + name);
  }
}

void say_common(Lines& out, const std::string& role, const tuf::Common* before, const tuf::Common& after) {
  std::string line = role + " version " + std::to_string(after.version.value());
  if (before != nullptr) line += ", in place of version " + std::to_string(before->version.value());
  out.push_back(line);
  line = "expires " + to_rfc3339(after.expires);
  if (before != nullptr) line += ", in place of " + to_rfc3339(before->expires);
  out.push_back(line);
}

std::string other_members(const json::Object& object) {
  return json::to_canonical(json::Value(object));
}

void say_unknown(Lines& out, const json::Object* before, const json::Object& after) {
  const std::string then = before == nullptr ? "{}" : other_members(*before);
  const std::string now = other_members(after);
  if (then != now)
    out.push_back("other members are " + printable(now, 400) + ", in place of " + printable(then, 400));
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
  if (file.custom) out += ", custom " + printable(json::to_canonical(*file.custom), 200);
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
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + printable(word, 100);
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
  return std::to_string(bins.bins()) + " hash bins " + printable(bins.name_prefix, 80) + "-…";
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
  say_unknown(out, before == nullptr ? nullptr : &before->unknown, after.unknown);
  say_unknown(out, before == nullptr ? nullptr : &before->unknown_roles, after.unknown_roles);
  return out;
}

std::vector<std::string> words_of_change(const std::string& role, const tuf::Targets* before,
                                         const tuf::Targets& after) {
  Lines out;
  say_common(out, printable(role, 80), before, after);
  say_bins(out, before, after);
  say_delegations(out, before, after);
  say_targets(out, before, after);
  say_unknown(out, before == nullptr ? nullptr : &before->unknown, after.unknown);
  return out;
}

}  // namespace tomme::repository
