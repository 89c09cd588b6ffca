#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>

#include "app/repository/ceremony.h"
#include "app/repository/change_words.h"
#include "app/repository/errors.h"
#include "app/repository/layout.h"
#include "cli/errors.h"
#include "cli/term.h"
#include "cli/tuf_place.h"
#include "core/encoding/text.h"
#include "io/store/file.h"

namespace tomme::cli {

namespace {

namespace fs = std::filesystem;
using repository::KeyEditor;
using repository::RolePlan;
using repository::Settings;

constexpr unsigned kPep458Bits = 14;
constexpr unsigned kUsualBits = 10;

Result<RolePlan> plan_of(const std::vector<std::string>& files, unsigned threshold) {
  RolePlan plan;
  plan.threshold = std::max(threshold, 1U);
  for (const std::string& file : files) plan.keys.push_back(TRY(repository::load_public_key(file)));
  return plan;
}

std::string id_of(const PublicKey& key) {
  return tuf::Key::of(key).id().value();
}

/// "root=180"
Result<void> take_lifetime(std::string_view text, repository::Lifetimes& lifetimes) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string_view role = text.substr(0, equals);
  const std::string_view days = text.substr(std::min(equals + 1, text.size()));
  std::uint32_t number = 0;
  const auto read = std::from_chars(days.data(), days.data() + days.size(), number);
  const bool good =
      read.ec == std::errc() && read.ptr == days.data() + days.size() && number >= 1 && number <= 36'500;
  auto* lifetime = role == "root"        ? &lifetimes.root
                   : role == "targets"   ? &lifetimes.targets
                   : role == "bins"      ? &lifetimes.bins
                   : role == "snapshot"  ? &lifetimes.snapshot
                   : role == "timestamp" ? &lifetimes.timestamp
                                         : nullptr;
  if (!good || lifetime == nullptr) {
    return fail(kUsage, "--lifetime is " + printable(text), "ROLE=DAYS, as timestamp=2");
  }
  *lifetime = std::chrono::days(number);
  return {};
}

/// The keys that one person needs, made in the folder of the repository. The online key is ECDSA: bins and
/// snapshots are hashed once for it, and twice for Ed25519.
Result<std::vector<std::string>> make_keys(const TufCommand& command, const TufPlace& place) {
  if (place.key_folder().empty()) {
    return fail(kUsage, "keys are made for a repository in a folder only", "--root-key and --online-key");
  }
  std::error_code error;
  fs::create_directories(place.key_folder(), error);
  std::optional<Secret<std::string>> passphrase;
  if (!command.no_passphrase)
    passphrase.emplace(TRY(passphrase_for(command, "all keys that are made", true)));
  std::vector<std::string> files;
  for (const auto& [name, type] :
       {std::pair{"root", KeyType::ed25519}, std::pair{"targets", KeyType::ed25519},
        std::pair{"online", KeyType::ecdsa_p256}}) {
    files.push_back(place.key_folder() + "/" + name + ".pem");
    TRY(repository::write_new_key(files.back(), type, passphrase));
  }
  return files;
}

/// Whoever delegates to a role, which is what a change of its keys changes.
Result<std::string> delegator_of(store::BlobStore& files, const std::string& role) {
  if (role == "root" || role == "targets" || role == "snapshot" || role == "timestamp") return "root";
  const auto published = TRY(repository::load_published(files));
  const auto bins = TRY(published.offline.bins());
  if (bins && role == bins->layout.prefix()) return bins->delegator;
  for (const auto& [name, metadata] : published.offline.targets) {
    tuf::Targets copy = metadata.value;
    if (KeyEditor::of(copy, role)) return name;
  }
  return "targets";
}

/// "online" are all roles that the publisher signs: hash bins by the prefix of their names, since people may
/// sign a role "bins" that stands between (PEP 458).
Result<std::vector<std::string>> roles_named(store::BlobStore& files, const std::string& role) {
  if (role != "online") return std::vector<std::string>{role};
  std::vector<std::string> roles = {"snapshot", "timestamp"};
  const auto published = TRY(repository::load_published(files));
  if (const auto bins = TRY(published.offline.bins())) roles.push_back(bins->layout.prefix());
  return roles;
}

Result<void> edit_role(const TufCommand& command, KeyEditor editor) {
  if (command.verb == TufCommand::Verb::key_threshold) return editor.set_threshold(command.threshold);
  for (const std::string& name : command.names) {
    if (command.verb == TufCommand::Verb::key_remove) {
      TRY(editor.remove(name));
    } else {
      editor.add(TRY(repository::load_public_key(name)));
    }
  }
  return {};
}

/// All of it is staged, or nothing.
Result<int> change_keys(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const Settings settings = TRY(repository::load_settings(place.database()));
  std::optional<tuf::Root> root;
  std::map<std::string, tuf::Targets> others;
  for (const std::string& role : TRY(roles_named(place.files(), command.role))) {
    const std::string delegator = TRY(delegator_of(place.files(), role));
    if (delegator == "root") {
      if (!root) root = TRY(repository::draft_root(place.files(), settings.lifetimes, now));
      TRY(edit_role(command, TRY(KeyEditor::of(*root, role))));
      continue;
    }
    if (!others.contains(delegator)) {
      tuf::Targets draft = TRY(repository::draft_targets(place.files(), delegator, settings.lifetimes, now));
      others.emplace(delegator, std::move(draft));
    }
    TRY(edit_role(command, TRY(KeyEditor::of(others.at(delegator), role))));
  }
  if (root) {
    TRY(repository::stage(place.files(), *root));
    tell("staged root version " + std::to_string(root->version.value()) + ", to be signed\n");
  }
  for (const auto& [name, draft] : others) {
    TRY(repository::stage(place.files(), name, draft));
    tell("staged " + name + " version " + std::to_string(draft.version.value()) + ", to be signed\n");
  }
  return 0;
}

Result<std::vector<std::string>> signed_by(store::BlobStore& files, const repository::Signers& signers) {
  std::vector<std::string> roles;
  const auto published = TRY(repository::load_published(files));
  const auto staged = TRY(repository::load_staged(files));
  std::optional<tuf::Root> new_root;
  std::vector<tuf::Targets> delegators;
  for (const auto& file : staged) {
    if (file.role == "root")
      new_root = TRY(tuf::Signed<tuf::Root>::parse(bytes_of(file.text))).value;
    else
      delegators.push_back(TRY(tuf::Signed<tuf::Targets>::parse(bytes_of(file.text))).value);
  }
  for (const auto& [name, metadata] : published.offline.targets) delegators.push_back(metadata.value);
  for (const auto& file : staged) {
    std::vector<const tuf::Keys*> keys;
    if (file.role == "root" || file.role == "targets") {
      if (new_root) keys.push_back(&new_root->keys);
      if (published.offline.root) keys.push_back(&published.offline.root->value.keys);
    } else {
      for (const tuf::Targets& delegator : delegators) {
        if (delegator.delegations) keys.push_back(&delegator.delegations->keys);
      }
    }
    std::string text = file.text;
    bool any = false;
    for (const auto& signer : signers) {
      const auto with = repository::add_signature(text, *signer, keys);
      if (!with) continue;
      text = *with;
      any = true;
    }
    if (!any) continue;
    TRY(files.put(repository::staged_key(file.role), bytes_of(text)));
    roles.push_back(file.role);
  }
  return roles;
}

Result<void> say_change(const std::string& role, const std::string& text,
                        const repository::OfflineRoles& before) {
  std::vector<std::string> words;
  if (role == "root") {
    const auto after = TRY(tuf::Signed<tuf::Root>::parse(bytes_of(text)));
    words = repository::words_of_change(before.root ? &before.root->value : nullptr, after.value);
  } else {
    const auto after = TRY(tuf::Signed<tuf::Targets>::parse(bytes_of(text)));
    const auto there = before.targets.find(role);
    words = repository::words_of_change(role, there == before.targets.end() ? nullptr : &there->second.value,
                                        after.value);
  }
  print(role + ":\n");
  for (const std::string& line : words) print("  " + line + "\n");
  return flush_output();
}

Result<void> expect_yes(const TufCommand& command) {
  if (command.yes) return {};
  if (TRY(confirmed("sign this?"))) return {};
  return fail(kUsage, "nothing was signed");
}

Result<repository::Signers> signers_of(const TufCommand& command) {
  repository::Signers signers;
  for (const std::string& file : command.keys) {
    signers.push_back(TRY(repository::load_signer(file, ask_passphrase(command))));
  }
  return signers;
}

/// What was published before, from a folder of metadata that the holder has.
Result<repository::OfflineRoles> previous_roles(const TufCommand& command) {
  if (command.previous.empty()) return repository::OfflineRoles();
  const auto files = TRY(store::open_blob_store(command.previous));
  return TRY(repository::load_published(*files)).offline;
}

/// The name of a copy says its role: "root.json".
std::string role_of_copy(const std::string& file) {
  return fs::path(file).stem().string();
}

Result<int> sign_copies(const TufCommand& command) {
  const repository::Signers signers = TRY(signers_of(command));
  const repository::OfflineRoles before = TRY(previous_roles(command));
  for (const std::string& file : command.names) {
    const std::string role = role_of_copy(file);
    std::string text = TRY(read_file(file, repository::kMostTargetsOctets));
    TRY(say_change(role, text, before));
    TRY(expect_yes(command));
    for (const auto& signer : signers) {
      // Who has the delegating file looks the id up; else it is the one that the specification computes.
      tuf::Keys own;
      const tuf::Key key = tuf::Key::of(signer->public_key());
      std::vector<const tuf::Keys*> keys;
      std::optional<tuf::Root> root;
      if (role == "root") root = TRY(tuf::Signed<tuf::Root>::parse(bytes_of(text))).value;
      if (root) keys.push_back(&root->keys);
      if (before.root) keys.push_back(&before.root->value.keys);
      if (role != "root" && !before.root) {
        own.emplace(key.id(), key);
        keys.push_back(&own);
      }
      for (const auto& [name, metadata] : before.targets) {
        if (role != "root" && metadata.value.delegations) keys.push_back(&metadata.value.delegations->keys);
      }
      text = TRY(repository::add_signature(text, *signer, keys));
    }
    TRY(write_file(file, text));
    tell("signed " + printable(file) + "\n");
  }
  return 0;
}

}  // namespace

