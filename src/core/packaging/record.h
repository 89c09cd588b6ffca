#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/digest.h"

namespace tomme {

struct RecordLimits {
  std::size_t bytes = 64 * 1024 * 1024;
  std::size_t rows = 1'000'000;
  std::size_t path_bytes = 4096;  ///< no file system has a file of a longer path
  std::size_t name_bytes = 255;   ///< nor of a longer name between two slashes
};

/// One row of a RECORD: a file of a distribution, seen from the folder that holds its `.dist-info`.
struct RecordRow {
  std::string path;              ///< as written; may be absolute or lead upwards (scripts do)
  std::optional<Sha256> digest;  ///< nothing where the row has none, or none by SHA-256 that can be read
};

/// A RECORD, of a wheel or of what was installed from one (PEP 376, 427): CSV as Python's `csv` reads it,
/// with path, `sha256=` in URL-safe base64 without padding, and size. Rows without digest and size are
/// ordinary. Rows whose path is above its limits are left out: no such file can be there. Fails with
/// kRecordInvalid, also above the other limits.
Result<std::vector<RecordRow>> parse_record(std::string_view text, const RecordLimits& limits = {});

}  // namespace tomme
