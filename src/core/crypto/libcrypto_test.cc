#include "core/crypto/libcrypto.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace tomme {
namespace {

TEST(Libcrypto, GeneratorIsHashDrbgOfFullStrength) {
  initialise_libcrypto();
  initialise_libcrypto();
  for (EVP_RAND_CTX* generator :
       {RAND_get0_primary(nullptr), RAND_get0_private(nullptr), RAND_get0_public(nullptr)}) {
    ASSERT_NE(generator, nullptr);
    EXPECT_TRUE(EVP_RAND_is_a(EVP_RAND_CTX_get0_rand(generator), "HASH-DRBG"));
    EXPECT_EQ(EVP_RAND_get_strength(generator), 256U);
    EXPECT_EQ(EVP_RAND_get_state(generator), EVP_RAND_STATE_READY);
  }
}

TEST(Libcrypto, CiphersAreFetchedAllTheSame) {
  initialise_libcrypto();
  // What TLS encrypts its session tickets with.
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  EXPECT_NE(cipher, nullptr);
  EVP_CIPHER_free(cipher);
  // What X.509 asks for by its old name.
  EXPECT_NE(EVP_get_digestbyname("SHA256"), nullptr);
}

}  // namespace
}  // namespace tomme