Result<int> tuf_init(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, true));
  const bool made = command.root_keys.empty() && command.online_keys.empty();
  if (!made && (command.root_keys.empty() || command.online_keys.empty())) {
    return fail(kUsage, "both --root-key and --online-key are needed, or neither");
  }
  if (TRY(repository::first_root_version(place.files()))) {
    return fail(repository::kRepositoryExists, place.files().describe() + ": there is a repository already");
  }
  TufCommand keys = command;
  if (made) {
    const std::vector<std::string> files = TRY(make_keys(command, place));
    keys.root_keys = {files[0]};
    keys.targets_keys = {files[1]};
    keys.online_keys = {files[2]};
  }
  if (keys.targets_keys.empty()) keys.targets_keys = keys.root_keys;
  if (keys.bins_keys.empty()) keys.bins_keys = keys.targets_keys;
  repository::Plan plan;
  plan.root = TRY(plan_of(keys.root_keys, keys.root_threshold));
  plan.targets = TRY(plan_of(keys.targets_keys, keys.targets_threshold));
  plan.online = TRY(plan_of(keys.online_keys, static_cast<unsigned>(keys.online_keys.size())));
  if (keys.pep458) {
    plan.bins_role = TRY(plan_of(keys.bins_keys, keys.bins_threshold));
    plan.bin_prefix = "bin-n";
  }
  plan.bits = keys.bits != 0 ? keys.bits : keys.pep458 ? kPep458Bits : kUsualBits;
  Settings settings;
  for (const std::string& lifetime : keys.lifetimes) TRY(take_lifetime(lifetime, settings.lifetimes));
  for (const std::string& key : keys.online_keys) settings.online_keys.push_back(place.setting_of(key));
  TRY(repository::stage_first(place.files(), plan, settings.lifetimes, now));
  TRY(repository::save_settings(place.database(), settings));
  if (!made) {
    print("staged root and targets" + std::string(keys.pep458 ? " and bins" : "") + ", to be signed\n");
    tell("hint: tomme tuf sign --key FILE, on each holder's machine a copy of " + place.files().describe() +
         "/staged/*.json, then tomme tuf publish\n");
    return 0;
  }
  repository::Signers signers;
  for (const std::string& key : {keys.root_keys[0], keys.targets_keys[0], keys.online_keys[0]}) {
    signers.push_back(TRY(repository::load_signer(key, ask_passphrase(command))));
  }
  TRY(signed_by(place.files(), signers));
  auto publisher = TRY(repository::Publisher::open(place.place(), signers));
  TRY(publisher.publish(now));
  TRY(publisher.close());
  print("made a repository with " + std::to_string(1U << plan.bits) + " hash bins in " +
        place.files().describe() + "\n");
  tell("hint: keep " + printable(place.key_folder()) + "/root.pem and targets.pem off this machine\n");
  return 0;
}

