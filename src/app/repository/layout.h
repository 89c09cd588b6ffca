#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "io/store/blob_key.h"

/// Every name that a repository gives its files is made here, and read here.
///
///     metadata/timestamp.json            served, replaced at each publication
///     metadata/VERSION.ROLE.json         served, never changed once a timestamp leads to it
///     targets/FOLDER/SHA256.NAME         served: target files, where the repository holds them itself
///     staged/ROLE.json                   a new root, targets or delegated file that gathers signatures
///     first-root                         the number of the oldest root, where that is not 1
namespace tomme::repository {

/// What can be both a role and a part of a file name: letters, digits, "-", "_" and ".", not first, at most
/// 128. The names of delegated roles are held to it, so that nothing has to be quoted. kRepositoryRole.
Result<void> expect_role_name(std::string_view role);

store::BlobKey timestamp_key();
/// `role` as expect_role_name takes it.
store::BlobKey metadata_key(std::string_view role, std::uint64_t version);
store::BlobKey staged_key(std::string_view role);
store::BlobKey first_root_key();
/// kRepositoryTarget where the path cannot be the name of a stored file. Clients may ask for any of the
/// digests that are listed.
Result<store::BlobKey> target_key(std::string_view path, const Digest& digest);
Result<store::BlobKey> target_key(std::string_view path, const Sha256& sha256);

struct MetadataName {
  std::string role;
  std::uint64_t version = 0;
};
/// Nothing for the timestamp and for what is not ours.
std::optional<MetadataName> read_metadata_key(std::string_view key);

/// How snapshots name a role: "ROLE.json".
std::string snapshot_entry(std::string_view role);

inline constexpr std::string_view kMetadataFolder = "metadata";
inline constexpr std::string_view kTargetsFolder = "targets";
inline constexpr std::string_view kStagedFolder = "staged";

}  // namespace tomme::repository
