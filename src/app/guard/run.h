#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/gate/proofs_elsewhere.h"
#include "app/guard/invocation.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/policy/verdict.h"

namespace tomme::guard {

struct RunOptions {
  Invocation invocation;
  std::set<std::string> allow_hosts;  ///< HOST or HOST:PORT that may pass unseen though others are refused
  std::string attestations;           ///< folder with proofs; empty: those that indexes list
  std::optional<ProofsElsewhere> proofs;  ///< another index that is asked for proofs
  DistributionPolicy policy;
  std::string report_path;   ///< JSON; empty: none
  std::string cache_folder;  ///< files by digest and the run's own folder live below it
  std::uint64_t cache_limit = std::uint64_t{10} * 1024 * 1024 * 1024;  ///< octets kept after the run
  std::size_t terminal_width = 0;                                      ///< 0: no terminal
};

/// The trust root may still be read while the run is prepared; its error is told before anything starts.
using VerifierComing = std::future<Result<std::shared_ptr<const Verifier>>>;

/// Runs a command with every download judged, and returns the exit code: 1 where something was refused, 3
/// where something could not be told, else the command's own (128+n for signal n).
/// `say` takes what a person is told, a line or a table at a time; it goes to stderr.
Result<int> run_guarded(RunOptions options, VerifierComing verifier, const Clock& clock,
                        const std::function<void(std::string_view)>& say);

}  // namespace tomme::guard
