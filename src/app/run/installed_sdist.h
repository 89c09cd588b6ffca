#pragma once

#include <optional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/packaging/core_metadata.h"

namespace tomme::guard {

/// What PKG-INFO at the top of a source distribution (`demo-1.0/PKG-INFO`) says that it is of. Nothing where
/// there is none, as in archives of a repository, or where it cannot be read: tar in bzip2 or xz, damaged
/// ones, and beyond kSdistBytes of what is unpacked.
std::optional<CoreMetadata> pkg_info_of(std::string_view filename, BytesView archive);

inline constexpr std::uint64_t kSdistBytes = std::uint64_t{512} * 1024 * 1024;

}  // namespace tomme::guard
