#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace tomme {

/// One header field of a METADATA file.
struct MetadataField {
  std::string name;   ///< lower case, without white space around it
  std::string value;  ///< without white space around it; the lines of a folded one with a blank between them
};

/// The fields of a METADATA file, as any installer may read them: every line before the first empty one
/// counts, whether what stands before it is sound or not, folded lines are put together, and every kind of
/// line end is one. A line without a colon is left out.
std::vector<MetadataField> metadata_fields(std::string_view metadata);

/// The value of a field that must stand once: of two, one installer takes the first and another the last.
/// Fails with `code`; `file` is what it is called there: "METADATA".
Result<std::string> only_field(const std::vector<MetadataField>& fields, std::string_view name,
                               const ErrorCode& code, std::string_view file);

/// Without blanks, tabs and form feeds at both ends.
std::string_view trimmed_field(std::string_view text);

}  // namespace tomme
