#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/tuf/updater.h"

namespace tomme::cli {

/// What --time says, or now. kUsage.
Result<Time> reference_time(const std::string& text, const Clock& clock);

/// "timestamp version 3, expires 2026-01-01T00:00:00Z"; of an expired one, since when.
std::string describe(const tuf::RoleState& role);

}  // namespace tomme::cli
