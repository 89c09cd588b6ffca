#pragma once

#include "core/base/bytes.h"

namespace tomme {

/// Equality of a secret and what a stranger sent (a password, a token, an HMAC), in a time that tells neither
/// where the two differ nor how long the secret is. Everything else is compared with equal().
bool secret_equal(BytesView a, BytesView b);

}  // namespace tomme
