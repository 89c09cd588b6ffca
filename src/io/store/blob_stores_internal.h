#pragma once

#include <memory>
#include <string>

#include "io/store/blob_store.h"

/// The two kinds of blob store, for open_blob_store alone.
namespace tomme::store {

Result<std::unique_ptr<BlobStore>> open_directory_blobs(std::string folder);
Result<std::unique_ptr<BlobStore>> open_s3_blobs(std::string_view address, const BlobLimits& limits);

/// What a `list` was asked for, checked: the beginning of the keys ("" or "folder/"), or kStoreKey.
Result<std::string> listed_prefix(std::string_view folder, std::size_t limit);

}  // namespace tomme::store
