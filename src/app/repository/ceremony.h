#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/repository/published.h"
#include "app/repository/settings.h"
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
Result<tuf::Targets> draft_targets(store::BlobStore& files, std::string_view role, const Lifetimes& lifetimes,
                                   Time now);
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

/// The keys that may sign a role, by their ids, as each of those lists them who say so: for root the
/// published one and itself, for targets the published and the staged root, for other roles whoever delegates
/// to them, first those whose word counts. What a later one says of an id is nothing to an earlier one.
using SignerTables = std::vector<tuf::Keys>;
/// `staged` may be copies, and be without those that delegate; what of it cannot be read is passed over.
SignerTables tables_for(const std::string& role, const OfflineRoles& published,
                        const std::vector<StagedFile>& staged);

/// Adds this key's signature to a file, or replaces it, under each id that it has in the tables and no other
/// key has in one before.
/// kRepositoryKey where none of them has it.
Result<std::string> add_signature(std::string_view file, const SigningKey& signer,
                                  const SignerTables& tables);
/// Whether one of these keys has an id in the tables.
bool any_may_sign(const SigningKeys& signers, const SignerTables& tables);
struct Merged {
  std::string text;
  std::size_t added = 0;              ///< signatures that were not there
  std::vector<std::string> left_out;  ///< key ids whose signature in the copy is not one
};
/// The good signatures of a copy added to those of the file; of two under one id the one that is good in an
/// earlier table.
/// kRepositoryStaged where the copy says something else.
Result<Merged> merge_signatures(std::string_view file, std::string_view copy, const SignerTables& tables);

/// Signs those of the staged files that these keys may sign, as they were `shown` to a person, and puts the
/// signatures into what is staged. The names of what was signed. kRepositoryStaged where one is not what was
/// shown any more: nothing of it is signed then.
Result<std::vector<std::string>> sign_shown(store::BlobStore& files, const OfflineRoles& published,
                                            const std::vector<StagedFile>& shown, const SigningKeys& signers);
/// Whether a file that is to be signed is beyond what is published of its role. kRepositoryStaged, kTufRole.
Result<void> expect_next_version(const std::string& role, std::string_view file, const Published& published);

}  // namespace tomme::repository
