#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/packaging/dist_filename.h"
#include "core/packaging/zip.h"

namespace tomme {

struct SdistLimits {
  ZipLimits zip = {};
  /// All of it: a second PKG-INFO may stand at the end, where many build tools write the only one.
  std::uint64_t unpacked_bytes = std::uint64_t{1024} * 1024 * 1024;
  std::size_t metadata_bytes = 5 * 1024 * 1024;  ///< of all PKG-INFO that count
};

/// The PKG-INFO of a source distribution, `{name}-{version}/PKG-INFO`, whose name and version must be the
/// file name's, once each (kSdistName). More than one text where there is none, but others are deeper in the
/// tree (`*.egg-info`): Poetry takes dependencies from the least deep. None: only a build says what it
/// depends on. kSdistMetadata where installers could take another one, kSdistInvalid where it may be read in
/// more than one way.
Result<std::vector<Bytes>> metadata_of_sdist(BytesView whole_sdist, const DistFilename& filename,
                                             const SdistLimits& limits = {});

}  // namespace tomme
