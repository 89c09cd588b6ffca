#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <utility>

#include "core/crypto/errors.h"
#include "core/crypto/key.h"
#include "core/crypto/libcrypto.h"
#include "core/crypto/openssl_internal.h"
#include "core/encoding/pem.h"

namespace tomme {

namespace {

using openssl::PkeyContext;
using openssl::PkeyHandle;
using Pkcs8 = openssl::Handle<PKCS8_PRIV_KEY_INFO, &PKCS8_PRIV_KEY_INFO_free>;

PkeyHandle generate_key(KeyType type, unsigned rsa_bits) {
  switch (type) {
    case KeyType::ecdsa_p256:
      return PkeyHandle(EVP_EC_gen("P-256"));
    case KeyType::ecdsa_p384:
      return PkeyHandle(EVP_EC_gen("P-384"));
    case KeyType::ecdsa_p521:
      return PkeyHandle(EVP_EC_gen("P-521"));
    case KeyType::rsa:
      return PkeyHandle(EVP_RSA_gen(rsa_bits));
    case KeyType::ed25519:
      return PkeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  }
  std::unreachable();
}

/// Read back through our own reader, so that a private key is never of a kind we would not verify.
Result<PublicKey> public_half(EVP_PKEY* key) {
  unsigned char* bytes = nullptr;
  int length = i2d_PUBKEY(key, &bytes);
  if (length <= 0) return fail(kKeyInvalid, "private key: " + openssl::take_error());
  Bytes spki(bytes, bytes + length);
  OPENSSL_free(bytes);
  return PublicKey::parse_spki(spki);
}

bool set_rsa_scheme(EVP_PKEY_CTX* context, Padding padding) {
  if (padding == Padding::pkcs1) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

bool start_signing(EVP_MD_CTX* context, EVP_PKEY* key, KeyType type, const SignatureScheme& scheme) {
  std::string hash = type == KeyType::ed25519 ? std::string() : std::string(name_of(scheme.hash));
  EVP_PKEY_CTX* key_context = nullptr;
  return EVP_DigestSignInit_ex(context, &key_context, hash.empty() ? nullptr : hash.c_str(), nullptr, nullptr,
                               key, nullptr) == 1 &&
         (type != KeyType::rsa || set_rsa_scheme(key_context, scheme.padding));
}

}  // namespace

struct PrivateKey::Impl {
  PkeyHandle key;
  PublicKey public_key;
};

Result<PrivateKey> PrivateKey::generate(KeyType type, unsigned rsa_bits) {
  initialise_libcrypto();
  if (type == KeyType::rsa && (rsa_bits < 2048 || rsa_bits > 8192)) {
    return fail(kKeyUnsupported, "an RSA key of " + std::to_string(rsa_bits) + " bits");
  }
  PkeyHandle key = generate_key(type, rsa_bits);
  if (!key) return fail(kKeyInvalid, "no key could be generated: " + openssl::take_error());
  PublicKey half = TRY(public_half(key.get()));
  return PrivateKey(std::make_shared<const Impl>(Impl{std::move(key), std::move(half)}));
}

// PrivateKeyInfo (RFC 5208 5); libcrypto reads it: a private key comes from its owner, not from outside.
Result<PrivateKey> PrivateKey::parse_pkcs8(BytesView der) {
  initialise_libcrypto();
  const unsigned char* at = der.data();
  Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size())));
  if (!info || at != der.data() + der.size()) {
    openssl::clear_errors();
    return fail(kKeyInvalid, "a private key is not one PKCS#8 structure");
  }
  PkeyHandle key(EVP_PKCS82PKEY_ex(info.get(), nullptr, nullptr));
  if (!key) return fail(kKeyInvalid, "private key: " + openssl::take_error());
  PublicKey half = TRY(public_half(key.get()));
  PkeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (!check || EVP_PKEY_pairwise_check(check.get()) != 1) {
    openssl::clear_errors();
    return fail(kKeyInvalid, "private key: its public half belongs to another key");
  }
  return PrivateKey(std::make_shared<const Impl>(Impl{std::move(key), std::move(half)}));
}

Result<PrivateKey> PrivateKey::parse_pem(std::string_view text) {
  Secret<Bytes> der(TRY(parse_pem_one(text, "PRIVATE KEY")));
  return parse_pkcs8(der.reveal());
}

const PublicKey& PrivateKey::public_key() const {
  return impl_->public_key;
}

Result<Bytes> PrivateKey::sign(const SignatureScheme& scheme, BytesView message) const {
  KeyType type = impl_->public_key.type();
  if ((type == KeyType::rsa) != (scheme.padding != Padding::none)) {
    return fail(kKeyUnsupported,
                "the padding asked for does not fit an " + impl_->public_key.describe() + " key");
  }
  openssl::DigestContext context(EVP_MD_CTX_new());
  std::size_t length = 0;
  bool sized = context && start_signing(context.get(), impl_->key.get(), type, scheme) &&
               EVP_DigestSign(context.get(), nullptr, &length, message.data(), message.size()) == 1;
  Bytes signature(length);
  if (!sized ||
      EVP_DigestSign(context.get(), signature.data(), &length, message.data(), message.size()) != 1) {
    return fail(kKeyUnsupported, "the key cannot sign: " + openssl::take_error());
  }
  signature.resize(length);
  return signature;
}

Result<Secret<Bytes>> PrivateKey::to_pkcs8() const {
  Pkcs8 info(EVP_PKEY2PKCS8(impl_->key.get()));
  int length = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr) : -1;
  if (length <= 0) return fail(kKeyInvalid, "private key: " + openssl::take_error());
  Bytes der(static_cast<std::size_t>(length));
  unsigned char* at = der.data();
  i2d_PKCS8_PRIV_KEY_INFO(info.get(), &at);
  return Secret<Bytes>(std::move(der));
}

Bytes random_bytes(std::size_t n) {
  initialise_libcrypto();
  Bytes out(n);
  openssl::must(RAND_bytes_ex(nullptr, out.data(), n, 0) == 1, "RAND_bytes_ex");
  return out;
}

}  // namespace tomme
