#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/repository/published.h"
#include "app/repository/settings.h"
#include "app/repository/signing.h"
#include "app/repository/staged.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/tuf/metadata.h"
#include "io/store/blob_store.h"

/// How people change what they sign: a change is staged, each of them signs a copy of the staged file, and
/// when there are enough signatures the next publication takes it.
namespace tomme::repository {

/// The keys of one role of a new repository.
struct RolePlan {
  std::vector<PublicKey> keys;
  std::uint64_t threshold = 1;
};

/// How the bins of the tree of PEP 458 are called. A short name: it stands in the snapshot once for each.
inline constexpr const char* kPrefixBehindBins = "b";

/// A new repository. With `bins_role` the tree of PEP 458: targets delegates everything to a role "bins" that
/// people sign as well, and that one delegates to the bins; without it targets delegates to the bins itself.
struct Plan {
  RolePlan root, targets, online;
  std::optional<RolePlan> bins_role;
  std::string bin_prefix = "bins";
  unsigned bits = 10;
};

/// kRepositoryExists where something is published or staged.
Result<void> expect_none(store::BlobStore& files);
/// The first version of each role that people sign, staged without signatures. Of any number who do so at
/// once exactly one makes the repository, the others change nothing. kRepositoryKey where a threshold cannot
/// be met, kRepositoryBins, kRepositoryExists.
Result<void> stage_first(store::BlobStore& files, const Plan& plan, const Lifetimes& lifetimes, Time now);

/// What a change begins with: the staged version where there is one, else the published one with the next
/// number; its expiry is a lifetime from now. kRepositoryNone where there is neither.
Result<tuf::Root> draft_root(store::BlobStore& files, const Lifetimes& lifetimes, Time now);
/// The same for targets and delegated roles; a delegated role that has no metadata yet begins empty.
/// Delegations to the role itself and to those above it are left out, and named in `left_out`.
Result<tuf::Targets> draft_targets(store::BlobStore& files, std::string_view role, const Lifetimes& lifetimes,
                                   Time now, std::vector<std::string>* left_out = nullptr);
/// Puts a draft in the place of what is staged; signatures of that no longer count. kRepositoryKey where a
/// threshold is more than there are keys.
Result<void> stage(store::BlobStore& files, const tuf::Root& root);
Result<void> stage(store::BlobStore& files, std::string_view role, const tuf::Targets& targets);

/// Takes away what is staged of a role, with its signatures. kRepositoryStaged where nothing is.
Result<void> unstage(store::BlobStore& files, std::string_view role);

/// The keys of one role in a draft, to change them.
class KeyEditor {
 public:
  /// root, targets, snapshot, timestamp. kRepositoryRole.
  static Result<KeyEditor> of(tuf::Root& root, std::string_view role);
  /// A role to which the draft delegates by name, or the prefix of its bins. kRepositoryRole.
  static Result<KeyEditor> of(tuf::Targets& targets, std::string_view role);

  Result<void> add(const PublicKey& key);  ///< once; kRepositoryKey where another key has its id
  /// By its id or at least 8 digits of its beginning. kRepositoryKey where there is none or several.
  Result<void> remove(std::string_view key_id);
  Result<void> set_threshold(std::uint64_t threshold);  ///< kRepositoryKey for 0

 private:
  KeyEditor(tuf::Keys& keys, tuf::RoleKeys& role_keys) : keys_(&keys), role_keys_(&role_keys) {}
  tuf::Keys* keys_;
  tuf::RoleKeys* role_keys_;
};

/// A delegation by name, last in priority; in the place of one of the same name. kRepositoryRole,
/// kRepositoryBins where the draft delegates to bins (then a role can have no others beside).
Result<void> delegate(tuf::Targets& draft, std::string_view role, const RolePlan& keys,
                      std::vector<std::string> patterns, bool terminating);
Result<void> undelegate(tuf::Targets& draft, std::string_view role);  ///< kRepositoryRole
/// Stages an empty first version of a role of which nothing is published or staged, and says its number: its
/// holders have to sign one, since a delegation is published together with the role.
Result<std::optional<std::uint64_t>> stage_first_of(store::BlobStore& files, const std::string& role,
                                                    const Lifetimes& lifetimes, Time now);
/// The first bins of a repository that has none, signed by whoever signs the snapshot. Where targets has no
/// roles by name it delegates to them itself; else, since one role cannot have both, to a role "bins" that
/// the holders of targets sign and that is asked last. Stages what changes and names it. kRepositoryBins,
/// kRepositoryRole where there is a role "bins" of another kind.
Result<std::vector<std::string>> stage_first_bins(store::BlobStore& files, unsigned bits,
                                                  const Lifetimes& lifetimes, Time now);
/// Other bins: `bits` of them, the keys stay. kRepositoryBins where there are none.
Result<void> set_bins(tuf::Targets& draft, unsigned bits);

}  // namespace tomme::repository
