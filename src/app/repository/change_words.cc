#include "app/repository/change_words.h"

#include <algorithm>
#include <map>
#include <set>

#include "app/repository/clients.h"
#include "core/base/words.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kMostNames = 1000;       // of targets of one kind
constexpr std::size_t kMostBytes = 400;        // of one outside text
constexpr std::size_t kMostWork = 20'000'000;  // comparisons of one byte of a pattern with one of another
constexpr std::chrono::days kLong{3 * 366};

using Lines = std::vector<std::string>;

/// What a person reads: the lines, and behind them those that take protection away.
struct Words {
  Lines lines, attention;

  void say(std::string line) { lines.push_back(std::move(line)); }
  void warn(std::string line) { attention.push_back("attention: " + std::move(line)); }
  Lines take() {
    lines.insert(lines.end(), attention.begin(), attention.end());
    return std::move(lines);
  }
};

/// All of a text as it stands. What is cut, or not shown as it stands, has the digest of all, so that no
/// difference hides behind its length or its look.
std::string shown(std::string_view text, std::size_t limit = kMostBytes) {
  const std::string whole = printable(text, text.size() * 8);
  if (whole == text && whole.size() <= limit) return whole;
  return printable(text, limit) + " (" + counted(text.size(), "byte") +
         ", sha256:" + sha256(bytes_of(text)).to_hex() + ")";
}

/// Between quotes, so that no text can pretend to be more than one, or other words.
std::string in_quotes(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') escaped.push_back('\\');
    escaped.push_back(c);
  }
  return '"' + printable(escaped, escaped.size() * 8) + '"';
}

/// A role's name, between quotes where it could be taken for words of ours.
std::string role_name(std::string_view name) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return name.find_first_not_of(kPlain) == std::string_view::npos ? shown(name, 80) : in_quotes(name);
}

std::string digest_of(const tuf::Key& key) {
  return "sha256:" + sha256(bytes_of(key.to_canonical().value_or(""))).to_hex();
}

/// By the id that `tomme tuf key show` prints, which is made of the key itself: the file may list any key
/// under any id.
std::string name_of(const tuf::KeyId& id, const tuf::Keys& keys) {
  const std::string listed = shown(id.value(), 80);
  const auto key = keys.find(id);
  if (key == keys.end()) return listed + " (not in the file)";
  if (const PublicKey* usable = key->second.public_key()) {
    const tuf::Key usual = tuf::Key::of(*usable);
    const std::string own = usual.id().value();
    return own + " (" + usable->describe() +
           (key->second.scheme() == usual.scheme() ? "" : ", " + shown(key->second.scheme(), 80)) +
           (own == id.value() ? "" : ", listed as " + listed) + ")";
  }
  if (const tuf::OidcSigner* signer = key->second.oidc_signer()) {
    return listed + " (" + shown(signer->identity) + ", " + shown(signer->issuer) + ")";
  }
  // Other clients may be able to: what it is has to be said here as well.
  return listed + " (cannot be used here: " + std::string(key->second.why_unusable()) + "; " +
         digest_of(key->second) + ")";
}

/// Names of keys, by all that their file says of them: another id or scheme is another key.
using Named = std::map<std::string, std::string>;

void put_name(Named& out, const tuf::KeyId& id, const tuf::Keys& keys) {
  const auto key = keys.find(id);
  const std::string all = key == keys.end() ? std::string() : key->second.to_canonical().value_or("");
  out.emplace(all + " " + id.value(), name_of(id, keys));
}

void say_difference(Words& out, const std::string& what, const Named& then, const Named& now) {
  for (const auto& [key, name] : now) {
    if (!then.contains(key)) out.say(what + ": new key " + name);
  }
  for (const auto& [key, name] : then) {
    if (!now.contains(key)) out.say(what + ": key taken away " + name);
  }
}

/// Keys by themselves, whatever their ids.
std::set<std::string> different_keys(const tuf::RoleKeys& role, const tuf::Keys& keys) {
  std::set<std::string> out;
  for (const tuf::KeyId& id : role.keyids) {
    const auto key = keys.find(id);
    if (key != keys.end()) out.insert(key->second.counted_as());
  }
  return out;
}

