#include "core/crypto/secret_equal.h"

#include <openssl/crypto.h>

#include "core/crypto/digest.h"

namespace tomme {

bool secret_equal(BytesView a, BytesView b) {
  // Digests have one length.
  const Sha256 left = sha256(a);
  const Sha256 right = sha256(b);
  return CRYPTO_memcmp(left.bytes.data(), right.bytes.data(), left.bytes.size()) == 0;
}

}  // namespace tomme
