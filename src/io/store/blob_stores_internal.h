#pragma once

#include <memory>
#include <string>

#include "io/store/blob_store.h"

/// The two kinds of blob store, for open_blob_store alone.
namespace tomme::store {

Result<std::unique_ptr<BlobStore>> open_directory_blobs(std::string folder, bool to_write);
Result<std::unique_ptr<BlobStore>> open_s3_blobs(std::string_view address, const BlobLimits& limits);

/// What every BlobWriter counts: that as many bytes come as were said.
class ExpectedSize {
 public:
  explicit ExpectedSize(std::uint64_t size) : left_(size) {}
  Result<void> take(std::uint64_t bytes, std::string_view name);  ///< kFileTooLarge
  Result<void> expect_all(std::string_view name) const;           ///< kFileRead
  std::uint64_t left() const { return left_; }

 private:
  std::uint64_t left_;
};

/// What a `list` was asked for, checked: the beginning of the keys ("" or "folder/"), or kStoreKey.
Result<std::string> listed_prefix(std::string_view folder, std::size_t limit);

}  // namespace tomme::store
