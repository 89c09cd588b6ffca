#pragma once

#include <chrono>
#include <cstdint>

#include "app/repository/publisher.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace tomme::repository {

struct Collected {
  std::size_t metadata = 0, targets = 0;  ///< files removed
  std::uint64_t bytes = 0;
};

/// Removes metadata that was replaced, or never led to, more than `keep` ago by the clock of the file store,
/// and target files that no metadata, staged or queued change names (where the repository stores target files
/// itself). Roots are never removed: clients walk all of them (section 5.3). Needs the repository to itself:
/// kRepositoryBusy.
Result<Collected> collect_garbage(const Place& place, Time now, std::chrono::seconds keep);

}  // namespace tomme::repository
