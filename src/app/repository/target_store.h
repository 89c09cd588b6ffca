#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/repository/target.h"
#include "core/base/result.h"
#include "core/tuf/metadata.h"
#include "io/store/blob_store.h"

namespace tomme::repository {

/// Puts target files under the names that lead to them. Files of up to kSmallFile bytes share the wait for
/// the disk; larger ones go through memory piece by piece. Of one thread; the store must live longer. What
/// is put and never listed is garbage, which collect_garbage removes.
class TargetStore {
 public:
  static constexpr std::uint64_t kSmallFile = 4 * 1024 * 1024;

  /// `go_on` is asked between pieces, and its error ends what is under way.
  explicit TargetStore(store::BlobStore& files, std::function<Result<void>()> go_on = {});

  /// The file under `path`, and the change that lists it. It is read twice, for its digest and to be stored;
  /// kRepositoryTarget where it changed in between. Errors of reading and of the store, kRepositoryTarget.
  Result<Change> put(const std::string& path, const std::string& file);
  /// From another store, where it lies under `from`. Nothing is stored that is not `listed`: tuf::kTufHash.
  /// False where it is not there.
  Result<bool> copy(store::BlobStore& other, const store::BlobKey& from, const store::BlobKey& to,
                    const tuf::TargetFile& listed);
  /// All that was put is durable and seen when it returns: before anything names it.
  Result<void> finish();

 private:
  Result<void> put_small(const store::BlobKey& key, BytesView content);
  Result<void> ask() const { return go_on_ ? go_on_() : Result<void>(); }

  store::BlobStore& files_;
  std::function<Result<void>()> go_on_;
  std::unique_ptr<store::BlobBatch> batch_;
  std::uint64_t waiting_bytes_ = 0;
  std::size_t waiting_files_ = 0;
};

/// Whether the target is stored as it is listed, read piece by piece. tuf::kTufHash; kRepositoryDamaged where
/// it is not there.
Result<void> check_stored(store::BlobStore& files, const store::BlobKey& key, const tuf::TargetFile& listed);

}  // namespace tomme::repository
