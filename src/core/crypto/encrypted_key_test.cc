#include "core/crypto/encrypted_key.h"

#include <gtest/gtest.h>

#include "core/crypto/errors.h"

namespace tomme {
namespace {

Secret<std::string> secret(std::string text) {
  return Secret<std::string>(std::move(text));
}

TEST(EncryptedKey, ComesBackWithItsPassphrase) {
  for (const KeyType type : {KeyType::ed25519, KeyType::ecdsa_p256, KeyType::rsa}) {
    const PrivateKey key = *PrivateKey::generate(type);
    const Result<std::string> pem = encrypt_key(key, secret("a passphrase"));
    ASSERT_TRUE(pem);
    EXPECT_TRUE(is_encrypted_key(*pem));
    const Result<PrivateKey> back = decrypt_key(*pem, secret("a passphrase"));
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(back->public_key(), key.public_key());
  }
}

TEST(EncryptedKey, IsNotToldByAnotherPassphrase) {
  const PrivateKey key = *PrivateKey::generate(KeyType::ed25519);
  const std::string pem = *encrypt_key(key, secret("a passphrase"));
  EXPECT_EQ(decrypt_key(pem, secret("another")).error().code().name, kKeyPassphrase.name);
  EXPECT_EQ(decrypt_key(pem, secret("")).error().code().name, kKeyPassphrase.name);
  EXPECT_EQ(encrypt_key(key, secret("")).error().code().name, kKeyPassphrase.name);
  EXPECT_EQ(encrypt_key(key, secret(std::string(1025, 'x'))).error().code().name, kKeyPassphrase.name);
  EXPECT_TRUE(encrypt_key(key, secret(std::string(1024, 'x'))));
}

TEST(EncryptedKey, IsSaltedAndSaysScrypt) {
  const PrivateKey key = *PrivateKey::generate(KeyType::ed25519);
  EXPECT_NE(*encrypt_key(key, secret("a passphrase")), *encrypt_key(key, secret("a passphrase")));
}

TEST(EncryptedKey, RefusesWhatIsNone) {
  const PrivateKey key = *PrivateKey::generate(KeyType::ed25519);
  std::string pem = *encrypt_key(key, secret("a passphrase"));
  EXPECT_FALSE(decrypt_key("", secret("a passphrase")));
  EXPECT_FALSE(decrypt_key(pem + pem, secret("a passphrase")));
  EXPECT_FALSE(is_encrypted_key("-----BEGIN PRIVATE KEY-----"));
}

}  // namespace
}  // namespace tomme
