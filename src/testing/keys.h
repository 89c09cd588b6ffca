#pragma once

#include "core/crypto/key.h"

namespace tomme::testing {

/// A key of this process, made at the first call and the same ever after: making RSA keys is slow, and tests
/// that name keys by number read well. Numbers are free; equal ones mean the same key.
const PrivateKey& key(KeyType type, unsigned number);

/// Signs with the scheme that goes by default with this type of key.
Bytes sign(const PrivateKey& key, BytesView message);

}  // namespace tomme::testing
