#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace tomme::store {

/// The name of a stored file.
///
///     key  = part *( "/" part )                        at most 900 bytes
///     part = first *( first / "." )                    at most 200 bytes
///     first = ALPHA / DIGIT / "_" / "-" / "+" / "!" / "~"
///
/// So it is relative, has no "." or ".." in it, nothing hidden, and means the same as a path, as a key in S3
/// and (with its percent-escapes) in a URL. Upper and lower case differ.
class BlobKey {
 public:
  static Result<BlobKey> parse(std::string_view text);  ///< kStoreKey
  const std::string& text() const { return text_; }
  friend auto operator<=>(const BlobKey&, const BlobKey&) = default;

 private:
  explicit BlobKey(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace tomme::store
