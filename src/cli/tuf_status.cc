#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cli/json_values.h"
#include "cli/term.h"
#include "cli/tuf_place.h"
#include "core/base/words.h"
#include "core/policy/render.h"

namespace tomme::cli {

namespace {

struct KeyLine {
  std::string id;
  std::optional<std::string> kind;  ///< nothing for a key that cannot be used
};

struct RoleLine {
  std::string role;
  std::optional<std::uint64_t> version = {};  ///< nothing for a role that was never published
  Time expires = {};
  bool expired = false;
  std::uint64_t threshold = 0;
  std::vector<KeyLine> keys = {};
  std::optional<std::size_t> targets = {};  ///< of roles that list targets themselves
};

struct StagedLine {
  std::string role;
  std::optional<std::uint64_t> version;  ///< nothing for a file that cannot be read
  Result<void> ready;
};

struct Status {
  std::string place;
  bool published = false;
  std::vector<RoleLine> roles;
  std::optional<repository::Bins> bins;
  std::vector<StagedLine> staged;
  std::uint64_t queue = 0;
};

std::vector<KeyLine> keys_of(const tuf::Keys& keys, const tuf::RoleKeys& role) {
  std::vector<KeyLine> out;
  for (const tuf::KeyId& id : role.keyids) {
    const auto key = keys.find(id);
    const PublicKey* usable = key == keys.end() ? nullptr : key->second.public_key();
    out.push_back({id.value(), usable == nullptr ? std::nullopt : std::optional(usable->describe())});
  }
  return out;
}

/// Collects the roles in the order in which a client reads them.
class RoleLines {
 public:
  explicit RoleLines(Time now) : now_(now) {}

  void add(const std::string& role, std::uint64_t version, Time expires) {
    lines_.push_back({.role = role, .version = version, .expires = expires, .expired = now_ >= expires});
  }
  void add_unpublished(const std::string& role) { lines_.push_back({.role = role}); }
  void set_keys(const tuf::Keys& keys, const tuf::RoleKeys& role) {
    lines_.back().threshold = role.threshold;
    lines_.back().keys = keys_of(keys, role);
  }
  void set_targets(std::size_t targets) { lines_.back().targets = targets; }
  std::vector<RoleLine> take() { return std::move(lines_); }

