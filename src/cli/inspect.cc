#include "cli/errors.h"
#include "cli/verbs.h"

namespace tomme::cli {

Result<int> inspect(const InspectCommand&) {
  return fail(kUsage, "inspect is being built");
}

}  // namespace tomme::cli