std::size_t usable_keys(const tuf::RoleKeys& role, const tuf::Keys& keys) {
  std::set<std::string> out;
  for (const tuf::KeyId& id : role.keyids) {
    const auto key = keys.find(id);
    if (key != keys.end() && key->second.why_unusable().empty()) out.insert(key->second.counted_as());
  }
  return out.size();
}

std::string counts(const tuf::RoleKeys& keys) {
  return std::to_string(keys.threshold) + " of " + std::to_string(keys.keyids.size());
}

/// The keys of a role with the table in which they are; `keys` is nullptr for a role that was not there.
struct Ring {
  const tuf::RoleKeys* role = nullptr;
  const tuf::Keys* keys = nullptr;
};

void warn_of_keys(Words& out, const std::string& role, const Ring& before, const Ring& after) {
  const std::size_t usable = usable_keys(*after.role, *after.keys);
  if (usable < after.role->keyids.size()) {
    out.warn(role + ": of its " + counted(after.role->keyids.size(), "key") + " only " +
             std::to_string(usable) + " are different ones that can be used");
  }
  if (after.role->threshold > usable) {
    out.warn(role + ": it could never be signed, since " + std::to_string(after.role->threshold) +
             " keys must");
  }
  if (auto words = words_of_threshold(role, *after.role, *after.keys)) out.warn(*std::move(words));
  if (before.role == nullptr) return;
  if (after.role->threshold < before.role->threshold) {
    out.warn(role + ": fewer keys than before can sign it, " + counts(*after.role) + " in place of " +
             counts(*before.role));
  }
  const std::set<std::string> now = different_keys(*after.role, *after.keys);
  const std::set<std::string> then = different_keys(*before.role, *before.keys);
  const bool any_stays = std::ranges::any_of(then, [&](const auto& key) { return now.contains(key); });
  if (!any_stays && !then.empty()) out.warn(role + ": none of the keys that signed it before stays");
}

void say_keys(Words& out, const std::string& role, const Ring& before, const Ring& after) {
  if (before.role == nullptr) {
    out.say(role + ": " + counts(*after.role) + " keys sign");
  } else if (counts(*before.role) != counts(*after.role)) {
    out.say(role + ": " + counts(*after.role) + " keys sign, in place of " + counts(*before.role));
  }
  Named then, now;
  for (const tuf::KeyId& id : after.role->keyids) put_name(now, id, *after.keys);
  if (before.role != nullptr) {
    for (const tuf::KeyId& id : before.role->keyids) put_name(then, id, *before.keys);
  }
  say_difference(out, role, then, now);
  warn_of_keys(out, role, before, after);
}

void say_common(Words& out, const std::string& role, const tuf::Common* before, const tuf::Common& after,
                Time now) {
  std::string line = role + " version " + std::to_string(after.version.value());
  if (before != nullptr) line += ", in place of version " + std::to_string(before->version.value());
  out.say(line);
  line = "expires " + to_rfc3339(after.expires);
  if (before != nullptr) line += ", in place of " + to_rfc3339(before->expires);
  out.say(line);
  if (after.is_expired(now)) out.warn("it is expired already");
  if (after.expires - now > kLong) {
    const auto years = std::chrono::duration_cast<std::chrono::years>(after.expires - now).count();
    out.warn("it would hold for " + std::to_string(years) + " years");
  }
  if (before != nullptr && after.expires < before->expires)
    out.warn("it expires earlier than what it takes the place of");
}

/// All that no specification names, by where it stands: it has no effect here, but it is signed as well.
using Others = std::map<std::string, std::string>;

void add_others(Others& out, const std::string& where, const json::Object& members) {
  for (const json::Member& member : members)
    out[where + in_quotes(member.name)] = json::to_canonical(member.value);
}

/// What a key has beside its public half, and that where it is not written as it usually is: for whoever
/// reads the file it is another key.
void add_keyval(Others& out, const std::string& where, const tuf::Key& key) {
  const bool is_signer = key.oidc_signer() != nullptr;
  const json::Object usual =
      key.public_key() != nullptr ? tuf::Key::of(*key.public_key()).keyval() : json::Object();
  for (const json::Member& member : key.keyval()) {
    if (is_signer && (member.name == "identity" || member.name == "issuer")) continue;
    const json::Value* as_usual = usual.find(member.name);
    if (as_usual != nullptr && json::to_canonical(*as_usual) == json::to_canonical(member.value)) continue;
    out[where + "keyval: " + in_quotes(member.name)] = json::to_canonical(member.value);
  }
}

