#pragma once

#include "core/base/bytes.h"
#include "core/crypto/digest.h"

namespace tomme {

/// HMAC with SHA-256 (RFC 2104), under a key of any length. A received code is compared with
/// secret_equal().
Sha256 hmac_sha256(BytesView key, BytesView bytes);

}  // namespace tomme
