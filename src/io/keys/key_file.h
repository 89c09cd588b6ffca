#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/crypto/key.h"
#include "core/crypto/signing_key.h"

namespace tomme {

/// Asks for the passphrase of a key; `name` is for the question.
using AskPassphrase = std::function<Result<Secret<std::string>>(const std::string& name)>;

/// A key in a PEM file: ENCRYPTED PRIVATE KEY, for which `ask` is called, or PRIVATE KEY. kKeyFile,
/// kKeyPassphrase.
Result<std::shared_ptr<const SigningKey>> load_signer(const std::string& path, const AskPassphrase& ask);

/// Whether load_signer would have something to load, or to decrypt.
Result<bool> holds_private_key(const std::string& path);

/// The public half from a file: PUBLIC KEY, or the file PATH.pub beside a private one, or of an unencrypted
/// private one.
Result<PublicKey> load_public_key(const std::string& path);

/// Makes a key and writes it to `path`, for its owner to read only, and its public half to PATH.pub. Without
/// a passphrase it is not encrypted. Never in the place of a file: kKeyFile.
Result<PublicKey> write_new_key(const std::string& path, KeyType type,
                                const std::optional<Secret<std::string>>& passphrase);

}  // namespace tomme
