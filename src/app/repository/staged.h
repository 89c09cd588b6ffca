#pragma once

#include <string>
#include <vector>

#include "app/repository/key_use.h"
#include "app/repository/published.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/tuf/metadata.h"
#include "io/store/blob_store.h"

/// What people are about to sign lies in `staged/ROLE.json` until enough of them have.
namespace tomme::repository {

struct StagedFile {
  std::string role;
  std::string text;  ///< empty where there is more than any client takes
};

/// Whether a version is one that the next of its role may have. kRepositoryStaged.
Result<void> expect_next(const std::string& role, std::uint64_t version, const Published& published,
                         const KeyUse& keys);
/// The same of a targets file, where there are many.
Result<void> expect_next(const std::string& role, std::uint64_t version, const Published& published,
                         NextVersions& next);
/// Which roles have keys in common if all were published that is staged and can be reached from root.
KeyUse key_use_with(const OfflineRoles& published, const std::vector<StagedFile>& staged);
/// The number for a new draft of a role: behind what others with its keys have published or staged.
std::uint64_t version_for_draft(const std::string& role, const Published& published,
                                const std::vector<StagedFile>& staged);

/// Every staged file; roots first, then targets, then other roles by name.
Result<std::vector<StagedFile>> load_staged(store::BlobStore& files);

/// Takes out those that are published, whoever signed them since, and removes them: what a publication does
/// last.
Result<void> remove_published(store::BlobStore& files, const OfflineRoles& published,
                              std::vector<StagedFile>& staged);

/// Removes what is staged of a role if it still says what `file` says: somebody may have staged the next
/// change.
Result<void> remove_staged(store::BlobStore& files, const StagedFile& file);

}  // namespace tomme::repository
