#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/repository/published.h"
#include "app/repository/staged.h"
#include "core/base/result.h"
#include "core/tuf/metadata.h"
#include "io/store/blob_store.h"

/// Who may sign what is staged, and the signatures.
namespace tomme::repository {

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

/// Signatures by these keys for those of the staged files that they may sign, as they were `shown` to a
/// person. Nothing is written yet: a key may take its time.
Result<std::vector<StagedFile>> sign_copies_of(const std::vector<StagedFile>& shown,
                                               const OfflineRoles& published, const SigningKeys& signers);
/// Puts them into what is staged; under a StagingLock, where others may be at work. kRepositoryStaged where
/// one is not what was shown any more: nothing is changed then.
Result<void> put_signatures(store::BlobStore& files, const OfflineRoles& published,
                            const std::vector<StagedFile>& shown, const std::vector<StagedFile>& copies);
/// Both, where nobody else is at work. The names of what was signed.
Result<std::vector<std::string>> sign_shown(store::BlobStore& files, const OfflineRoles& published,
                                            const std::vector<StagedFile>& shown, const SigningKeys& signers);
/// Whether a file that is to be signed is beyond what is published of its role. kRepositoryStaged, kTufRole.
Result<void> expect_next_version(const std::string& role, std::string_view file, const Published& published);

}  // namespace tomme::repository
