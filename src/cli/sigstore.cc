#include "cli/errors.h"
#include "cli/verbs.h"

namespace tomme::cli {

Result<int> sigstore(const SigstoreCommand&) {
  return fail(kUsage, "sigstore is being built");
}

}  // namespace tomme::cli
