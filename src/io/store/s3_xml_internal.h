#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "io/store/blob_store.h"

namespace tomme::store {

/// One entry of a ListBucketResult: its key is any text here.
struct S3Object {
  std::string key;
  BlobStat stat;
};

struct S3Listing {
  std::vector<S3Object> objects;
  bool truncated = false;
};

/// The answer to ListObjectsV2. Refuses (kStoreDamaged) what is not well-formed, document types (entities!),
/// and an entry without a key, a size or a time. Elements that we do not know are passed over.
Result<S3Listing> parse_s3_listing(BytesView xml);

/// The text of the one element at a path ("/InitiateMultipartUploadResult/UploadId"); empty where there is
/// none, or the document is not well-formed.
std::string s3_element(BytesView xml, std::string_view path);

/// "NoSuchKey" out of <Error><Code>…; empty where there is none.
std::string s3_error_code(BytesView xml);

}  // namespace tomme::store
