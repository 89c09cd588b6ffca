#include <algorithm>
#include <filesystem>

#include "app/repository/ceremony.h"
#include "app/repository/change_words.h"
#include "app/repository/errors.h"
#include "app/repository/foreign_files.h"
#include "app/repository/layout.h"
#include "cli/errors.h"
#include "cli/term.h"
#include "cli/tuf_place.h"
#include "core/base/words.h"
#include "core/encoding/text.h"
#include "io/system/file.h"

namespace tomme::cli {

namespace {

namespace fs = std::filesystem;

Result<void> say_change(const std::string& role, const std::string& text,
                        const repository::OfflineRoles& before, Time now, repository::PatternWork& work) {
  std::vector<std::string> words;
  if (role == "root") {
    const auto after = TRY(tuf::Signed<tuf::Root>::parse(bytes_of(text)));
    words = repository::words_of_change(before.root ? &before.root->value : nullptr, after.value, now);
  } else {
    const auto after = TRY(tuf::parse_targets_of(role, bytes_of(text)));
    const auto there = before.targets.find(role);
    words = repository::words_of_change(role, there == before.targets.end() ? nullptr : &there->second.value,
                                        after.value, now, &work);
  }
  print(printable(role) + ":\n");
  for (const std::string& line : words) print("  " + line + "\n");
  return flush_output();
}

Result<void> expect_yes(const TufCommand& command) {
  if (command.yes) return {};
  if (TRY(confirmed("sign this?"))) return {};
  return fail(kUsage, "nothing was signed: the answer was not y", "run it again when what it says is meant");
}

Result<SigningKeys> signers_of(const TufCommand& command) {
  Keyring keyring = keyring_for(command);
  SigningKeys signers;
  for (const std::string& key : command.keys) signers.push_back(TRY(keyring.signer(key)));
  return signers;
}

/// What was published before, from a folder that the holder has: with metadata/ in it, or the metadata
/// itself.
Result<repository::Published> previous_roles(const TufCommand& command) {
  if (command.previous.empty()) return repository::Published();
  const auto files = TRY(store::open_blob_store_to_read(command.previous));
  repository::Published published = TRY(repository::load_published(*files));
  if (published.offline.root) return published;
  const auto foreign = repository::ForeignFiles::open(*files, std::nullopt);
  if (!foreign) {
    return fail(kUsage, "nothing is published in " + printable(command.previous),
                "name with --previous a copy of what is served, the folder in which metadata/ is or "
                "metadata/ itself; the folder "
                "of tomme tuf refresh has not all of it");
  }
  return repository::load_published(**foreign);
}

/// The name of a copy says its role: "root.json".
Result<std::string> role_of_copy(const std::string& file) {
  std::string role = fs::path(file).stem().string();
  if (repository::expect_role_name(role)) return role;
  return fail(kUsage, printable(file) + " is not called as a role's file is",
              "give the copy the name that it has in staged/: ROLE.json, as targets.json");
}

tuf::Keys own_keys(const SigningKeys& signers) {
  tuf::Keys keys;
  for (const auto& signer : signers) {
    const tuf::Key key = tuf::Key::of(signer->public_key());
    keys.emplace(key.id(), key);
  }
  return keys;
}

/// Here the holder's copy of what is published may be the old one, and not the staged file.
Result<void> expect_next_of_previous(const TufCommand& command, const std::string& role,
                                     const std::string& text, const repository::Published& published) {
  Result<void> next = repository::expect_next_version(role, text, published);
  if (next || !next.error().is(repository::kRepositoryStaged)) return next;
  return fail(repository::kRepositoryStaged,
              next.error().message() + ", as " + printable(command.previous) + " has it",
              "fetch what is published into " + printable(command.previous) +
                  " anew; if it is the newest, the change has to be staged again on top of it");
}

Result<int> sign_copies(const TufCommand& command, Time now) {
  const SigningKeys signers = TRY(signers_of(command));
  const repository::Published published = TRY(previous_roles(command));
  const repository::OfflineRoles& before = published.offline;
  if (command.previous.empty()) {
    tell("hint: with --previous DIR, a folder of what is published, only what changes is said\n");
  }
  std::vector<repository::StagedFile> copies;
  for (const std::string& file : command.names) {
    std::string text = TRY(read_file(file, repository::kMostTargetsBytes));
    copies.push_back({TRY(role_of_copy(file)), std::move(text)});
  }
  repository::PatternWork work;
  std::size_t signed_copies = 0;
  for (std::size_t i = 0; i < copies.size(); ++i) {
    const std::string &file = command.names[i], &role = copies[i].role;
    std::string text = copies[i].text;
    if (before.root) TRY(expect_next_of_previous(command, role, text, published));
    // A new holder of a role finds the key in the copy of the role that delegates to it.
    repository::SignerTables tables = repository::tables_for(role, before, copies);
    if (copies.size() > 1 && !tables.empty() && !repository::any_may_sign(signers, tables)) {
      tell("note: " + printable(file) + " is not for this key to sign, and stays as it is\n");
      continue;
    }
    // Who has the delegating file looks the id up; else it is the one that the specification computes.
    if (role != "root" && !before.root) tables.push_back(own_keys(signers));
    TRY(say_change(role, text, before, now, work));
    TRY(expect_yes(command));
    for (const auto& signer : signers) {
      auto with = repository::add_signature(text, *signer, tables);
      if (!with && copies.size() > 1 && with.error().is(repository::kRepositoryKey)) continue;
      text = TRY(std::move(with));
    }
    TRY(write_file(file, text));
    tell("signed " + printable(file) + "\n");
    ++signed_copies;
  }
  if (signed_copies == 0)
    return fail(repository::kRepositoryKey, "none of these copies is for this key to sign");
  return 0;
}

Result<void> expect_next_staged(const repository::StagedFile& file, const repository::Published& published) {
  if (file.unread) return std::unexpected(*file.unread);
  Result<void> next = repository::expect_next_version(file.role, file.text, published);
  if (!next) return std::unexpected(repository::of_staged(file.role, std::move(next).error()));
  return {};
}

}  // namespace

Result<int> tuf_sign(const TufCommand& command, Time now) {
  if (!command.names.empty()) return sign_copies(command, now);
  const TufPlace place = TRY(TufPlace::open(command, false));
  const auto published = TRY(repository::load_published(place.files()));
  repository::Staged all = repository::look_at_staged(place.files(), published.offline);
  for (const Error& left : all.left) print_warning(left.message());
  // What is published already, and could not be removed, is nothing to sign.
  TRY(repository::take_published(place.files(), published.offline, all.files));
  const std::vector<repository::StagedFile>& staged = all.files;
  if (staged.empty()) {
    return fail(kUsage, "nothing is staged, so that there is nothing to sign",
                "changes are staged by tomme tuf key, delegate, bins, renew and add --role");
  }
  const SigningKeys signers = TRY(signers_of(command));
  // What cannot be the next version of its role is in the way of no other.
  std::vector<repository::StagedFile> next_ones;
  for (const auto& file : staged) {
    const Result<void> next = expect_next_staged(file, published);
    if (!next && staged.size() == 1) return std::unexpected(next.error());
    if (!next) {
      print_warning("the staged " + printable(file.role, 80) + " is not signed: " + next.error().message());
      continue;
    }
    next_ones.push_back(file);
  }
  repository::PatternWork work;
  std::size_t shown = 0;
  for (const auto& file : next_ones) {
    const auto tables = repository::tables_for(file.role, published.offline, next_ones);
    if (!repository::any_may_sign(signers, tables)) continue;
    TRY(say_change(file.role, file.text, published.offline, now, work));
    ++shown;
  }
  if (shown == 0) return fail(repository::kRepositoryKey, "none of what is staged is for this key to sign");
  if (shown < next_ones.size())
    tell("note: " + counted(next_ones.size() - shown, "other staged file") + " this key does not sign\n");
  TRY(expect_yes(command));
  const std::vector<repository::StagedFile> copies =
      TRY(repository::sign_copies_of(next_ones, published.offline, signers));
  if (copies.empty())
    return fail(repository::kRepositoryKey, "none of what is staged is for this key to sign");
  const auto lock = TRY(place.lock_staging());
  TRY(repository::put_signatures(place.files(), published.offline, next_ones, copies));
  for (const auto& copy : copies) tell("signed " + copy.role + "\n");
  return 0;
}

Result<int> tuf_merge(const TufCommand& command) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const auto published = TRY(repository::load_published(place.files()));
  const auto lock = TRY(place.lock_staging());
  const auto staged = repository::look_at_staged(place.files(), published.offline).files;

