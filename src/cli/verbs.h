#pragma once

#include <memory>

#include "cli/options.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/sigstore/trusted_root.h"

namespace tomme::cli {

/// One function a verb: returns the exit status. An error is for the whole command; what goes wrong with one
/// file of many is printed where it happens.
Result<int> verify(const VerifyCommand& command);
Result<int> inspect(const InspectCommand& command);
Result<int> run(const RunCommand& command, const Clock& clock);
Result<int> sigstore(const SigstoreCommand& command);
Result<int> tuf(const TufCommand& command, const Clock& clock);

/// The root that the options name.
Result<std::shared_ptr<const TrustedRoot>> load_root(const TrustOptions& options);

/// Of several exit codes the one that a caller must not miss: refused, then could not tell, then usage.
int worse(int a, int b);

}  // namespace tomme::cli