Result<int> tuf_key(const TufCommand& command, Time now) {
  if (command.verb == TufCommand::Verb::key_new) {
    const KeyType type = command.key_type == "rsa"     ? KeyType::rsa
                         : command.key_type == "ecdsa" ? KeyType::ecdsa_p256
                                                       : KeyType::ed25519;
    std::optional<Secret<std::string>> passphrase;
    if (!command.no_passphrase) passphrase.emplace(TRY(passphrase_for(command, command.names.front(), true)));
    const PublicKey key = TRY(repository::write_new_key(command.names.front(), type, passphrase));
    print(id_of(key) + "  " + key.describe() + "  " + printable(command.names.front()) + "\n");
    return 0;
  }
  if (command.verb == TufCommand::Verb::key_show) {
    for (const std::string& file : command.names) {
      const PublicKey key = TRY(repository::load_public_key(file));
      print(id_of(key) + "  " + key.describe() + "  " + printable(file) + "\n");
    }
    return 0;
  }
  return change_keys(command, now);
}

Result<int> tuf_delegation(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const Settings settings = TRY(repository::load_settings(place.database()));
  std::string role = "targets";
  if (command.verb == TufCommand::Verb::bins) {
    const auto bins = TRY(TRY(repository::load_published(place.files())).offline.bins());
    if (!bins) {
      const auto staged =
          TRY(repository::stage_first_bins(place.files(), command.bits, settings.lifetimes, now));
      for (const std::string& name : staged) tell("staged " + name + ", to be signed\n");
      return 0;
    }
    role = bins->delegator;
  }
  tuf::Targets draft = TRY(repository::draft_targets(place.files(), role, settings.lifetimes, now));
  if (command.verb == TufCommand::Verb::bins) {
    TRY(repository::set_bins(draft, command.bits));
  } else if (command.verb == TufCommand::Verb::undelegate) {
    TRY(repository::undelegate(draft, command.role));
  } else {
    if (command.keys.empty() || command.paths.empty()) {
      return fail(kUsage, "a delegation needs at least one --key and one --path");
    }
    const RolePlan keys = TRY(plan_of(command.keys, command.threshold));
    TRY(repository::delegate(draft, command.role, keys, command.paths, command.terminating));
  }
  TRY(repository::stage(place.files(), role, draft));
  tell("staged " + role + " version " + std::to_string(draft.version.value()) + ", to be signed\n");
  return 0;
}

