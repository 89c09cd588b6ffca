#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/installers/invocation.h"
#include "app/proofs/proofs_elsewhere.h"
#include "app/relay/report.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/policy/judge.h"

namespace tomme::guard {

struct RunOptions {
  Invocation invocation;
  std::set<std::string> allow_hosts;  ///< HOST or HOST:PORT that may pass unseen though others are refused
  std::string attestations;           ///< folder with proofs; empty: those that indexes list
  std::optional<ProofsElsewhere> proofs;  ///< another index that is asked for proofs
  DistributionPolicy policy;
  bool expected_used = false;  ///< each expectation must have been put to the test
  std::string cache_folder;    ///< files by digest and the run's own folder live below it
  std::uint64_t cache_limit = std::uint64_t{10} * 1024 * 1024 * 1024;  ///< bytes kept after the run
  TableStyle style;
};

/// The trust root may still be read while the run is prepared; its error is told before anything starts.
using VerifierComing = std::future<Result<std::shared_ptr<const Verifier>>>;

/// Runs a command with every download judged, tells a person and the report what was found, and returns the
/// exit status that conclude() has for it. An error is one that came before the command, or in its place.
/// `say` takes what a person is told, a line or a table at a time; it goes to stderr.
Result<int> run_guarded(RunOptions options, VerifierComing verifier, const Clock& clock, Report& report,
                        const std::function<void(std::string_view)>& say);

}  // namespace tomme::guard
