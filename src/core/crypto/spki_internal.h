#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/key.h"

namespace tomme {

/// A SubjectPublicKeyInfo taken apart, all that DER can tell checked. Views borrow from the input.
struct SpkiParts {
  KeyType type;
  unsigned bits;
  BytesView point = {};     ///< EC: 0x04, x, y; Ed25519: 32 bytes
  BytesView modulus = {};   ///< RSA, big endian, no leading zero
  BytesView exponent = {};  ///< RSA, the same
};

/// kKeyInvalid where the bytes are not DER of this shape, kKeyUnsupported for other keys.
Result<SpkiParts> read_spki(BytesView der);
Result<SpkiParts> read_rsa_public_key(BytesView der);

/// The SubjectPublicKeyInfo around an RSAPublicKey.
Bytes wrap_rsa_public_key(BytesView der);

}  // namespace tomme
