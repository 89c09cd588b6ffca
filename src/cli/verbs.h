#pragma once

#include <memory>
#include <span>
#include <vector>

#include "cli/options.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/sigstore/trusted_root.h"

namespace tomme::cli {

/// One function a verb: returns the exit status. An error is for the whole command; what goes wrong with one
/// file of many is printed where it happens.
Result<int> verify(const VerifyCommand& command, const Clock& clock);
Result<int> inspect(const InspectCommand& command);
Result<int> run(const RunCommand& command, const Clock& clock);
/// A command line of `run` that cannot be understood ends with a report as well, where it names a place for
/// it.
void report_misunderstood_run(std::span<char* const> argv, const Error& error);
Result<int> sigstore(const SigstoreCommand& command, const Clock& clock);
Result<int> trust(const TrustCommand& command, const Clock& clock);
Result<int> tuf_client(const TufClientCommand& command, const Clock& clock);
Result<int> tuf(const TufCommand& command, const Clock& clock);

/// Whether a verb uses the network anyway: then the trust root is refreshed once a day unless told otherwise.
enum class Network : std::uint8_t { used, unused };

/// The root that the options name. What is amiss with its freshness is told on standard error, in one line.
Result<std::shared_ptr<const TrustedRoot>> load_root(const TrustOptions& options, Network network, Time now);
/// The same, and every root of a file that has one in each line.
Result<std::vector<std::shared_ptr<const TrustedRoot>>> load_roots(const TrustOptions& options,
                                                                   Network network, Time now);

/// Of several exit codes the one that a caller must not miss: refused, then could not tell, then usage.
int worse(int a, int b);

}  // namespace tomme::cli
