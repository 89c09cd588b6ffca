#pragma once

#include <map>
#include <optional>
#include <string>

#include "app/repository/bins.h"
#include "app/repository/role_signer.h"
#include "app/repository/snapshot_text.h"
#include "core/base/result.h"
#include "core/tuf/metadata.h"
#include "io/store/blob_store.h"

namespace tomme::repository {

/// What other clients accept of a file whose length is not listed (reference: python-tuf, go-tuf, tuf-js).
inline constexpr std::uint64_t kMostRootBytes = 512'000;
inline constexpr std::uint64_t kMostTimestampBytes = 16'384;
inline constexpr std::uint64_t kMostSnapshotBytes = 2'000'000;
inline constexpr std::uint64_t kMostTargetsBytes = 5'000'000;

/// The hash bins and who signs them.
struct Bins {
  BinLayout layout;
  std::string delegator;  ///< "targets", or the role between (PEP 458 has "bins")
  tuf::Keys keys;
  tuf::RoleKeys role_keys;
};

/// Who delegates to a role by name: of several the one nearest to targets. What a role further down says of a
/// name that is taken does not count.
struct Parent {
  std::string name;       ///< empty for targets
  std::size_t depth = 0;  ///< 0 for targets
};

/// The same roles as OfflineRoles, wherever their files are held.
struct RolesView {
  const tuf::Root* root = nullptr;
  std::map<std::string, const tuf::Targets*> targets;

  Result<std::optional<Bins>> bins() const;  ///< as OfflineRoles has it
  /// Of every role that can be reached from targets, whether there is a file of it or not.
  std::map<std::string, Parent> parents() const;
};

/// The roles that people sign, which say who signs the others.
struct OfflineRoles {
  std::optional<tuf::Signed<tuf::Root>> root;
  /// "targets" and what it delegates to by name, as far as there is metadata of it; no bins.
  std::map<std::string, tuf::Signed<tuf::Targets>> targets;

  /// The bins that a role delegates to; nothing where none does. kRepositoryBins where two do, or a role by
  /// name has the name of a bin.
  Result<std::optional<Bins>> bins() const;
  RolesView view() const;
  /// Who signs a delegated role or targets: its keys and the delegator's name. Nothing where nobody names it.
  struct Delegator {
    const tuf::Keys* keys;
    const tuf::RoleKeys* role_keys;
    std::string delegator;
  };
  std::optional<Delegator> keyring_of(const std::string& role) const;
  /// The same by this delegator, which is empty for targets.
  std::optional<Delegator> keyring_by(const std::string& role, const std::string& delegator) const;
  std::string delegator_of(const std::string& role) const;  ///< as Parent has it; empty where nobody does
};

/// All that clients see, but for the bins themselves.
struct Published {
  OfflineRoles offline;
  std::string timestamp_file;  ///< byte for byte; empty before the first publication
  SnapshotText timestamp{SnapshotText::Kind::timestamp};
  SnapshotText snapshot{SnapshotText::Kind::snapshot};

  /// The newest root came to be without the timestamp that belongs to it (a publication that changed the keys
  /// was interrupted): what is published is signed by the keys of the root before.
  bool under_previous_root = false;

  bool is_empty() const { return timestamp_file.empty(); }
};

/// Lists a role that people sign, whose file this is, with its length and digest: its keys alone would not
/// tell it from another role with the same keys. Of more than a thousand roles the first ones.
void list_content(SnapshotText& snapshot, const OfflineRoles& roles, const std::string& role,
                  std::uint64_t version, std::string_view file);

/// Reads and verifies it, of this program's making or another's. kRepositoryDamaged, or as
/// tuf::verify_threshold; expiry does not matter.
Result<Published> load_published(store::BlobStore& files);

/// Whether clients see this still: the same timestamp, and no newer root.
Result<bool> is_current(store::BlobStore& files, const Published& published);

struct RootFile {
  std::uint64_t version = 0;
  Bytes file;
};
/// The version of the oldest root: 1, but for repositories that were imported without older ones. Nothing
/// where there is no root. kRepositoryDamaged.
Result<std::optional<std::uint64_t>> first_root_version(store::BlobStore& files);
/// The newest root as it stands.
Result<std::optional<RootFile>> load_newest_root_file(store::BlobStore& files);
/// The newest root. kRepositoryDamaged where it does not verify by itself.
Result<std::optional<tuf::Signed<tuf::Root>>> load_newest_root(store::BlobStore& files);

/// A file that has to be there: kRepositoryDamaged where it is not.
Result<Bytes> load_metadata(store::BlobStore& files, std::string_view role, std::uint64_t version,
                            std::uint64_t limit);

}  // namespace tomme::repository
