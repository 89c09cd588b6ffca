#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/url/url.h"

namespace tomme {

/// Resolves one reference after another seen from one address. Gives what `Url::resolve` gives, and sooner
/// where a reference is on the same origin as the one before it, as on a page of ten thousands of files. Not
/// thread-safe.
class UrlResolver {
 public:
  explicit UrlResolver(Url base) : base_(std::move(base)) {}

  const Url& base() const { return base_; }
  Result<Url> resolve(std::string_view reference);

 private:
  Url base_;
  Origin origin_;      ///< of the last one
  std::string front_;  ///< "https://host:8443", its text; empty at first
};

}  // namespace tomme