void add_others(Others& out, const std::string& where, const tuf::Keys& keys) {
  for (const auto& [id, key] : keys) {
    const std::string name = where + "key " + shown(id.value(), 80) + ": ";
    out[name + "scheme"] = json::quote(key.type() + "/" + key.scheme());
    add_others(out, name, key.unknown);
    add_keyval(out, name, key);
  }
}

Others others_of(const tuf::Root& root) {
  Others out;
  out["spec_version"] = json::quote(root.spec_version);
  add_others(out, "", root.unknown);
  add_others(out, "roles: ", root.unknown_roles);
  add_others(out, "roles: root: ", root.root.unknown);
  add_others(out, "roles: targets: ", root.targets.unknown);
  add_others(out, "roles: snapshot: ", root.snapshot.unknown);
  add_others(out, "roles: timestamp: ", root.timestamp.unknown);
  add_others(out, "", root.keys);
  return out;
}

Others others_of(const tuf::Targets& targets) {
  Others out;
  out["spec_version"] = json::quote(targets.spec_version);
  add_others(out, "", targets.unknown);
  if (!targets.delegations) return out;
  add_others(out, "delegations: ", targets.delegations->unknown);
  add_others(out, "delegations: ", targets.delegations->keys);
  if (const auto* named = std::get_if<std::vector<tuf::DelegatedRole>>(&targets.delegations->roles)) {
    for (const tuf::DelegatedRole& role : *named) {
      const std::string where = "role " + in_quotes(role.name.text()) + ": ";
      add_others(out, where, role.unknown);
      add_others(out, where, role.keys.unknown);
    }
  } else {
    const auto& bins = std::get<tuf::SuccinctRoles>(targets.delegations->roles);
    add_others(out, "bins: ", bins.unknown);
    add_others(out, "bins: ", bins.keys.unknown);
  }
  return out;
}

void say_others(Words& out, const Others& before, const Others& after, bool first) {
  for (const auto& [where, value] : after) {
    const auto old = before.find(where);
    // The schemes of keys and the version of TUF are of interest where they change.
    const bool usual = where.ends_with(": scheme") || where == "spec_version";
    if (old != before.end() && old->second != value) {
      out.say(where + ": " + shown(value) + ", in place of " + shown(old->second));
    } else if (old == before.end() && !usual) {
      out.say(where + ": " + shown(value) + (first ? "" : ", which was not there"));
    }
  }
  for (const auto& [where, value] : before) {
    if (!after.contains(where) && !where.ends_with(": scheme"))
      out.say(where + ": taken away, it was " + shown(value));
  }
}

using Roles = std::vector<const tuf::RoleKeys*>;

Roles roles_of(const tuf::Delegations& delegations) {
  if (const auto* bins = std::get_if<tuf::SuccinctRoles>(&delegations.roles)) return {&bins->keys};
  Roles out;
  for (const tuf::DelegatedRole& role : std::get<std::vector<tuf::DelegatedRole>>(delegations.roles)) {
    out.push_back(&role.keys);
  }
  return out;
}

/// Keys that a file lists and gives to no role.
Named idle_keys(const tuf::Keys& keys, const Roles& roles) {
  Named out;
  for (const auto& [id, key] : keys) {
    const bool used = std::ranges::any_of(roles, [&](const tuf::RoleKeys* role) {
      return std::ranges::find(role->keyids, id) != role->keyids.end();
    });
    if (!used) put_name(out, id, keys);
  }
  return out;
}
Named idle_keys(const tuf::Root* root) {
  if (root == nullptr) return {};
  return idle_keys(root->keys, {&root->root, &root->targets, &root->snapshot, &root->timestamp});
}
Named idle_keys(const tuf::Targets* targets) {
  if (targets == nullptr || !targets->delegations) return {};
  return idle_keys(targets->delegations->keys, roles_of(*targets->delegations));
}

bool delegates_to_nobody(const tuf::Targets* targets) {
  return targets != nullptr && targets->delegations && roles_of(*targets->delegations).empty();
}

