#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/crypto/key.h"

namespace tomme {

/// PEM "ENCRYPTED PRIVATE KEY": PKCS#8 under PBES2 (RFC 8018 6.2) with scrypt (RFC 7914: N 16,384, r 8, p 5)
/// and AES-256-CBC, which OpenSSL and Python's cryptography read. kKeyPassphrase where it is empty.
Result<std::string> encrypt_key(const PrivateKey& key, const Secret<std::string>& passphrase);

/// The same, and whatever else libcrypto decrypts. kKeyPassphrase where the passphrase is another one.
Result<PrivateKey> decrypt_key(std::string_view pem, const Secret<std::string>& passphrase);

/// Whether a PEM text has a key that needs a passphrase.
bool is_encrypted_key(std::string_view pem);

}  // namespace tomme