  for (const std::string& file : command.names) {
    const std::string copy = TRY(read_file(file, repository::kMostTargetsBytes));
    const std::string role = TRY(role_of_copy(file));
    const auto there = TRY(place.files().get(repository::staged_key(role), repository::kMostTargetsBytes));
    if (!there) {
      return fail(repository::kRepositoryStaged,
                  printable(file) + " is a copy of nothing that is staged: there is no staged/" +
                      printable(role) + ".json",
                  "a copy has the name that it has in staged/; tomme tuf status says what is staged");
    }
    if (const auto read = tuf::Envelope::parse(*there); !read)
      return std::unexpected(
          repository::of_staged(role, Error(read.error()).in("staged " + printable(role, 80))));
    if (role != "root") TRY(in(printable(file), tuf::parse_targets_of(role, bytes_of(copy))));
    const auto tables = repository::tables_for(role, published.offline, staged);
    const auto merged = TRY(in(printable(file), repository::merge_signatures(text_of(*there), copy, tables)));
    for (const std::string& id : merged.left_out)
      print_warning(printable(file) + ": the signature of key " + printable(id, 80) + " does not count for " +
                    role);
    if (merged.added != 0) TRY(place.files().put(repository::staged_key(role), bytes_of(merged.text)));
    tell("merged " + printable(file) + ": " + counted(merged.added, "new signature") + "\n");
  }
  return 0;
}

Result<int> tuf_unstage(const TufCommand& command) {
  const TufPlace place = TRY(TufPlace::open(command, false));
  const auto lock = TRY(place.lock_staging());
  for (const std::string& role : command.names) {
    TRY(repository::unstage(place.files(), role));
    tell("nothing is staged of " + role + " any more\n");
  }
  return 0;
}

}  // namespace tomme::cli
