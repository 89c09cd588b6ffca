#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/packaging/record.h"
#include "core/packaging/zip.h"

namespace tomme {

struct InstalledWheelLimits {
  ZipLimits zip;
  RecordLimits record;
  std::size_t file_bytes = std::size_t{1} << 30;  ///< of one file of the wheel that has to be unpacked
  std::size_t script_bytes = 16 * 1024 * 1024;  ///< of a script that was written anew; a longer one is other
};

/// A distribution as it lies on the disk. Borrows.
struct InstalledFiles {
  std::string_view folder;               ///< absolute; that the `.dist-info` stands in
  std::string_view dist_info;            ///< the folder's name, "demo-1.0.dist-info"
  const std::vector<RecordRow>& record;  ///< its RECORD
  /// What the file at a path of `record` has now; nothing where it cannot be read.
  std::function<std::optional<Sha256>(const std::string& path)> digest_of;
  /// At most so many bytes of it; for scripts, which installers write anew. None: nothing can be read.
  std::function<std::optional<std::string>(const std::string& path, std::size_t limit)> read = {};
  bool reads_all = false;  ///< else the digests of `record` are believed, but for METADATA
  /// Whether a file outside of `.dist-info` may have this content as well: another distribution brought it
  /// and came later. Its path is seen from `folder`, or from the environment ("bin/demo"). None: no file may.
  std::function<bool(const std::string& path, const Sha256& digest)> may_be = {};
};

/// The first file of the wheel that is missing or other in what was installed; nothing where all are there.
/// What installers write anew is not looked at: RECORD, INSTALLER, REQUESTED, direct_url.json, signatures of
/// RECORD, compiled files. What the wheel has in a `.data` folder is looked for where it was put: of a script
/// the first line may be another, where `reads_all`, and else its rows in RECORD say nothing; a script, a
/// header or a file of the environment may be missing, for installers leave some of them away.
/// Digests that the wheel's RECORD has wrong are known (xpress 9.9.1): what counts in the end is its content.
/// Fails where the wheel cannot be read.
Result<std::optional<std::string>> difference_from_wheel(BytesView wheel, const InstalledFiles& installed,
                                                         const InstalledWheelLimits& limits = {});
/// The same of a wheel that was opened already.
Result<std::optional<std::string>> difference_from_wheel(const ZipArchive& wheel,
                                                         const InstalledFiles& installed,
                                                         const InstalledWheelLimits& limits = {});

}  // namespace tomme