void say_names(Words& out, const std::string& what, const Lines& names) {
  for (std::size_t i = 0; i < names.size() && i < kMostNames; ++i) out.say(what + " " + names[i]);
  if (names.size() > kMostNames) {
    out.warn(what + ": " + std::to_string(names.size() - kMostNames) +
             " more that are not said here; read the file itself");
  }
}

std::string file_words(const tuf::TargetFile& file) {
  std::string out = counted(file.length, "byte");
  for (const Digest& digest : file.hashes.known) out += ", " + digest.to_string();
  for (const auto& [algorithm, hex] : file.hashes.unknown) out += ", " + shown(algorithm + ":" + hex);
  if (file.custom) out += ", custom " + shown(json::to_canonical(*file.custom));
  if (file.unknown.size() != 0)
    out += ", other members " + shown(json::to_canonical(json::Value(file.unknown)));
  return out;
}

void say_targets(Words& out, const tuf::Targets* before, const tuf::Targets& after) {
  Lines added, changed, removed;
  for (const auto& [path, file] : after.targets) {
    const tuf::TargetFile* then = before == nullptr ? nullptr : before->targets.find(path);
    const std::string words = file_words(file);
    const std::string line = shown(path, 1200) + " (" + words + ")";
    if (then == nullptr) {
      added.push_back(line);
    } else if (const std::string words_then = file_words(*then); words_then != words) {
      changed.push_back(line + ", in place of (" + words_then + ")");
    }
  }
  for (const auto& [path, file] : before == nullptr ? tuf::Table<tuf::TargetFile>() : before->targets) {
    if (after.targets.find(path) == nullptr) removed.push_back(shown(path, 1200));
  }
  say_names(out, "new target", added);
  say_names(out, "target changes", changed);
  say_names(out, "target taken away", removed);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + in_quotes(word);
  return out;
}

bool is_every_prefix(const std::vector<std::string>& hex) {
  const std::set<std::string> one(hex.begin(), hex.end());
  return one.size() == 16 && std::ranges::all_of(one, [](const std::string& h) { return h.size() == 1; });
}

/// "*", "*/*" and so on: patterns do not cross slashes.
bool is_every_path(const std::vector<std::string>& patterns) {
  std::string expected = "*";
  for (const std::string& pattern : patterns) {
    if (pattern != expected) return false;
    expected += "/*";
  }
  return !patterns.empty();
}

bool covers_every_path(const tuf::DelegatedRole& role) {
  const auto* paths = std::get_if<tuf::DelegatedRole::Paths>(&role.covers);
  return paths != nullptr ? is_every_path(paths->patterns)
                          : is_every_prefix(std::get<tuf::DelegatedRole::HashPrefixes>(role.covers).hex);
}

std::string covers(const tuf::DelegatedRole& role) {
  std::string out;
  if (const auto* paths = std::get_if<tuf::DelegatedRole::Paths>(&role.covers)) {
    out = is_every_path(paths->patterns) ? "every path of up to " + counted(paths->patterns.size(), "segment")
                                         : "the paths " + joined(paths->patterns);
  } else if (const auto& hex = std::get<tuf::DelegatedRole::HashPrefixes>(role.covers).hex;
             is_every_prefix(hex)) {
    out = "every path";
  } else {
    out = "paths whose digests begin with " + joined(hex);
  }
  return out + (role.terminating ? ", and no other role for these" : "");
}

std::string bins_words(const tuf::SuccinctRoles& bins) {
  return std::to_string(bins.bins()) + " hash bins " + role_name(bins.name_prefix) + "-…";
}

const std::vector<tuf::DelegatedRole>* named_of(const tuf::Targets* targets) {
  if (targets == nullptr || !targets->delegations) return nullptr;
  return std::get_if<std::vector<tuf::DelegatedRole>>(&targets->delegations->roles);
}
const tuf::SuccinctRoles* bins_of(const tuf::Targets* targets) {
  if (targets == nullptr || !targets->delegations) return nullptr;
  return std::get_if<tuf::SuccinctRoles>(&targets->delegations->roles);
}

