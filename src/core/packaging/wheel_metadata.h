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

/// The bytes of `{name}-{version}.dist-info/METADATA`, which must be there once, in the only `.dist-info`
/// folder, whose name and version are the file name's; and so must be those that METADATA says, once each
/// (kWheelName). kWheelAmbiguous where readers may see other files, or would take dependencies from another
/// one: a `requires.txt` or PKG-INFO beside it, a METADATA that is not as deep. kWheelInvalid where nobody
/// can read it. Works on a memory-mapped view without copying it.
Result<Bytes> metadata_of_wheel(BytesView whole_wheel, const DistFilename& filename,
                                const WheelLimits& limits = {});
/// The same of a wheel that was kWheelAmbiguous and of which nobody claims anything: as readers of its
/// directory see it, pip among them. Where a name is there twice, they take the last.
Result<Bytes> metadata_of_odd_wheel(BytesView whole_wheel, const DistFilename& filename,
                                    const WheelLimits& limits = {});

}  // namespace tomme
