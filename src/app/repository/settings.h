#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/digest.h"
#include "io/store/sql.h"

namespace tomme::repository {

/// By which a clock may have been put back before what it signed is taken for another's mistake.
inline constexpr std::chrono::hours kClockSlack{1};

/// How long what is signed holds.
struct Lifetimes {
  std::chrono::seconds root = std::chrono::days(365);
  std::chrono::seconds targets = std::chrono::days(365);  ///< and other roles that people sign
  std::chrono::seconds bins = std::chrono::days(7);  ///< PEP 458 has one day, which mirrors could not bear
  std::chrono::seconds snapshot = std::chrono::days(7);
  std::chrono::seconds timestamp = std::chrono::days(1);
};

/// What a repository keeps in its database besides the queue; all the rest is in its metadata.
struct Settings {
  Lifetimes lifetimes;
  std::vector<std::string> online_keys;  ///< key files, or PKCS#11 URIs without PIN and module
  std::optional<Time> bins_looked_at;    ///< when all bins were last looked at for their expiry
  std::optional<Sha256> first_root;      ///< digest of the oldest root file: which repository this is
};

/// Defaults for what is not there.
Result<Settings> load_settings(store::Database& database);
Result<void> save_settings(store::Database& database, const Settings& settings);
Result<void> save_online_keys(store::Database& database, const std::vector<std::string>& keys);
Result<void> save_first_root(store::Transaction& transaction, const Sha256& digest);
Result<void> save_bins_looked_at(store::Transaction& transaction, Time time);

}  // namespace tomme::repository