void say_bins(Words& out, const tuf::Targets* before, const tuf::Targets& after) {
  const tuf::SuccinctRoles* then = bins_of(before);
  const tuf::SuccinctRoles* now = bins_of(&after);
  if (then != nullptr && (now == nullptr || bins_words(*then) != bins_words(*now))) {
    out.say("no longer delegates to " + bins_words(*then));
    if (now == nullptr) out.warn("what the hash bins list cannot be found any more");
  }
  if (now == nullptr) return;
  if (then == nullptr || bins_words(*then) != bins_words(*now)) out.say("delegates to " + bins_words(*now));
  const Ring before_ring =
      then == nullptr ? Ring() : Ring{.role = &then->keys, .keys = &before->delegations->keys};
  say_keys(out, "bins", before_ring, {.role = &now->keys, .keys = &after.delegations->keys});
}

void say_role(Words& out, const tuf::DelegatedRole& role, const tuf::DelegatedRole* old,
              const tuf::Targets* before, const tuf::Targets& after) {
  const std::string name = role_name(role.name.text());
  if (old == nullptr || covers(*old) != covers(role)) {
    out.say("delegates to " + name + " " + covers(role) +
            (old == nullptr ? "" : ", in place of " + covers(*old)));
  }
  if (auto words = words_of_prefixes(role)) out.warn(*std::move(words));
  const Ring ring = old == nullptr ? Ring() : Ring{.role = &old->keys, .keys = &before->delegations->keys};
  say_keys(out, name, ring, {.role = &role.keys, .keys = &after.delegations->keys});
}

using ByName = std::map<std::string, const tuf::DelegatedRole*>;
using InOrder = std::vector<const tuf::DelegatedRole*>;

InOrder in_order(const tuf::Targets* targets) {
  InOrder out;
  if (const auto* named = named_of(targets)) {
    for (const tuf::DelegatedRole& role : *named) out.push_back(&role);
  }
  return out;
}

ByName by_name(const InOrder& roles) {
  ByName out;
  for (const tuf::DelegatedRole* role : roles) out.emplace(role->name.text(), role);
  return out;
}

std::vector<std::string> names_of(const InOrder& roles, const ByName& only) {
  std::vector<std::string> out;
  for (const tuf::DelegatedRole* role : roles) {
    if (only.contains(role->name.text())) out.push_back(role->name.text());
  }
  return out;
}

/// Which role is asked before which, of those that may list the same paths. The first that lists one wins.
class Precedence {
 public:
  explicit Precedence(const InOrder& roles) : roles_(by_name(roles)) {
    for (std::size_t i = 0; i < roles.size(); ++i) place_.emplace(roles[i]->name.text(), i);
  }
  /// Whether that was so before: in this order, for the same paths.
  bool had(const tuf::DelegatedRole& first, const tuf::DelegatedRole& second) const {
    const auto a = roles_.find(first.name.text()), b = roles_.find(second.name.text());
    return a != roles_.end() && b != roles_.end() && place_.at(a->first) < place_.at(b->first) &&
           covers(*a->second) == covers(first) && covers(*b->second) == covers(second);
  }

 private:
  ByName roles_;
  std::map<std::string, std::size_t> place_;
};

void warn_of_order(Words& out, const InOrder& before, const InOrder& after, PatternWork& work) {
  const Precedence then(before);
  PatternWork own(kMostWork);
  std::size_t lines = 0;
  for (std::size_t i = 0; i < after.size(); ++i) {
    for (std::size_t j = i + 1; j < after.size(); ++j) {
      if (lines == kMostNames || !own.take(*after[i], *after[j]) || !work.take(*after[i], *after[j]))
        return out.warn("there are more roles than are compared here; read the order of its roles yourself");
      const tuf::DelegatedRole &first = *after[i], &second = *after[j];
      if (then.had(first, second) || !first.may_cover_the_same(second)) continue;
      const std::string name = role_name(second.name.text());
      out.warn(role_name(first.name.text()) + " is asked before " + name + ", which may list the same paths" +
               (first.terminating ? ", and for these " + name + " is not asked at all" : ""));
      ++lines;
    }
  }
}

