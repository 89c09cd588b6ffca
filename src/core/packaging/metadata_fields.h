#pragma once

#include <string>
#include <string_view>
#include <vector>

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

/// Without blanks, tabs and form feeds at both ends.
std::string_view trimmed_field(std::string_view text);

}  // namespace tomme
