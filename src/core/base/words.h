#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tomme {

/// "1 target", "2 targets".
std::string counted(std::uint64_t number, std::string_view thing);

/// "3 days", "5 hours", "90 minutes": in the largest unit of which there are at least two whole ones.
/// Not of negative spans.
std::string span_text(std::chrono::seconds span);

}  // namespace tomme
