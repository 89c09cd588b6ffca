#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>

#include "app/repository/ceremony.h"
#include "app/repository/clients.h"
#include "app/repository/errors.h"
#include "app/repository/key_use.h"
#include "app/repository/layout.h"
#include "cli/errors.h"
#include "cli/term.h"
#include "cli/tuf_place.h"
#include "core/base/words.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"
#include "core/tuf/threshold.h"
#include "io/system/file.h"

namespace tomme::cli {

namespace {

namespace fs = std::filesystem;
using repository::KeyEditor;
using repository::RolePlan;
using repository::Settings;

constexpr unsigned kPep458Bits = 14;
constexpr unsigned kUsualBits = 10;

Result<RolePlan> plan_of(Keyring& keyring, const std::vector<std::string>& keys, unsigned threshold) {
  RolePlan plan;
  plan.threshold = std::max(threshold, 1U);
  for (const std::string& key : keys) plan.keys.push_back(TRY(keyring.public_key(key)));
  return plan;
}

void note(const std::vector<std::string>& words) {
  for (const std::string& line : words) tell("note: " + line + "\n");
}

void note_keys(const std::vector<RolePlan>& plans) {
  tuf::Keys keys;
  for (const RolePlan& plan : plans) {
    for (const PublicKey& key : plan.keys) {
      const tuf::Key made = tuf::Key::of(key);
      keys.emplace(made.id(), made);
    }
  }
  note(repository::words_of_keys(keys));
}

/// Which roles would have keys in common that have none now.
Result<void> note_shared_keys(store::BlobStore& files) {
  const repository::OfflineRoles published = TRY(repository::load_published(files)).offline;
  const std::vector<std::string> before = repository::KeyUse::of(published.view()).words();
  for (const std::string& words :
       repository::key_use_with(published, TRY(repository::load_staged(files))).words()) {
    if (std::ranges::find(before, words) == before.end()) note({words});
  }
  return {};
}

/// What is asked of a key that publishes, as far as it can be tried without asking for anything.
Result<void> expect_online_keys(const TufCommand& command, Keyring& keyring) {
  const bool is_told = passphrase_is_told(command);
  for (const std::string& key : command.online_keys) {
    TRY(keyring.expect_signs(
        key, [](const PublicKey& one) { return tuf::Key::of(one).signature_scheme(); }, is_told));
    if (!pkcs11::KeyUri::is_one(key)) continue;
    const auto uri = TRY(pkcs11::KeyUri::parse(key));
    if (uri.pin_source) {
      tell("hint: the database does not keep pin-source: publish with --passphrase-file " +
           printable(*uri.pin_source) + "\n");
    } else if (!is_told) {
      tell("hint: whether " + uri.to_string() +
           " can sign was not tried: that needs --passphrase-file FILE\n");
    }
  }
  return {};
}

/// Whether there is a public key in each of these places.
Result<void> expect_keys(const TufCommand& command) {
  for (const std::string& name : command.online_keys) {
    if (pkcs11::KeyUri::is_one(name)) TRY(TRY(pkcs11::KeyUri::parse(name)).expect_storable());
  }
  Keyring keyring = keyring_for(command);
  for (const auto* names :
       {&command.root_keys, &command.targets_keys, &command.bins_keys, &command.online_keys})
    for (const std::string& name : *names) TRY(keyring.public_key(name));
  return {};
}

void hint_to_serve(const TufPlace& place, const repository::Lifetimes& lifetimes) {
  tell("hint: serve " + place.files().describe() +
       " alone, and let tomme tuf publish --watch 10 run: without it clients "
       "are refused after " +
       span_text(lifetimes.timestamp) + "\n");
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

/// What is in the files of a repository is served to everybody. (A client keeps no 1.root.json in the folder
/// of its metadata.)
Result<void> expect_not_served(const std::string& file) {
  std::error_code error;
  for (fs::path folder = fs::weakly_canonical(fs::absolute(file), error).parent_path();
       !error && folder != folder.parent_path(); folder = folder.parent_path()) {
    const std::string above = folder.string();
    const bool served = exists(above + "/metadata/1.root.json") || exists(above + "/staged/root.json") ||
                        (folder.filename() == "public" && exists(above + "/../repository.db"));
    if (!served) continue;
    return fail(repository::kRepositoryOwnFile,
                printable(file) + " would be among the files of a repository, which everybody can read",
                "keep private keys elsewhere, best on another machine");
  }
  return {};
}

/// The keys that one person needs, made in the folder of the repository. The online key is ECDSA: bins and
/// snapshots are hashed once for it, and twice for Ed25519.
Result<std::vector<std::string>> make_keys(const TufCommand& command, const TufPlace& place) {
  if (place.key_folder().empty()) {
    return fail(kUsage, "keys are made for a repository in a folder only", "--root-key and --online-key");
  }
  const std::string first = place.key_folder() + "/root.pem";
  if (exists(first)) {
    return fail(repository::kRepositoryExists,
                printable(first) + " is there: another init is at work, or did not come to its end",
                "if tomme tuf status shows nothing published or staged, remove " +
                    printable(place.key_folder()) + " and begin again");
  }
  std::error_code error;
  fs::create_directories(place.key_folder(), error);
  fs::permissions(place.key_folder(), fs::perms::owner_all, error);
  std::optional<Secret<std::string>> passphrase;
  if (!command.no_passphrase)
    passphrase.emplace(TRY(passphrase_for(command, "all keys that are made", true)));
  std::vector<std::string> files;
  std::vector<std::pair<std::string, KeyType>> wanted = {
      {"root", KeyType::ed25519}, {"targets", KeyType::ed25519}, {"online", KeyType::ecdsa_p256}};
  if (command.pep458) wanted.emplace_back("bins", KeyType::ed25519);
  for (const auto& [name, type] : wanted) {
    files.push_back(place.key_folder() + "/" + name + ".pem");
    TRY(write_new_key(files.back(), type, passphrase));
  }
  return files;
}

/// Whoever delegates to a role, which is what a change of its keys changes.
Result<std::string> delegator_of(store::BlobStore& files, const std::string& role) {
  if (role == "root" || role == "targets" || role == "snapshot" || role == "timestamp") return "root";
  const auto published = TRY(repository::load_published(files));
  const auto bins = TRY(published.offline.bins());
  if (bins && role == bins->layout.prefix()) return bins->delegator;
  const std::string delegator = published.offline.delegator_of(role);
  if (!delegator.empty()) return delegator;
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

/// "root, snapshot": the roles in whose keys this one is still, by the first digits of its id.
std::string roles_with_key(const std::string& id, const tuf::Root& root,
                           const std::map<std::string, tuf::Targets>& delegators) {
  std::string roles;
  const auto look = [&](const std::string& role, const tuf::RoleKeys& keys) {
    const bool has =
        std::ranges::any_of(keys.keyids, [&](const auto& k) { return k.value().starts_with(id); });
    if (has) roles += (roles.empty() ? "" : ", ") + role;
  };
  look("root", root.root);
  look("targets", root.targets);
  look("snapshot", root.snapshot);
  look("timestamp", root.timestamp);
  for (const auto& [name, targets] : delegators) {
    if (!targets.delegations) continue;
    if (const auto* bins = std::get_if<tuf::SuccinctRoles>(&targets.delegations->roles)) {
      look(bins->name_prefix, bins->keys);
    } else {
      for (const auto& role : std::get<std::vector<tuf::DelegatedRole>>(targets.delegations->roles))
        look(role.name.text(), role.keys);
    }
  }
  return roles;
}

/// A key that leaked has to go from every role.
Result<void> say_where_keys_remain(const TufCommand& command, store::BlobStore& files,
                                   const std::optional<tuf::Root>& draft,
                                   std::map<std::string, tuf::Targets> delegators) {
  const auto published = TRY(repository::load_published(files));
  for (const auto& [name, role] : published.offline.targets) delegators.emplace(name, role.value);
  const tuf::Root* root = draft ? &*draft : published.offline.root ? &published.offline.root->value : nullptr;
  if (root == nullptr) return {};
  for (const std::string& id : command.names) {
    const std::string roles = roles_with_key(id, *root, delegators);
    if (!roles.empty()) {
      print_warning("the key " + printable(id.substr(0, 12)) + " still signs: " + printable(roles) +
                    "; tomme tuf key remove takes it from each");
    }
  }
  return {};
}

/// A role whose file the keys to come have not signed: clients refuse it as soon as its new keys are
/// published.
Result<void> say_what_has_to_be_renewed(store::BlobStore& files, const std::string& role,
                                        const std::optional<tuf::Root>& root,
                                        const std::map<std::string, tuf::Targets>& others) {
  const auto published = TRY(repository::load_published(files));
  const auto file = published.offline.targets.find(role);
  if (file == published.offline.targets.end()) return {};
  const auto is_signed = [&](const tuf::Keys& keys, const tuf::RoleKeys& role_keys) {
    return tuf::verify_threshold(role, "", keys, role_keys, file->second.canonical, file->second.signatures)
        .has_value();
  };
  bool good = true;
  if (root && role == "targets") good = is_signed(root->keys, root->targets);
  for (const auto& [name, draft] : others) {
    if (!draft.delegations) continue;
    const auto* named = std::get_if<std::vector<tuf::DelegatedRole>>(&draft.delegations->roles);
    if (named == nullptr) continue;
    for (const tuf::DelegatedRole& one : *named)
      if (one.name.text() == role) good = good && is_signed(draft.delegations->keys, one.keys);
  }
  if (!good) {
    tell("hint: the file of " + printable(role, 80) +
         " is not signed by enough of its new keys: stage it too, tomme tuf renew " + printable(role, 80) +
         "\n");
  }
  return {};
}

Result<void> edit_role(const TufCommand& command, const std::vector<PublicKey>& added, KeyEditor editor) {
  if (command.verb == TufCommand::Verb::key_threshold) return editor.set_threshold(command.threshold);
  for (const PublicKey& key : added) TRY(editor.add(key));
  if (command.verb == TufCommand::Verb::key_remove)
    for (const std::string& name : command.names) TRY(editor.remove(name));
  return {};
}

/// All of it is staged, or nothing.
Result<int> change_keys(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const Settings settings = TRY(repository::load_settings(place.database()));
  Keyring keyring = keyring_for(command);
  RolePlan added;
  if (command.verb == TufCommand::Verb::key_add) added = TRY(plan_of(keyring, command.names, 1));
  const auto lock = TRY(place.lock_staging());
  std::optional<tuf::Root> root;
  std::map<std::string, tuf::Targets> others;
  for (const std::string& role : TRY(roles_named(place.files(), command.role))) {
    const std::string delegator = TRY(delegator_of(place.files(), role));
    if (delegator == "root") {
      if (!root) root = TRY(repository::draft_root(place.files(), settings.lifetimes, now));
      TRY(edit_role(command, added.keys, TRY(KeyEditor::of(*root, role))));
      continue;
    }
    if (!others.contains(delegator)) {
      tuf::Targets draft = TRY(draft_of(place, delegator, settings.lifetimes, now));
      others.emplace(delegator, std::move(draft));
    }
    TRY(edit_role(command, added.keys, TRY(KeyEditor::of(others.at(delegator), role))));
  }
  if (root) {
    TRY(repository::stage(place.files(), *root));
    tell("staged root version " + std::to_string(root->version.value()) + ", to be signed\n");
  }
  for (const auto& [name, draft] : others) {
    TRY(repository::stage(place.files(), name, draft));
    tell("staged " + name + " version " + std::to_string(draft.version.value()) + ", to be signed\n");
  }
  TRY(say_what_has_to_be_renewed(place.files(), command.role, root, others));
  if (command.verb == TufCommand::Verb::key_remove)
    TRY(say_where_keys_remain(command, place.files(), root, std::move(others)));
  if (command.verb == TufCommand::Verb::key_add) {
    note_keys({added});
    TRY(note_shared_keys(place.files()));
  }
  return 0;
}

KeyType type_of_new_key(const TufCommand& command, KeyType usual) {
  return command.key_type == "rsa"       ? KeyType::rsa
         : command.key_type == "ecdsa"   ? KeyType::ecdsa_p256
         : command.key_type == "ed25519" ? KeyType::ed25519
                                         : usual;
}

/// In a file, Ed25519 where no type is asked for; in a token ECDSA, as few have Ed25519.
Result<int> new_key(const TufCommand& command) {
  std::string name = command.names.front();
  if (pkcs11::KeyUri::is_one(name)) {
    if (command.no_passphrase) return fail(kUsage, "--no-passphrase is for key files: a token has a PIN");
    Keyring keyring = keyring_for(command);
    const PublicKey key =
        TRY(keyring.new_in_token(command.names.front(), type_of_new_key(command, KeyType::ecdsa_p256), name));
    print(id_of(key) + "  " + key.describe() + "  " + name + "\n");
    return 0;
  }
  TRY(expect_not_served(name));
  std::optional<Secret<std::string>> passphrase;
  if (!command.no_passphrase) passphrase.emplace(TRY(passphrase_for(command, name, true)));
  const PublicKey key = TRY(write_new_key(name, type_of_new_key(command, KeyType::ed25519), passphrase));
  print(id_of(key) + "  " + key.describe() + "  " + printable(name) + "\n");
  return 0;
}

}  // namespace

Result<int> tuf_init(const TufCommand& command, Time now) {
  const bool made = command.root_keys.empty() && command.online_keys.empty();
  if (!made && (command.root_keys.empty() || command.online_keys.empty())) {
    return fail(kUsage, "both --root-key and --online-key are needed, or neither", "tomme tuf init --help");
  }
  // Before anything is made: a folder without keys would pass for a repository.
  TRY(expect_keys(command));
  if (made && command.database.empty())
    TRY(expect_not_served((command.repository.empty() ? "." : command.repository) + "/.keys/root.pem"));
  const TufPlace place = TRY(TufPlace::open(command, true));
  TRY(repository::expect_none(place.files()));
  TufCommand keys = command;
  if (made) {
    const std::vector<std::string> files = TRY(make_keys(command, place));
    keys.root_keys = {files[0]};
    keys.targets_keys = {files[1]};
    keys.online_keys = {files[2]};
    if (command.pep458 && command.bins_keys.empty()) keys.bins_keys = {files[3]};
  }
  // Whose keys are taken, his threshold is as well.
  if (keys.targets_keys.empty()) {
    keys.targets_keys = keys.root_keys;
    if (keys.targets_threshold == 0) keys.targets_threshold = keys.root_threshold;
  }
  if (keys.bins_keys.empty()) {
    keys.bins_keys = keys.targets_keys;
    if (keys.bins_threshold == 0) keys.bins_threshold = keys.targets_threshold;
  }
  Settings settings;
  for (const std::string& key : keys.online_keys) settings.online_keys.push_back(TRY(place.setting_of(key)));
  Keyring keyring = keyring_for(command);
  if (!made) TRY(expect_online_keys(keys, keyring));
  repository::Plan plan;
  plan.root = TRY(plan_of(keyring, keys.root_keys, keys.root_threshold));
  plan.targets = TRY(plan_of(keyring, keys.targets_keys, keys.targets_threshold));
  plan.online = TRY(plan_of(keyring, keys.online_keys, static_cast<unsigned>(keys.online_keys.size())));
  if (keys.pep458) {
    plan.bins_role = TRY(plan_of(keyring, keys.bins_keys, keys.bins_threshold));
    plan.bin_prefix = repository::kPrefixBehindBins;
  }
  plan.bits = keys.bits != 0 ? keys.bits : keys.pep458 ? kPep458Bits : kUsualBits;
  for (const std::string& lifetime : keys.lifetimes) TRY(take_lifetime(lifetime, settings.lifetimes));
  const auto layout = TRY(repository::BinLayout::make(plan.bin_prefix, plan.bits));
  {
    const auto lock = TRY(place.lock_staging());
    TRY(repository::stage_first(place.files(), plan, settings.lifetimes, now));
  }
  TRY(repository::save_settings(place.database(), settings));
  note_keys({plan.root, plan.targets, plan.online, plan.bins_role.value_or(RolePlan())});
  note(repository::words_of_bins(layout));
  TRY(note_shared_keys(place.files()));
  if (!made) {
    print("staged root and targets" + std::string(keys.pep458 ? " and bins" : "") + ", to be signed\n");
    tell("hint: tomme tuf sign --key KEY, on each holder's machine a copy of " + place.files().describe() +
         "/staged/*.json, then tomme tuf publish\n");
    hint_to_serve(place, settings.lifetimes);
    return 0;
  }
  SigningKeys signers;
  for (const auto* of_a_role : {&keys.root_keys, &keys.targets_keys, &keys.online_keys, &keys.bins_keys}) {
    if (!of_a_role->empty()) signers.push_back(TRY(keyring.signer(of_a_role->front())));
  }
  TRY(repository::sign_shown(place.files(), {}, TRY(repository::load_staged(place.files())), signers));
  auto publisher = TRY(repository::Publisher::open(place.place(), signers));
  TRY(publisher.publish(now));
  TRY(publisher.close());
  print("made a repository with " + std::to_string(1U << plan.bits) + " hash bins in " +
        place.files().describe() + "\n");
  tell("hint: keep " + printable(place.key_folder()) +
       (keys.pep458 ? "/root.pem, targets.pem and bins.pem" : "/root.pem and targets.pem") +
       " off this machine\n");
  hint_to_serve(place, settings.lifetimes);
  return 0;
}

Result<int> tuf_key(const TufCommand& command, Time now) {
  if (command.verb == TufCommand::Verb::key_new) return new_key(command);
  if (command.verb == TufCommand::Verb::key_show) {
    Keyring keyring = keyring_for(command);
    for (const std::string& name : command.names) {
      const PublicKey key = TRY(keyring.public_key(name));
      print(command.pem ? to_pem("PUBLIC KEY", key.spki())
                        : id_of(key) + "  " + key.describe() + "  " + shown_key_name(name) + "\n");
    }
    return 0;
  }
  return change_keys(command, now);
}

namespace {

/// A name that a hash bin has is refused before people sign it. What is wrong already is not this draft's.
Result<void> expect_no_bin(const repository::OfflineRoles& published, const std::string& delegator,
                           const tuf::Targets& draft) {
  repository::RolesView roles = published.view();
  if (!roles.bins()) return {};
  roles.targets[delegator] = &draft;
  TRY(roles.bins());
  return {};
}

/// The first bins come empty: those of earlier, which the snapshot lists as long as it is there, are no more
/// than files that anybody with their keys can have written since.
void note_bins_of_earlier(const repository::Published& published) {
  for (const char* prefix : {"bins", repository::kPrefixBehindBins}) {
    for (const char* digits : {"-0", "-00", "-000", "-0000"}) {
      if (!published.snapshot.version_of(repository::snapshot_entry(prefix + std::string(digits)))) continue;
      return print_warning(std::string("the hash bins ") + prefix +
                           "-… of earlier are not filled again: what they listed has to be added anew");
    }
  }
}

}  // namespace

Result<int> tuf_delegation(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const Settings settings = TRY(repository::load_settings(place.database()));
  Keyring keyring = keyring_for(command);
  const RolePlan keys = TRY(plan_of(keyring, command.keys, command.threshold));
  const auto lock = TRY(place.lock_staging());
  std::string role = "targets";
  if (command.verb == TufCommand::Verb::bins) {
    const repository::Published published = TRY(repository::load_published(place.files()));
    const auto bins = TRY(published.offline.bins());
    if (!bins) {
      note_bins_of_earlier(published);
      const auto staged =
          TRY(repository::stage_first_bins(place.files(), command.bits, settings.lifetimes, now));
      for (const std::string& name : staged) tell("staged " + name + ", to be signed\n");
      note(repository::words_of_bins(TRY(repository::BinLayout::make("bins", command.bits))));
      return 0;
    }
    role = bins->delegator;
  }
  tuf::Targets draft = TRY(draft_of(place, role, settings.lifetimes, now));
  if (command.verb == TufCommand::Verb::bins) {
    TRY(repository::set_bins(draft, command.bits));
    note(repository::words_of_bins(TRY(repository::BinLayout::make("bins", command.bits))));
  } else if (command.verb == TufCommand::Verb::undelegate) {
    TRY(repository::undelegate(draft, command.role));
  } else {
    if (command.keys.empty() || command.paths.empty()) {
      return fail(kUsage, "a delegation needs at least one --key and one --path",
                  "tomme tuf delegate --help");
    }
    TRY(repository::delegate(draft, command.role, keys, command.paths, command.terminating));
    TRY(expect_no_bin(TRY(repository::load_published(place.files())).offline, role, draft));
    note_keys({keys});
  }
  TRY(repository::stage(place.files(), role, draft));
  TRY(note_shared_keys(place.files()));
  tell("staged " + role + " version " + std::to_string(draft.version.value()) + ", to be signed\n");
  if (command.verb != TufCommand::Verb::delegate) return 0;
  const auto first = TRY(repository::stage_first_of(place.files(), command.role, settings.lifetimes, now));
  if (first) {
    tell("staged " + command.role + " version " + std::to_string(*first) +
         ", to be signed by its holders: the delegation is published with it\n");
  }
  return 0;
}

Result<int> tuf_renew(const TufCommand& command, Time now) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const Settings settings = TRY(repository::load_settings(place.database()));
  const auto lock = TRY(place.lock_staging());
  for (const std::string& role : command.names) {
    std::uint64_t version = 0;
    if (role == "root") {
      const tuf::Root draft = TRY(repository::draft_root(place.files(), settings.lifetimes, now));
      TRY(repository::stage(place.files(), draft));
      version = draft.version.value();
    } else {
      const tuf::Targets draft = TRY(draft_of(place, role, settings.lifetimes, now));
      TRY(repository::stage(place.files(), role, draft));
      version = draft.version.value();
    }
    tell("staged " + role + " version " + std::to_string(version) + ", to be signed\n");
  }
  return 0;
}

}  // namespace tomme::cli
