#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/packaging/project_name.h"

namespace tomme {

/// A dependency by its address instead of its version: `Requires-Dist: name @ URL` (PEP 508).
struct DirectReference {
  std::optional<ProjectName> project;  ///< nothing where the line is not well formed
  std::string address;                 ///< as written, without the marker
  bool needs_extra = false;            ///< wanted only where somebody asked for an extra
  /// No dependency as PEP 508 has it, and not one by version with odd spelling either: one installer gives it
  /// up and another takes an address out of it. `address` is the line up to its marker.
  bool well_formed = true;
};

/// Those of a METADATA file, as any installer may read it: every line before the first empty one counts,
/// whether it is sound or not, folded lines are put together, and every kind of line end is one.
std::vector<DirectReference> direct_references(std::string_view metadata);

}  // namespace tomme
