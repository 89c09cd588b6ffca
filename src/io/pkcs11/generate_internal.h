#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/key.h"
#include "io/pkcs11/module_internal.h"

namespace tomme::pkcs11 {

/// C_GenerateKeyPair (PKCS #11 section 11.14): a private key that signs, is sensitive and cannot be
/// extracted, and a public key that everybody can read. `session` is one of the token, logged in; a second
/// one is opened for writing. kPkcs11KeyType where the token makes no such keys, kPkcs11Gone, kPkcs11Failed.
Result<void> generate_key_pair(const Module& module, ck_session_handle_t session, KeyType type,
                               const std::string& label, const Bytes& id);

}  // namespace tomme::pkcs11
