#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "io/store/blob_store.h"

namespace tomme::repository {

/// The roots of a repository from the oldest that is worth keeping to the newest, byte for byte; each is
/// signed as the one before and as itself wants it.
struct RootChain {
  std::map<std::uint64_t, Bytes> files;
  std::uint64_t left_out = 0;  ///< the newest older root that does not verify; 0: none

  std::uint64_t oldest() const { return files.begin()->first; }
  std::uint64_t newest() const { return files.rbegin()->first; }
};

/// Another program's repository under the names that its files would have in one of ours (layout.h), to read
/// only: what reads and verifies ours reads and verifies it. It may lie in `metadata/` or at the top, with
/// versions in the names of its files (consistent snapshots) or without. `from` must live longer.
class ForeignFiles final : public store::BlobStore {
 public:
  /// `trusted_root` is a root to begin with, else version 1 is taken as it is. kRepositoryImport where there
  /// is no repository or its roots do not lead from there to the newest; what verifying roots refuses.
  static Result<std::unique_ptr<ForeignFiles>> open(store::BlobStore& from,
                                                    const std::optional<std::string>& trusted_root);

  const RootChain& roots() const { return roots_; }
  store::BlobStore& from() const { return from_; }

  Result<std::optional<Bytes>> get(const store::BlobKey& key, std::uint64_t limit) override;
  Result<std::optional<Bytes>> get_range(const store::BlobKey& key, std::uint64_t offset,
                                         std::uint64_t length) override;
  Result<std::optional<store::BlobStat>> stat(const store::BlobKey& key) override;
  Result<store::BlobPage> list(std::string_view folder, std::string_view after, std::size_t limit) override;
  std::string describe() const override { return from_.describe(); }

  // All that would change it is kFileWrite.
  Result<void> put(const store::BlobKey& key, BytesView content) override;
  Result<bool> put_if_absent(const store::BlobKey& key, BytesView content) override;
  Result<void> remove(const store::BlobKey& key) override;
  std::unique_ptr<store::BlobBatch> batch() override;  ///< nullptr
  Result<std::unique_ptr<store::BlobWriter>> writer(const store::BlobKey& key, std::uint64_t size) override;

 private:
  ForeignFiles(store::BlobStore& from, std::string folder) : from_(from), folder_(std::move(folder)) {}
  Result<std::optional<Bytes>> metadata(const std::string& name, std::uint64_t limit);
  Result<std::optional<Bytes>> root_file(std::uint64_t version);
  Result<void> load_roots(const std::optional<std::string>& trusted_root);

  store::BlobStore& from_;
  const std::string folder_;  ///< "metadata/" or ""
  RootChain roots_;
};

}  // namespace tomme::repository