Result<int> tuf_renew(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const Settings settings = TRY(repository::load_settings(place.database()));
  for (const std::string& role : command.names) {
    if (role == "root") {
      TRY(repository::stage(place.files(),
                            TRY(repository::draft_root(place.files(), settings.lifetimes, now))));
    } else {
      const tuf::Targets draft = TRY(repository::draft_targets(place.files(), role, settings.lifetimes, now));
      TRY(repository::stage(place.files(), role, draft));
    }
    tell("staged " + role + ", to be signed\n");
  }
  return 0;
}

Result<int> tuf_sign(const TufCommand& command) {
  if (!command.names.empty()) return sign_copies(command);
  const TufPlace place = TRY(TufPlace::open(command, false));
  const auto published = TRY(repository::load_published(place.files()));
  const auto staged = TRY(repository::load_staged(place.files()));
  if (staged.empty()) return fail(kUsage, "nothing is staged");
  for (const auto& file : staged) TRY(say_change(file.role, file.text, published.offline));
  TRY(expect_yes(command));
  const std::vector<std::string> roles = TRY(signed_by(place.files(), TRY(signers_of(command))));
  if (roles.empty())
    return fail(repository::kRepositoryKey, "none of what is staged is for this key to sign");
  for (const std::string& role : roles) tell("signed " + role + "\n");
  return 0;
}

Result<int> tuf_merge(const TufCommand& command) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  for (const std::string& file : command.names) {
    const std::string role = role_of_copy(file);
    TRY(repository::expect_role_name(role));
    const auto staged = TRY(place.files().get(repository::staged_key(role), repository::kMostTargetsOctets));
    if (!staged) return fail(repository::kRepositoryStaged, "no " + printable(role) + " is staged");
    const std::string copy = TRY(read_file(file, repository::kMostTargetsOctets));
    const std::string merged = TRY(repository::merge_signatures(text_of(*staged), copy));
    TRY(place.files().put(repository::staged_key(role), bytes_of(merged)));
    tell("merged " + printable(file) + "\n");
  }
  return 0;
}

}  // namespace tomme::cli
