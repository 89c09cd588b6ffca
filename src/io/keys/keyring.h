#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/crypto/key.h"
#include "core/crypto/signing_key.h"
#include "io/keys/key_file.h"
#include "io/pkcs11/tokens.h"

namespace tomme {

/// The scheme by which a key is to sign.
using SchemeOf = std::function<SignatureScheme(const PublicKey&)>;

/// Keys by the names that people give: the path of a PEM file, or a PKCS#11 URI (io/pkcs11/key_uri.h). One of
/// these at a time in a process, used by one thread; the signers it gave out outlive it and are thread-safe.
class Keyring {
 public:
  /// `ask_passphrase` for encrypted files, `ask_pin` for tokens whose URI tells no PIN. `pkcs11_module` as in
  /// Tokens.
  Keyring(AskPassphrase ask_passphrase, pkcs11::AskPin ask_pin, std::string pkcs11_module);

  /// What load_signer and pkcs11::Tokens::key have.
  Result<std::shared_ptr<const SigningKey>> signer(const std::string& name);
  /// What load_public_key and pkcs11::Tokens::public_key have.
  Result<PublicKey> public_key(const std::string& name);
  /// Whether there is a private key of this name, which makes good signatures of this scheme. Without `ask`
  /// no passphrase is asked for, nor a PIN: then an encrypted file is believed, and a token whose URI tells
  /// no PIN. kKeyFile, kPkcs11KeyType, and what `signer` has.
  Result<void> expect_signs(const std::string& name, const SchemeOf& scheme_of, bool ask);
  /// Makes a key in a token; the name by which it is found from now on goes to `made`.
  /// pkcs11::Tokens::generate.
  Result<PublicKey> new_in_token(const std::string& uri, KeyType type, std::string& made);

 private:
  AskPassphrase ask_passphrase_;
  pkcs11::Tokens tokens_;
};

/// For messages: never with a PIN.
std::string shown_key_name(const std::string& name);

}  // namespace tomme
