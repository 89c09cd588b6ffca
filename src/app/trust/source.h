#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/sigstore/trusted_root.h"

namespace tomme::trust {

inline constexpr std::string_view kPublicMirror = "https://tuf-repo-cdn.sigstore.dev";
inline constexpr std::string_view kStagingMirror = "https://tuf-repo-cdn.sigstage.dev";

/// A Sigstore instance by the mirror of its TUF repository, and what this program brings for it.
struct Source {
  std::string mirror;  ///< without a slash at its end
  /// root.json to begin with; empty for an instance that the program does not know.
  std::string_view first_root = {};
  /// The trust root that the program was built with; nullptr likewise.
  Result<std::shared_ptr<const TrustedRoot>> (*built_in)() = nullptr;

  /// Of any URL; kTufMirrorAddress where none can be fetched from it.
  static Result<Source> of(std::string_view mirror);
  /// The folder of its files below the cache's: one path component, different for different mirrors.
  std::string folder_name() const;
};

}  // namespace tomme::trust
