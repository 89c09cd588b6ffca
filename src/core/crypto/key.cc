#include "core/crypto/key.h"

#include <mutex>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <utility>

#include "core/crypto/ecdsa_internal.h"
#include "core/crypto/errors.h"
#include "core/crypto/libcrypto.h"
#include "core/crypto/openssl_internal.h"
#include "core/crypto/spki_internal.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"

namespace tomme {

namespace {

using openssl::PkeyContext;
using openssl::PkeyHandle;
using BigNumber = openssl::Handle<BIGNUM, &BN_free>;
using ParamBuilder = openssl::Handle<OSSL_PARAM_BLD, &OSSL_PARAM_BLD_free>;
using Params = openssl::Handle<OSSL_PARAM, &OSSL_PARAM_free>;

BigNumber to_number(BytesView big_endian) {
  return BigNumber(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
}

PkeyHandle import_rsa(const SpkiParts& parts) {
  initialise_libcrypto();
  BigNumber n = to_number(parts.modulus);
  BigNumber e = to_number(parts.exponent);
  ParamBuilder builder(OSSL_PARAM_BLD_new());
  openssl::must(n && e && builder &&
                    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
                    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1,
                "OSSL_PARAM_BLD_push_BN");
  Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1) {
    return nullptr;
  }
  return PkeyHandle(key);
}

PkeyHandle import_ed25519(BytesView point) {
  initialise_libcrypto();
  return PkeyHandle(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, point.data(), point.size()));
}

/// RFC 8017 8.1.2 and 8.2.2; the salt is as long as the hash unless any will do, MGF1 of the same hash is
/// libcrypto's default.
bool verify_rsa(EVP_PKEY* key, Padding padding, const Digest& digest, BytesView signature) {
  PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  openssl::must(context != nullptr, "EVP_PKEY_CTX_new_from_pkey");
  EVP_PKEY_CTX* c = context.get();
  bool pss = padding != Padding::pkcs1;
  int salt = padding == Padding::pss_any_salt ? RSA_PSS_SALTLEN_AUTO : RSA_PSS_SALTLEN_DIGEST;
  bool ready = EVP_PKEY_verify_init(c) == 1 &&
               EVP_PKEY_CTX_set_rsa_padding(c, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1 &&
               EVP_PKEY_CTX_set_signature_md(c, openssl::message_digest(digest.algorithm())) == 1 &&
               (!pss || EVP_PKEY_CTX_set_rsa_pss_saltlen(c, salt) == 1);
  openssl::must(ready, "EVP_PKEY_verify_init");
  BytesView bytes = digest.view();
  return EVP_PKEY_verify(c, signature.data(), signature.size(), bytes.data(), bytes.size()) == 1;
}

/// The state before the message, made once per key: making it fetches the algorithm anew each time.
openssl::DigestContext prepare_ed25519(EVP_PKEY* key) {
  openssl::DigestContext context(EVP_MD_CTX_new());
  openssl::must(context && EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key,
                                                   nullptr) == 1,
                "EVP_DigestVerifyInit_ex");
  return context;
}

bool verify_ed25519(const EVP_MD_CTX* prepared, BytesView message, BytesView signature) {
  openssl::DigestContext context(EVP_MD_CTX_new());
  openssl::must(context && EVP_MD_CTX_copy_ex(context.get(), prepared) == 1, "EVP_MD_CTX_copy_ex");
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

std::unexpected<Error> not_signed_by(const PublicKey& key) {
  return fail(kSignatureInvalid, "the signature does not verify with the " + key.describe() + " key");
}

}  // namespace

struct PublicKey::Impl {
  KeyType type = KeyType::ecdsa_p256;
  unsigned bits = 0;
  Bytes spki;
  Sha256 spki_sha256;
  EcdsaKey ecdsa = {};  // one of these three, by `type`
  PkeyHandle rsa = {};
  // Made at its first use: fetching the algorithm costs more than a verification, and a trust root has keys
  // of logs that most bundles never name. Any 32 bytes are a key until then, so nothing is checked late.
  mutable std::once_flag ed25519_once;
  mutable openssl::DigestContext ed25519;

