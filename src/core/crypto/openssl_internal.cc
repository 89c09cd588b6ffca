#include "core/crypto/openssl_internal.h"

#include <cstdio>
#include <exception>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>

#include "core/crypto/libcrypto.h"

namespace tomme {

namespace {

bool start_libcrypto() {
  const bool ready =
      OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS, nullptr) == 1;
  if (RAND_set_DRBG_type(nullptr, "HASH-DRBG", nullptr, nullptr, "SHA256") != 1) openssl::clear_errors();
  return ready;
}

}  // namespace

void initialise_libcrypto() {
  static const bool ready = start_libcrypto();
  openssl::must(ready, "OPENSSL_init_crypto");
}

}  // namespace tomme

namespace tomme::openssl {

namespace {

EVP_MD* fetch(const char* name) {
  initialise_libcrypto();
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, name, nullptr);
  must(algorithm != nullptr, "EVP_MD_fetch");
  return algorithm;
}

}  // namespace

const EVP_MD* message_digest(HashAlgorithm algorithm) {
  static EVP_MD* const sha256 = fetch("SHA256");
  static EVP_MD* const sha384 = fetch("SHA384");
  static EVP_MD* const sha512 = fetch("SHA512");
  switch (algorithm) {
    case HashAlgorithm::sha256:
      return sha256;
    case HashAlgorithm::sha384:
      return sha384;
    case HashAlgorithm::sha512:
      return sha512;
  }
  std::unreachable();
}

std::string take_error() {
  unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "libcrypto gave no reason" : reason;
}

void clear_errors() {
  ERR_clear_error();
}

void must(bool ok, const char* what) {
  if (ok) [[likely]]
    return;
  std::fprintf(stderr, "tomme: libcrypto failed in %s: %s\n", what, take_error().c_str());
  std::terminate();
}

}  // namespace tomme::openssl
