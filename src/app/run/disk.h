#pragma once

#include "app/installers/invocation.h"

namespace tomme::guard {

/// Reads regular files only: a pipe (`-r <(…)`) can be read once, and that once is the child's.
ReadFile disk_reader();

/// Follows all links; the path itself where it leads nowhere.
ResolvePath disk_resolver();

}  // namespace tomme::guard