  static Result<std::shared_ptr<const Impl>> make(const SpkiParts& parts, Bytes spki);
  const EVP_MD_CTX* prepared_ed25519() const;
  bool import(const SpkiParts& parts);
  std::size_t signature_size() const { return type == KeyType::rsa ? (bits + 7) / 8 : 64; }
};

const EVP_MD_CTX* PublicKey::Impl::prepared_ed25519() const {
  std::call_once(ed25519_once, [this] {
    const PkeyHandle key = import_ed25519(BytesView(spki).last(32));
    openssl::must(key != nullptr, "EVP_PKEY_new_raw_public_key_ex");
    ed25519 = prepare_ed25519(key.get());
  });
  return ed25519.get();
}

bool PublicKey::Impl::import(const SpkiParts& parts) {
  if (type == KeyType::rsa) {
    rsa = import_rsa(parts);
    return rsa != nullptr;
  }
  if (type == KeyType::ed25519) return parts.point.size() == 32;
  ecdsa = EcdsaKey::import(type, parts.point);
  return static_cast<bool>(ecdsa);
}

Result<std::shared_ptr<const PublicKey::Impl>> PublicKey::Impl::make(const SpkiParts& parts, Bytes spki) {
  Sha256 hash = sha256(spki);
  auto impl = std::make_shared<Impl>();
  impl->type = parts.type;
  impl->bits = parts.bits;
  impl->spki = std::move(spki);
  impl->spki_sha256 = hash;
  if (!impl->import(parts)) {
    openssl::clear_errors();
    return fail(kKeyInvalid, parts.modulus.empty() ? "public key: the point does not lie on its curve"
                                                   : "public key: libcrypto refuses these RSA numbers");
  }
  return impl;
}

Result<PublicKey> PublicKey::parse_spki(BytesView der) {
  return PublicKey(TRY(Impl::make(TRY(read_spki(der)), to_bytes(der))));
}

Result<PublicKey> PublicKey::parse_rsa_pkcs1(BytesView der) {
  return PublicKey(TRY(Impl::make(TRY(read_rsa_public_key(der)), wrap_rsa_public_key(der))));
}

Result<PublicKey> PublicKey::parse_pem(std::string_view text) {
  std::vector<PemBlock> blocks = TRY(tomme::parse_pem(text));
  if (blocks.size() != 1) {
    return fail(kKeyInvalid,
                "one public key was expected, not " + std::to_string(blocks.size()) + " PEM blocks");
  }
  if (blocks[0].label == "PUBLIC KEY") return parse_spki(blocks[0].der);
  if (blocks[0].label == "RSA PUBLIC KEY") return parse_rsa_pkcs1(blocks[0].der);
  return fail(kKeyInvalid, "a PEM block PUBLIC KEY was expected, not " + printable(blocks[0].label));
}

KeyType PublicKey::type() const {
  return impl_->type;
}
unsigned PublicKey::bits() const {
  return impl_->bits;
}
BytesView PublicKey::spki() const {
  return impl_->spki;
}
const Sha256& PublicKey::spki_sha256() const {
  return impl_->spki_sha256;
}

BytesView PublicKey::ed25519_point() const {
  if (impl_->type != KeyType::ed25519) return {};
  return BytesView(impl_->spki).last(32);
}

std::string PublicKey::describe() const {
  switch (impl_->type) {
    case KeyType::ecdsa_p256:
      return "ECDSA P-256";
    case KeyType::ecdsa_p384:
      return "ECDSA P-384";
    case KeyType::ecdsa_p521:
      return "ECDSA P-521";
    case KeyType::rsa:
      return "RSA " + std::to_string(impl_->bits);
    case KeyType::ed25519:
      return "Ed25519";
  }
  std::unreachable();
}

SignatureScheme PublicKey::default_scheme() const {
  switch (impl_->type) {
    case KeyType::ecdsa_p384:
      return {HashAlgorithm::sha384, Padding::none};
    case KeyType::ecdsa_p521:
      return {HashAlgorithm::sha512, Padding::none};
    case KeyType::rsa:
      return {HashAlgorithm::sha256, Padding::pkcs1};
    case KeyType::ecdsa_p256:
    case KeyType::ed25519:
      return {HashAlgorithm::sha256, Padding::none};
  }
  std::unreachable();
}

Result<void> PublicKey::verify(const SignatureScheme& scheme, BytesView message, BytesView signature) const {
  if (impl_->type != KeyType::ed25519)
    return verify_digest(scheme.padding, digest(scheme.hash, message), signature);
  if (scheme.padding != Padding::none)
    return fail(kSignatureInvalid, "an RSA padding was asked of an Ed25519 key");
  if (signature.size() == impl_->signature_size() &&
      verify_ed25519(impl_->prepared_ed25519(), message, signature)) {
    return {};
  }
  openssl::clear_errors();
  return not_signed_by(*this);
}

Result<void> PublicKey::verify_digest(Padding padding, const Digest& digest, BytesView signature) const {
  if (impl_->type == KeyType::ed25519) {
    return fail(kSignatureNeedsContent, "an Ed25519 signature cannot be verified with a digest alone");
  }
  if ((impl_->type == KeyType::rsa) != (padding != Padding::none)) {
    return fail(kSignatureInvalid, "the signature's padding does not fit an " + describe() + " key");
  }
  if (impl_->type != KeyType::rsa) {
    if (impl_->ecdsa.verify(digest.view(), signature)) return {};
    return not_signed_by(*this);
  }
  if (signature.size() == impl_->signature_size() &&
      verify_rsa(impl_->rsa.get(), padding, digest, signature)) {
    return {};
  }
  openssl::clear_errors();
  return not_signed_by(*this);
}

}  // namespace tomme
