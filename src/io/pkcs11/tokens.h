#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/crypto/key.h"
#include "io/pkcs11/key_uri.h"

/// Keys in tokens (PKCS #11): security keys, smart cards, HSMs, SoftHSM.
namespace tomme::pkcs11 {

class Module;
class Token;

struct PinQuestion {
  const KeyUri& uri;
  std::string token;  ///< its label, as it stands in the token
  bool is_last_try;   ///< a wrong one locks the token
};
/// Asked at most once for a token.
using AskPin = std::function<Result<Secret<std::string>>(const PinQuestion&)>;

/// A private key in a token, which makes signatures and never leaves. Thread-safe: each thread that signs has
/// a session of its own. Where the token was taken out and is back, or has ended the session, it is opened
/// again, with the PIN that was right before.
class TokenKey {
 public:
  ~TokenKey();
  TokenKey(const TokenKey&) = delete;
  TokenKey& operator=(const TokenKey&) = delete;

  const PublicKey& public_key() const;
  /// In the form of PrivateKey::sign, verified before it is returned: ECDSA (DER), RSA with PKCS#1 v1.5 or
  /// PSS, and Ed25519. kPkcs11Gone, kPkcs11Failed, kPkcs11Signature, kPkcs11KeyType; kPkcs11Pin where the PIN
  /// was changed.
  Result<Bytes> sign(const SignatureScheme& scheme, BytesView message) const;
  /// After a failure, before the next attempt, while no other thread signs by this module: where it was the
  /// module that failed (CKR_GENERAL_ERROR, CKR_DEVICE_ERROR), it is started anew. kPkcs11Module.
  Result<void> recover() const;

 private:
  friend class Tokens;
  struct Impl;
  explicit TokenKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The tokens that are in use: each module is loaded once, each token logged into once. One of these at a
/// time in a process, used by one thread; the keys it gave out outlive it.
class Tokens {
 public:
  /// What is loaded where neither a URI nor `default_module` names one: p11-kit, which stands for all modules
  /// that the system knows (p11-kit-proxy.so, where there is one, is a link to it).
  static constexpr const char* kSystemModule = "libp11-kit.so.0";

  /// `default_module`, a path or empty, for URIs that name none.
  Tokens(AskPin ask, std::string default_module);
  ~Tokens();
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  /// The public half, without a PIN where a public key or a certificate can be read without one.
  /// All of errors.h but kPkcs11Gone and kPkcs11Signature.
  Result<PublicKey> public_key(const KeyUri& uri);
  /// The private key; the token is logged into. The same errors.
  Result<std::shared_ptr<const TokenKey>> key(const KeyUri& uri);
  /// Makes a key in the token, which never leaves it: with the label that `uri` gives, and its id or a random
  /// one of 8 bytes, which is put into `uri`. RSA is of 3072 bits. The same errors, and kPkcs11Exists where
  /// the token has a key of this label or id.
  Result<PublicKey> generate(KeyUri& uri, KeyType type);

 private:
  Result<std::shared_ptr<Module>> module_for(const KeyUri& uri);
  Result<std::shared_ptr<Token>> token_for(const KeyUri& uri);

  AskPin ask_;
  std::string default_module_;
  std::vector<std::pair<std::string, std::shared_ptr<Module>>> modules_;  // by the name that was asked for
  std::vector<std::shared_ptr<Token>> tokens_;
};

}  // namespace tomme::pkcs11
