#pragma once

#include <string>

#include "core/policy/proof.h"

namespace tomme::cli {

/// What a verification proved, one indented line each.
std::string describe(const VerifiedSignature& signer);

}  // namespace tomme::cli
