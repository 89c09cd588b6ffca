#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kKeyFile{
    "repository/key-file", Outcome::wrong_usage, "a key file cannot be used",
    "it is PEM: ENCRYPTED PRIVATE KEY or PRIVATE KEY, for public keys PUBLIC KEY"};

}  // namespace tomme
