#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/packaging/dist_filename.h"
#include "core/packaging/zip.h"

namespace tomme {

struct WheelLimits {
  ZipLimits zip;
  std::size_t metadata_bytes = 5 * 1024 * 1024;
};

/// The octets of `{name}-{version}.dist-info/METADATA`, which must be there once, in the only `.dist-info`
/// folder, whose name and version are the file name's. Works on a memory-mapped view without copying it.
/// What METADATA says inside, and the other files, are not looked at.
Result<Bytes> metadata_of_wheel(BytesView whole_wheel, const DistFilename& filename,
                                const WheelLimits& limits = {});

}  // namespace tomme
