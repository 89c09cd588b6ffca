#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/tuf/updater.h"

namespace tomme::cli {

/// What --time says, or now. kUsage.
Result<Time> reference_time(const std::string& text, const Clock& clock);

/// "3 days", "1 hour": the largest unit of which there are two, or seconds.
std::string span_text(std::chrono::seconds span);

/// "timestamp version 3, expires 2026-01-01T00:00:00Z"; of an expired one, since when.
std::string describe(const tuf::RoleState& role);

}  // namespace tomme::cli
