#include "core/crypto/encrypted_key.h"

#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "core/crypto/errors.h"
#include "core/crypto/libcrypto.h"
#include "core/crypto/openssl_internal.h"
#include "core/encoding/pem.h"

namespace tomme {

namespace {

using Pkcs8 = openssl::Handle<PKCS8_PRIV_KEY_INFO, &PKCS8_PRIV_KEY_INFO_free>;
using Algorithm = openssl::Handle<X509_ALGOR, &X509_ALGOR_free>;
using Encrypted = openssl::Handle<X509_SIG, &X509_SIG_free>;

constexpr std::string_view kLabel = "ENCRYPTED PRIVATE KEY";
constexpr std::uint64_t kScryptN = 1U << 14;  // with r 8: 16 MiB
constexpr std::uint64_t kScryptR = 8;
constexpr std::uint64_t kScryptP = 5;
constexpr std::size_t kLongestPassphrase = 1024;

Result<int> usable_length(const Secret<std::string>& passphrase) {
  const std::size_t length = passphrase.reveal().size();
  if (length == 0) return fail(kKeyPassphrase, "the passphrase is empty");
  if (length > kLongestPassphrase) {
    return fail(kKeyPassphrase,
                "the passphrase is longer than " + std::to_string(kLongestPassphrase) + " bytes");
  }
  return static_cast<int>(length);
}

/// The DER of what libcrypto holds; i2d_ functions have one form.
template <class T, class Write>
Bytes der_of(const T* object, Write write) {
  const int length = write(object, nullptr);
  openssl::must(length > 0, "i2d");
  Bytes der(static_cast<std::size_t>(length));
  unsigned char* at = der.data();
  write(object, &at);
  return der;
}

}  // namespace

Result<std::string> encrypt_key(const PrivateKey& key, const Secret<std::string>& passphrase) {
  const int length = TRY(usable_length(passphrase));
  const Secret<Bytes> plain = TRY(key.to_pkcs8());
  const unsigned char* at = plain.reveal().data();
  const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(plain.reveal().size())));
  openssl::must(info != nullptr, "d2i_PKCS8_PRIV_KEY_INFO");
  Algorithm algorithm(
      PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nullptr, 0, nullptr, kScryptN, kScryptR, kScryptP));
  openssl::must(algorithm != nullptr, "PKCS5_pbe2_set_scrypt");
  const Encrypted encrypted(PKCS8_set0_pbe(passphrase.reveal().data(), length, info.get(), algorithm.get()));
  if (!encrypted) return fail(kKeyInvalid, "a key could not be encrypted: " + openssl::take_error());
  [[maybe_unused]] const auto* taken = algorithm.release();  // belongs to `encrypted` now
  return to_pem(kLabel, der_of(encrypted.get(), &i2d_X509_SIG));
}

Result<PrivateKey> decrypt_key(std::string_view pem, const Secret<std::string>& passphrase) {
  initialise_libcrypto();
  const int length = TRY(usable_length(passphrase));
  const Bytes der = TRY(parse_pem_one(pem, kLabel));
  const unsigned char* at = der.data();
  const Encrypted encrypted(d2i_X509_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!encrypted || at != der.data() + der.size()) {
    openssl::clear_errors();
    return fail(kKeyInvalid, "an encrypted private key is not one PKCS#8 structure");
  }
  const Pkcs8 info(PKCS8_decrypt(encrypted.get(), passphrase.reveal().data(), length));
  if (!info) {
    openssl::clear_errors();
    return fail(kKeyPassphrase, "this is not the passphrase of the key");
  }
  const Secret<Bytes> plain(der_of(info.get(), &i2d_PKCS8_PRIV_KEY_INFO));
  return PrivateKey::parse_pkcs8(plain.reveal());
}

bool is_encrypted_key(std::string_view pem) {
  return pem.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos;
}

}  // namespace tomme
