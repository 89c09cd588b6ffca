#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "app/repository/role_signer.h"
#include "app/repository/settings.h"
#include "app/repository/verify.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "io/store/blob_store.h"

namespace tomme::repository {

struct ImportOptions {
  Time now;
  Lifetimes lifetimes = {};
  std::optional<std::string> trusted_root = {};  ///< bytes of a root.json to begin with; else version 1
  SigningKeys signers = {};                      ///< online keys that are to sign from now on
  std::function<Result<void>()> go_on = {};      ///< as TargetStore has it
};

struct Imported {
  Verification found;
  std::uint64_t oldest_root = 1;
  std::uint64_t left_out_root = 0;  ///< the newest root before these, where there is one that does not verify
  std::uint64_t target_files = 0;   ///< copied
  std::uint64_t elsewhere = 0;      ///< listed targets of which there is no file, or none that can be stored
  bool root_staged = false;         ///< a root that turns consistent snapshots on has to be signed first
  /// Roles by name whose keys are not those of people alone: who signs them is to be told that nothing here
  /// renews them.
  std::size_t named_roles = 0;
};

/// Takes over a repository of any program's making, from ForeignFiles. All of it is verified as by
/// verify_published first, and that each file is as long and has the digests that its snapshot or timestamp
/// lists; only what is expired, or
/// delegated to and not there, may be so, since it can be mended here. Metadata is copied byte for byte
/// with its roots, the timestamp last, so that clients of the old place can be sent to the new one and see no
/// lower version; target files of which it has one are copied as they are listed. Without consistent
/// snapshots there, the next root, which turns them on, is staged for its holders. What later publications
/// write is in this program's form: versions only in the snapshot, SHA-256 only for targets in hash bins.
///
/// kRepositoryExists where `to` has one; kRepositoryImport for what cannot be here, kRepositoryKey where
/// `signers` are not those of its online roles; else the first thing that is wrong.
Result<Imported> import_repository(store::BlobStore& from, store::BlobStore& to,
                                   const ImportOptions& options);

}  // namespace tomme::repository
