#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kTrustNotBegun{
    "trust/not-begun", Outcome::wrong_usage,
    "nothing is known of a mirror of Sigstore trust roots, so that there is nothing to verify it with",
    "tomme trust init --mirror URL --root FILE, with a root.json got from where you trust it"};
inline constexpr ErrorCode kTrustNotListed{"trust/not-listed", Outcome::refused,
                                           "the repository behind a mirror has no trusted_root.json",
                                           "check that the mirror is one of a Sigstore instance"};
inline constexpr ErrorCode kTrustNotKept{"trust/not-kept", Outcome::could_not_tell,
                                         "the trust root of a mirror was never fetched, or what is kept of "
                                         "it is damaged, and it cannot be asked now",
                                         "tomme trust update --mirror URL, with the network"};

}  // namespace tomme
