#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kUrlInvalid{
    "url/invalid", Outcome::refused, "an address is not one that can be asked",
    "write it as https://HOST/PATH, without blanks and control characters"};

}  // namespace tomme
