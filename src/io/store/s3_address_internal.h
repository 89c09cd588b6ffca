#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/url/url.h"

namespace tomme::store {

/// s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME]
///
///     bucket = 3*63( lower-case letter / DIGIT / "." / "-" )
///     prefix = a BlobKey of at most 100 bytes
/// Values of the query may have percent-escapes; other settings are refused, credentials above all.
struct S3Address {
  Origin endpoint;
  std::string bucket;
  std::string prefix;  ///< empty, or with a slash at its end
  std::string region;

  /// `default_region` where the address names none. kStoreAddress.
  static Result<S3Address> parse(std::string_view text, std::string_view default_region);
  std::string describe() const;  ///< "s3://bucket/prefix"
};

}  // namespace tomme::store
