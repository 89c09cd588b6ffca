#include "io/keys/keyring.h"

#include <filesystem>
#include <gmock/gmock.h>

#include "core/crypto/errors.h"
#include "io/keys/errors.h"
#include "io/pkcs11/errors.h"
#include "testing/folder.h"

namespace tomme {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SignatureScheme usual_scheme(const PublicKey& key) {
  return key.default_scheme();
}

class KeyringTest : public ::testing::Test {
 protected:
  testing::TestFolder folder_;
  Keyring keyring_{
      [](const std::string&) { return Secret<std::string>(std::string("secret")); },
      [](const pkcs11::PinQuestion&) { return fail(pkcs11::kPkcs11NoPin, "nobody is asked here"); },
      "/no/where.so"};
};

TEST_F(KeyringTest, FilesAreFiles) {
  const std::string file = folder_.path("key.pem");
  const auto made = write_new_key(file, KeyType::ed25519, Secret<std::string>(std::string("secret")));
  ASSERT_TRUE(made);
  const auto signer = keyring_.signer(file);
  ASSERT_TRUE(signer) << signer.error().message();
  EXPECT_EQ((*signer)->public_key(), *made);
  EXPECT_EQ(*keyring_.public_key(file), *made);
}

TEST_F(KeyringTest, UrisAreTokens) {
  for (const char* uri : {"pkcs11:token=a", "PKCS11:token=a"}) {
    const auto signer = keyring_.signer(uri);
    ASSERT_FALSE(signer);
    EXPECT_TRUE(signer.error().is(pkcs11::kPkcs11Module)) << signer.error().message();
    EXPECT_THAT(signer.error().message(), HasSubstr("/no/where.so"));
    EXPECT_FALSE(keyring_.public_key(uri));
  }
  const auto odd = keyring_.public_key("pkcs11:tokne=a");
  ASSERT_FALSE(odd);
  EXPECT_TRUE(odd.error().is(pkcs11::kPkcs11Uri));
}

TEST_F(KeyringTest, APublicHalfDoesNotSign) {
  const std::string file = folder_.path("key.pem"), open = folder_.path("open.pem");
  ASSERT_TRUE(write_new_key(file, KeyType::ed25519, Secret<std::string>(std::string("secret"))));
  ASSERT_TRUE(write_new_key(open, KeyType::ecdsa_p256, std::nullopt));
  for (const bool ask : {false, true}) {
    for (const std::string& name : {file, open}) {
      const auto signs = keyring_.expect_signs(name, usual_scheme, ask);
      EXPECT_TRUE(signs) << signs.error().message();
      const auto half = keyring_.expect_signs(name + ".pub", usual_scheme, ask);
      ASSERT_FALSE(half);
      EXPECT_TRUE(half.error().is(kKeyFile));
      EXPECT_THAT(half.error().message(), HasSubstr("has no private key"));
    }
    const auto half = keyring_.expect_signs("pkcs11:token=a;type=public", usual_scheme, ask);
    ASSERT_FALSE(half);
    EXPECT_TRUE(half.error().is(pkcs11::kPkcs11KeyType)) << half.error().message();
  }
  std::filesystem::copy_file(open + ".pub", file + ".pub", std::filesystem::copy_options::overwrite_existing);
  EXPECT_TRUE(keyring_.expect_signs(file, usual_scheme, true).error().is(kKeyFile));
  EXPECT_TRUE(
      keyring_.expect_signs("pkcs11:token=a", usual_scheme, false));  // its PIN would have to be asked for
  EXPECT_TRUE(keyring_.expect_signs("pkcs11:token=a", usual_scheme, true).error().is(pkcs11::kPkcs11Module));
  EXPECT_TRUE(keyring_.expect_signs("pkcs11:token=a?pin-value=1", usual_scheme, false)
                  .error()
                  .is(pkcs11::kPkcs11Module));
}

TEST(ShownKeyNameTest, HasNoPin) {
  EXPECT_EQ(shown_key_name("keys/root.pem"), "keys/root.pem");
  EXPECT_EQ(shown_key_name("a\nb"), "a\\x0ab");
  EXPECT_EQ(shown_key_name("pkcs11:token=a?pin-value=geheim"), "pkcs11:token=a");
  EXPECT_THAT(shown_key_name("pkcs11:token=a?pin-value=geheim#"), Not(HasSubstr("geheim")));
}

}  // namespace
}  // namespace tomme
