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
  std::string text;
};

/// Whether enough keys have signed a staged file for it to be published over `published`: with the version
/// that is next, its root by the root before as well, other roles by who delegates to them there or in staged
/// roots and targets. An error says what is missing.
struct Readiness {
  StagedFile file;
  Result<void> ready;
};

/// Whether a version is one that the next of its role may have. kRepositoryStaged.
Result<void> expect_next(const std::string& role, std::uint64_t version, const Published& published,
                         const KeyUse& keys);
/// Which roles have keys in common in what is published, in what is staged or between these.
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

/// What becomes of the offline roles when all that is ready is published. `accepted` are the files that are.
struct Acceptance {
  OfflineRoles offline;
  std::vector<StagedFile> accepted;
  std::vector<Readiness> all;
};
/// `now`: what is expired is not accepted, since clients would refuse all of the repository with it. Nor is
/// what could be taken for another role's: what says that it is of another or is, to the octet, what another
/// has published or staged, a version that another with the same keys has, and a second delegation to a role
/// by other keys.
Result<Acceptance> accept_staged(const Published& published, std::vector<StagedFile> staged, Time now);

}  // namespace tomme::repository
