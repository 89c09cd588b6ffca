#pragma once

#include <span>
#include <vector>

#include "app/repository/bins.h"
#include "app/repository/partition.h"
#include "app/repository/published.h"
#include "app/repository/role_signer.h"
#include "app/repository/target.h"
#include "core/base/time.h"
#include "io/store/blob_store.h"

namespace tomme::repository {

/// Changes by bin, part by part: a queue's batch in memory, or a Partition. Thread-safe.
class ChangeSource {
 public:
  virtual ~ChangeSource() = default;
  virtual std::size_t parts() const = 0;
  virtual std::uint32_t first_bin(std::size_t part) const = 0;
  virtual std::uint32_t end_bin(std::size_t part) const = 0;
  /// Sorted by bin and path, each path once. In `storage` or wherever the source keeps them.
  virtual Result<std::span<const Change>> read(std::size_t part, std::vector<Change>& storage) const = 0;

 protected:
  ChangeSource() = default;
  ChangeSource(const ChangeSource&) = default;
  ChangeSource& operator=(const ChangeSource&) = default;
};

/// Of changes in any order. Only bins that have changes are in its parts, unless `all_bins`.
class MemorySource final : public ChangeSource {
 public:
  MemorySource(std::vector<Change> changes, const BinLayout& layout, bool all_bins);
  std::size_t parts() const override { return parts_.size(); }
  std::uint32_t first_bin(std::size_t part) const override { return parts_[part].first_bin; }
  std::uint32_t end_bin(std::size_t part) const override { return parts_[part].end_bin; }
  Result<std::span<const Change>> read(std::size_t part, std::vector<Change>& storage) const override;
  std::size_t size() const { return changes_.size(); }

 private:
  struct Part {
    std::uint32_t first_bin, end_bin;
    std::size_t first, end;
  };
  std::vector<Change> changes_;
  std::vector<Part> parts_;
};

/// Of a partition, all bins of it.
class PartitionSource final : public ChangeSource {
 public:
  explicit PartitionSource(const Partition& partition) : partition_(&partition) {}
  std::size_t parts() const override { return partition_->parts(); }
  std::uint32_t first_bin(std::size_t part) const override { return partition_->first_bin(part); }
  std::uint32_t end_bin(std::size_t part) const override {
    return partition_->first_bin(part) + partition_->bins_of_a_part();
  }
  Result<std::span<const Change>> read(std::size_t part, std::vector<Change>& storage) const override;

 private:
  const Partition* partition_;
};

/// How bins are to be written.
struct BinJob {
  const Bins* bins = nullptr;              ///< who signs, and the layout
  const SnapshotText* snapshot = nullptr;  ///< the versions of the bins that are there
  std::vector<RoleSigner> signers;
  const Bins* bins_before = nullptr;       ///< who signed the bins that are there; nullptr: from_nothing
  std::vector<RoleSigner> signers_before;  ///< as far as they are at hand; makes reading faster
  bool from_nothing = false;               ///< what bins listed before does not matter: only versions go on
  bool all = false;                        ///< every bin is looked at, not only those with changes
  bool sign_anew = false;                  ///< every bin that is looked at is written, changed or not
  Time renew_before;  ///< a bin that is looked at and expires before this is written anew
  Time expires;       ///< of what is written
  /// Of the bin that is written first. All bins share the keys and one counter, so that no version of one was
  /// ever another's: no client can take the file of one for that of another.
  std::uint64_t first_version = 1;
  unsigned threads = 2;
};

struct WrittenBin {
  std::uint32_t bin;
  std::uint64_t version;
};

/// Writes the bins that need it. Those of a small job go into `batch`, which the caller commits; a large one
/// is spread over threads, whose batches are committed here. Nothing leads to the files yet.
/// kRepositoryTooLarge, kRepositoryDamaged, and what reading, verifying, signing and writing have.
Result<std::vector<WrittenBin>> write_bins(store::BlobStore& files, store::BlobBatch& batch,
                                           const BinJob& job, const ChangeSource& source);

/// The entries of a bin that is published, verified: as they stand where this program wrote it, else in its
/// form. `signers` may be empty.
Result<std::string> load_entries(store::BlobStore& files, const Bins& bins,
                                 std::span<const RoleSigner> signers, std::uint32_t bin,
                                 std::uint64_t version, Time* expires = nullptr);

/// Whether the bin of a path lists it. kRepositoryDamaged.
Result<bool> is_listed(store::BlobStore& files, const Published& published, const Change& of);

/// The same, always through a tree: for a bin that looks like this program's only at its beginning.
Result<std::string> load_foreign_entries(store::BlobStore& files, const Bins& bins, std::uint32_t bin,
                                         std::uint64_t version, Time* expires = nullptr);

}  // namespace tomme::repository
