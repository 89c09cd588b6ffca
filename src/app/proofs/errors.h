#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kProofsAddress{"proofs/address", Outcome::wrong_usage,
                                          "what --proofs or --proofs-for says cannot be used",
                                          "--proofs pypi, or --proofs https://HOST/; --proofs-for NAME,… "
                                          "with * for any part of a name and ! before "
                                          "names that are never asked about"};

}  // namespace tomme
