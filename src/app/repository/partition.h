#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/repository/bins.h"
#include "app/repository/target.h"
#include "core/base/result.h"
#include "io/system/file.h"

namespace tomme::repository {

/// More changes than fit into memory, by bin: each goes to one of up to 256 nameless files by the first bits
/// of the digest of its path, and a file is read and sorted when its bins are written. Made by one thread,
/// then read by any number.
class Partition {
 public:
  /// `folder` is where the nameless files are made. kFileWrite.
  static Result<Partition> make(const std::string& folder, const BinLayout& layout);
  Partition(Partition&&) noexcept;
  Partition& operator=(Partition&&) noexcept;
  ~Partition();

  Result<void> add(const Change& change);  ///< kFileWrite
  /// No `add` afterwards.
  Result<void> finish();
  std::uint64_t size() const { return size_; }

  std::size_t parts() const { return parts_.size(); }
  /// The changes of one part in the order of their bins, then of their paths, of several for a path the last
  /// one. Each part is to be read once. Thread-safe. kFileRead.
  Result<std::vector<Change>> read(std::size_t part) const;
  /// The bins of a part.
  std::uint32_t first_bin(std::size_t part) const;
  std::uint32_t bins_of_a_part() const { return layout_.count() / static_cast<std::uint32_t>(parts_.size()); }
  const BinLayout& layout() const { return layout_; }

 private:
  struct Part;
  explicit Partition(const BinLayout& layout);
  Result<void> flush(Part& part);

  BinLayout layout_;
  std::vector<std::unique_ptr<Part>> parts_;
  std::uint64_t size_ = 0;
};

/// Sorts by bin and path; of several changes of a path only the last one stays.
void sort_for_bins(std::vector<Change>& changes, const BinLayout& layout);

}  // namespace tomme::repository
