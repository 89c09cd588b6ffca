#pragma once

#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/tuf/metadata.h"
#include "core/tuf/threshold.h"

/// The checks of section 5, each a function of bytes and what is trusted already. updater.cc has their
/// order.
namespace tomme::tuf {

/// "root version 3", for messages.
std::string describe(const RoleName& role, Version version);

/// A root to begin with: signed by itself. It may be expired.
Result<Root> read_first_root(BytesView bytes, const OidcVerifier& oidc);
/// Signed by the current one and by itself, and the very next version (5.3.4, 5.3.5). It may be expired.
Result<Root> read_next_root(const Root& current, BytesView bytes, const OidcVerifier& oidc);

/// Signed by the root's keys for the role; nothing else.
Result<Timestamp> read_timestamp(const Root& root, BytesView bytes, const OidcVerifier& oidc);
Result<Snapshot> read_snapshot(const Root& root, BytesView bytes, const OidcVerifier& oidc);

/// Who delegates to a targets role.
struct Delegator {
  std::string description;
  const Keys* keys;
  const RoleKeys* role;
};
/// 5.6.2 to 5.6.4, for top-level and delegated roles alike: length and digests, signatures, version.
Result<Targets> read_targets(const RoleName& name, const MetaFile& listed, const Delegator& delegator,
                             BytesView bytes, const OidcVerifier& oidc);

Result<void> check_rollback(const Timestamp& trusted, const Timestamp& next);  ///< 5.4.3; equal is fine
Result<void> check_rollback(const Snapshot& trusted, const Snapshot& next);    ///< 5.5.5
Result<void> check_listed_version(const RoleName& role, Version found, Version listed);
/// kTufExpired from the moment of expiry on, or `tolerance` behind it.
Result<void> check_fresh(const RoleName& role, const Common& metadata, Time now,
                         std::chrono::seconds tolerance = {});

}  // namespace tomme::tuf