 private:
  const Time now_;
  std::vector<RoleLine> lines_;
};

void add_named_roles(const repository::OfflineRoles& offline, RoleLines& lines) {
  const std::map<std::string, repository::Parent> parents = offline.view().parents();
  std::vector<std::string> waiting = {"targets"};
  std::set<std::string> seen;
  while (!waiting.empty()) {
    const std::string name = waiting.back();
    waiting.pop_back();
    if (!seen.insert(name).second) continue;
    const auto role = offline.targets.find(name);
    if (role == offline.targets.end()) {
      lines.add_unpublished(name);
    } else {
      const tuf::Targets& metadata = role->second.value;
      lines.add(name, metadata.version.value(), metadata.expires);
      lines.set_targets(metadata.targets.size());
      const auto* named = metadata.delegations
                              ? std::get_if<std::vector<tuf::DelegatedRole>>(&metadata.delegations->roles)
                              : nullptr;
      if (named != nullptr) {
        for (auto below = named->rbegin(); below != named->rend(); ++below)
          waiting.push_back(below->name.text());
      }
    }
    if (const auto keyring = offline.keyring_by(name, parents.at(name).name))
      lines.set_keys(*keyring->keys, *keyring->role_keys);
  }
}

std::vector<RoleLine> roles_of(const repository::Published& published, Time now) {
  RoleLines lines(now);
  if (!published.offline.root) return {};
  const tuf::Root& root = published.offline.root->value;
  lines.add("root", root.version.value(), root.expires);
  lines.set_keys(root.keys, root.root);
  if (published.is_empty()) return lines.take();
  lines.add("timestamp", published.timestamp.version, published.timestamp.expires);
  lines.set_keys(root.keys, root.timestamp);
  lines.add("snapshot", published.snapshot.version, published.snapshot.expires);
  lines.set_keys(root.keys, root.snapshot);
  add_named_roles(published.offline, lines);
  return lines.take();
}

std::optional<std::uint64_t> version_in(const repository::StagedFile& file) {
  if (file.role == "root") {
    const auto root = tuf::Signed<tuf::Root>::parse(bytes_of(file.text));
    return root ? std::optional(root->value.version.value()) : std::nullopt;
  }
  const auto role = tuf::Signed<tuf::Targets>::parse(bytes_of(file.text));
  return role ? std::optional(role->value.version.value()) : std::nullopt;
}

/// The keys that a publication would sign with, as far as they can be told without asking for anything.
std::optional<std::vector<PublicKey>> keys_at_hand(const TufPlace& place, const TufCommand& command) {
  const auto settings = repository::load_settings(place.database());
  if (!settings || settings->online_keys.empty()) return std::nullopt;
  Keyring keyring = keyring_for(command);
  std::vector<PublicKey> out;
  for (const std::string& setting : settings->online_keys) {
    if (pkcs11::KeyUri::is_one(setting)) return std::nullopt;  // a token would be asked
    const auto name = place.key_of(setting);
    const auto key = name ? keyring.public_key(*name) : std::unexpected(name.error());
    if (!key) return std::nullopt;
    out.push_back(*key);
  }
  return out;
}

Result<Status> gather(const TufPlace& place, const TufCommand& command, Time now) {
  Status status;
  status.place = place.files().describe();
  const repository::Published published = TRY(repository::load_published(place.files()));
  status.published = !published.is_empty();
  status.roles = roles_of(published, now);
  if (status.published) status.bins = TRY(published.offline.bins());
  repository::Staged files = repository::look_at_staged(place.files(), published.offline);
  for (const Error& left : files.left) print_warning(left.message());
  TRY(repository::take_published(place.files(), published.offline, files.files));
  const auto at_hand = keys_at_hand(place, command);
  const auto staged =
      TRY(repository::accept_staged(published, std::move(files.files), now, at_hand ? &*at_hand : nullptr));
  for (const repository::Readiness& file : staged.all) {
    status.staged.push_back({file.file.role, version_in(file.file), file.ready});
  }
  status.queue = TRY(repository::Queue(place.database()).size());
  return status;
}

void print_keys(std::uint64_t threshold, const std::vector<KeyLine>& keys) {
  print(", " + std::to_string(threshold) + " of " + std::to_string(keys.size()) + " keys must sign\n");
  for (const KeyLine& key : keys) {
    print("  " + printable(key.id) + " " + key.kind.value_or("(a key that cannot be used)") + "\n");
  }
}

void print_role(const RoleLine& role) {
  print(printable(role.role) + ": ");
  if (role.version) {
    print("version " + std::to_string(*role.version) + ", " + (role.expired ? "EXPIRED " : "expires ") +
          to_rfc3339(role.expires));
  } else {
    print("not published yet");
  }
  if (role.targets.value_or(0) != 0) print(", " + counted(*role.targets, "target"));
  print_keys(role.threshold, role.keys);
}

void print_text(const Status& status) {
  if (!status.published) print("nothing is published yet\n");
  for (const RoleLine& role : status.roles) print_role(role);
  if (status.bins) {
    print(status.bins->layout.prefix() + "-*: " + std::to_string(status.bins->layout.count()) +
          " hash bins by " + printable(status.bins->delegator));
    print_keys(status.bins->role_keys.threshold, keys_of(status.bins->keys, status.bins->role_keys));
  }
  for (const StagedLine& file : status.staged) {
    print("staged " + printable(file.role) +
          (file.version ? " version " + std::to_string(*file.version) : "") + ": " +
          (file.ready ? "enough have signed; the next publication takes it"
                      : std::string(file.ready.error().message())) +
          "\n");
  }
  print("queue: " + counted(status.queue, "change") + "\n");
}

json::Value keys_to_json(const std::vector<KeyLine>& keys) {
  json::Array out;
  for (const KeyLine& key : keys) {
    out.push_back(json_object(
        {{"id", json_outside_text(key.id)}, {"kind", key.kind ? json::Value(*key.kind) : json::Value()}}));
  }
  return out;
}

json::Value role_to_json(const RoleLine& role) {
  return json_object(
      {{"role", json_outside_text(role.role)},
       {"version", role.version ? json::Value(*role.version) : json::Value()},
       {"expires", role.version ? json_text(to_rfc3339(role.expires)) : json::Value()},
       {"expired", json::Value(role.expired)},
       {"threshold", json::Value(role.threshold)},
       {"keys", keys_to_json(role.keys)},
       {"targets", role.targets ? json::Value(static_cast<std::uint64_t>(*role.targets)) : json::Value()}});
}

json::Value bins_to_json(const std::optional<repository::Bins>& bins) {
  if (!bins) return {};
  return json_object({{"count", json::Value(std::uint64_t{bins->layout.count()})},
                      {"prefix", json_text(bins->layout.prefix())},
                      {"delegator", json_outside_text(bins->delegator)},
                      {"threshold", json::Value(bins->role_keys.threshold)},
                      {"keys", keys_to_json(keys_of(bins->keys, bins->role_keys))}});
}

json::Value staged_to_json(const StagedLine& file) {
  return json_object({{"role", json_outside_text(file.role)},
                      {"version", file.version ? json::Value(*file.version) : json::Value()},
                      {"ready", json::Value(file.ready.has_value())},
                      {"error", file.ready ? json::Value() : to_json(file.ready.error())}});
}

void print_json(const Status& status) {
  json::Array roles, staged;
  for (const RoleLine& role : status.roles) roles.push_back(role_to_json(role));
  for (const StagedLine& file : status.staged) staged.push_back(staged_to_json(file));
  print(json::to_pretty(json_object({{"version", json::Value(std::int64_t{1})},
                                     {"files", json_outside_text(status.place)},
                                     {"published", json::Value(status.published)},
                                     {"roles", std::move(roles)},
                                     {"bins", bins_to_json(status.bins)},
                                     {"staged", std::move(staged)},
                                     {"queue", json::Value(status.queue)}})));
}

}  // namespace

Result<int> tuf_status(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const Status status = TRY(gather(place, command, now));
  if (command.json) {
    print_json(status);
  } else {
    print_text(status);
  }
  return 0;
}

}  // namespace tomme::cli
