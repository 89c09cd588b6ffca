#pragma once

#include "core/base/result.h"

namespace tomme::cli {

inline constexpr ErrorCode kUsage{"usage", Outcome::wrong_usage, "the command line cannot be understood",
                                  "tomme --help, or tomme VERB --help"};
inline constexpr ErrorCode kUsageNoProof{
    "usage/no-proof", Outcome::wrong_usage,
    "no bundle, attestation or provenance was given for a file or lies beside it",
    "name one with --bundle, --attestation or --provenance"};
inline constexpr ErrorCode kUsageRivals{"usage/rival-proofs", Outcome::wrong_usage,
                                        "several proofs lie beside a file and none was named",
                                        "choose one with --bundle, --attestation or --provenance"};

}  // namespace tomme::cli
