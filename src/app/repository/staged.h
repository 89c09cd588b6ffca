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
  std::string text;                  ///< empty where there is more than any client takes
  std::optional<Error> unread = {};  ///< why it was not looked at; `text` is empty then
};

/// What is looked at of all that is staged.
struct StagedLimits {
  std::size_t names = 20'000;        ///< in the folder; of more, those of roles that are known
  std::size_t files = 1000;          ///< read, those of roles that are known first
  std::uint64_t bytes = 50'000'000;  ///< of all that is read
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

/// The staged files; roots first, then targets, then other roles by name. Whatever somebody puts there is in
/// the way of no other: what cannot be read has its reason. Known are root, targets, what is published, and
/// what these and staged files of known roles delegate to.
struct Staged {
  std::vector<StagedFile> files;
  std::vector<Error> left;  ///< what else was not looked at
};
Staged look_at_staged(store::BlobStore& files, const OfflineRoles& published,
                      const StagedLimits& limits = {});
/// The same where nobody is told what was not looked at.
Result<std::vector<StagedFile>> load_staged(store::BlobStore& files);

/// What is wrong with a staged file, with a hint that leads to that file.
Error of_staged(const std::string& role, Error why);

/// Takes out those that are published, whoever signed them since, and returns them.
Result<std::vector<StagedFile>> take_published(store::BlobStore& files, const OfflineRoles& published,
                                               std::vector<StagedFile>& staged);

/// Removes what is staged of a role if it still says what `file` says: somebody may have staged the next
/// change.
Result<void> remove_staged(store::BlobStore& files, const StagedFile& file);

}  // namespace tomme::repository