/// The whole order where a role is new or moved: what stands before another takes paths from it.
void say_order(Words& out, const InOrder& before, const InOrder& after, PatternWork& work) {
  const ByName then = by_name(before), now = by_name(after);
  const std::vector<std::string> order = names_of(after, now);
  const bool any_new = names_of(after, then).size() != after.size();
  const bool moved = names_of(before, now) != names_of(after, then);
  if ((any_new && order.size() > 1) || moved) out.say("its roles are asked in this order: " + joined(order));
  warn_of_order(out, before, after, work);
}

/// Clients ask so many roles for one path, and no more.
void warn_of_number(Words& out, const tuf::Targets& after, PatternWork& work) {
  const auto* named = named_of(&after);
  if (named == nullptr) return;
  if (auto words = words_of_many_roles(*named, work)) out.warn(*std::move(words));
}

void say_delegations(Words& out, const tuf::Targets* before, const tuf::Targets& after, PatternWork& work) {
  const InOrder roles_before = in_order(before), roles_after = in_order(&after);
  const ByName then = by_name(roles_before), now = by_name(roles_after);
  for (const tuf::DelegatedRole* role : roles_after) {
    const auto old = then.find(role->name.text());
    say_role(out, *role, old == then.end() ? nullptr : old->second, before, after);
  }
  for (const tuf::DelegatedRole* role : roles_before) {
    if (now.contains(role->name.text())) continue;
    out.say("no longer delegates to " + role_name(role->name.text()));
    // The tree of PEP 458: all that is added without naming a role is below this one.
    if (covers_every_path(*role)) {
      out.warn("what " + role_name(role->name.text()) +
               " and the hash bins and roles below it list cannot be found any more");
    }
  }
  if (delegates_to_nobody(before) && !after.delegations) out.say("an empty list of roles is gone");
  if (delegates_to_nobody(&after) && (before == nullptr || !before->delegations)) {
    out.say("an empty list of roles is new");
  }
  say_order(out, roles_before, roles_after, work);
  warn_of_number(out, after, work);
}

/// Whose file it says it is, which keeps it from being served as another's.
void say_own_role(Words& out, const tuf::Targets* before, const tuf::Targets& after) {
  const auto said_before = before != nullptr ? before->role : std::nullopt;
  if (after.role && after.role != said_before) {
    out.say("says that it is the file of the role " + in_quotes(after.role->text()) +
            (said_before ? ", in place of " + in_quotes(said_before->text()) : ""));
  }
  if (!after.role) {
    out.warn(std::string("it ") + (said_before ? "no longer says" : "does not say") +
             " which role's file it is, so that it could be taken for another's");
  }
}

}  // namespace

std::vector<std::string> words_of_change(const tuf::Root* before, const tuf::Root& after, Time now) {
  Words out;
  say_common(out, "root", before, after, now);
  if (before == nullptr || before->consistent_snapshot != after.consistent_snapshot) {
    out.say(after.consistent_snapshot ? "files are named by version and digest (consistent snapshots)"
                                      : "files are not named by version and digest");
  }
  const auto say = [&](const char* role, tuf::RoleKeys tuf::Root::* keys) {
    const Ring ring = before == nullptr ? Ring() : Ring{.role = &(before->*keys), .keys = &before->keys};
    say_keys(out, role, ring, {.role = &(after.*keys), .keys = &after.keys});
  };
  say("root", &tuf::Root::root);
  say("targets", &tuf::Root::targets);
  say("snapshot", &tuf::Root::snapshot);
  say("timestamp", &tuf::Root::timestamp);
  say_difference(out, "no role", idle_keys(before), idle_keys(&after));
  say_others(out, before == nullptr ? Others() : others_of(*before), others_of(after), before == nullptr);
  return out.take();
}

std::vector<std::string> words_of_change(const std::string& role, const tuf::Targets* before,
                                         const tuf::Targets& after, Time now, PatternWork* work) {
  PatternWork own;
  Words out;
  say_common(out, shown(role, 80), before, after, now);
  say_own_role(out, before, after);
  say_bins(out, before, after);
  say_delegations(out, before, after, work == nullptr ? own : *work);
  say_targets(out, before, after);
  say_difference(out, "no role", idle_keys(before), idle_keys(&after));
  say_others(out, before == nullptr ? Others() : others_of(*before), others_of(after), before == nullptr);
  return out.take();
}

}  // namespace tomme::repository
