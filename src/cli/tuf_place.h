#pragma once

#include <memory>
#include <string>

#include "app/repository/publisher.h"
#include "cli/options.h"
#include "core/base/secret.h"
#include "core/base/time.h"
#include "io/keys/keyring.h"

namespace tomme::cli {

/// The repository that a command names, open.
class TufPlace {
 public:
  /// kRepositoryNone where a folder has none, unless `make`.
  static Result<TufPlace> open(const TufCommand& command, bool make);

  repository::Place place() const { return {*files_, *database_, lock_file_, sort_folder_}; }
  store::BlobStore& files() const { return *files_; }
  store::Database& database() const { return *database_; }
  /// The folder of the keys that `init` makes; empty where the repository is no folder.
  /// Its name is hidden, so that a shell's `*` does not take the keys for targets.
  std::string key_folder() const { return folder_.empty() ? "" : folder_ + "/.keys"; }
  /// kRepositoryOwnFile where one of them is, by whichever way, a part of this repository: its database, its
  /// keys or what lies in its files.
  Result<void> expect_foreign(const std::vector<std::string>& files) const;
  /// For whatever reads what is staged and changes it; not held while a person or a key is asked.
  Result<repository::StagingLock> lock_staging() const {
    return repository::StagingLock::take(*database_, lock_file_);
  }
  /// How a key is named in the settings, and where a name in the settings leads. Of a token's key the
  /// settings keep which it is, and nothing of how to get there: whoever writes to the database names neither
  /// a module, which would run here (kPkcs11Stored both ways), nor a PIN or its file, which would be read and
  /// sent.
  Result<std::string> setting_of(const std::string& key) const;
  Result<std::string> key_of(const std::string& setting) const;
  /// The online keys: those of the command, else those of the settings.
  Result<SigningKeys> online_signers(const TufCommand& command) const;

 private:
  TufPlace() = default;
  std::string folder_, lock_file_, sort_folder_;
  std::vector<std::string> parts_;  // files and folders of its own
  std::unique_ptr<store::BlobStore> files_;
  std::unique_ptr<store::Database> database_;
};

/// The first line of --passphrase-file, TOMME_PASSPHRASE, or what is typed on the terminal without echo;
/// twice where `anew`. kKeyPassphrase.
Result<Secret<std::string>> passphrase_for(const TufCommand& command, const std::string& key, bool anew);
/// Whether it would be had without asking.
bool passphrase_is_told(const TufCommand& command);
/// Key files and tokens: what they ask for is asked as passphrase_for does. `command` has to outlive it.
Keyring keyring_for(const TufCommand& command);

/// The draft of a role, as repository::draft_targets has it; what is left out of it is said.
Result<tuf::Targets> draft_of(const TufPlace& place, const std::string& role,
                              const repository::Lifetimes& lifetimes, Time now);

/// Yes from the terminal. kUsage where there is none.
Result<bool> confirmed(const std::string& question);

Result<Time> time_of(const TufCommand& command, const Clock& clock);

// The verbs of people (tuf_roles.cc, tuf_sign.cc) and of targets (tuf_targets.cc), and what there is
// (tuf_status.cc).
Result<int> tuf_init(const TufCommand& command, Time now);
Result<int> tuf_key(const TufCommand& command, Time now);
Result<int> tuf_delegation(const TufCommand& command, Time now);
Result<int> tuf_renew(const TufCommand& command, Time now);
Result<int> tuf_sign(const TufCommand& command, Time now);
Result<int> tuf_merge(const TufCommand& command);
Result<int> tuf_unstage(const TufCommand& command);
Result<int> tuf_add(const TufCommand& command, Time now);
Result<int> tuf_remove(const TufCommand& command, Time now);
Result<int> tuf_status(const TufCommand& command, Time now);

}  // namespace tomme::cli
