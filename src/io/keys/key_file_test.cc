#include "io/keys/key_file.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "core/crypto/errors.h"
#include "io/keys/errors.h"
#include "testing/folder.h"

namespace tomme {
namespace {

TEST(KeyFile, IsWrittenOnceAndReadByItsOwner) {
  const testing::TestFolder folder;
  const std::string path = folder.path("k.pem");
  const Secret<std::string> secret(std::string("open sesame"));
  const auto made = write_new_key(path, KeyType::ed25519, Secret<std::string>(std::string("open sesame")));
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(write_new_key(path, KeyType::ed25519, std::nullopt).error().code().name, kKeyFile.name);
  EXPECT_EQ(*load_public_key(path), *made);
  EXPECT_EQ(*load_public_key(path + ".pub"), *made);
  const auto ask = [](const char* answer) {
    return [answer](const std::string&) {
      return Result<Secret<std::string>>(Secret<std::string>(std::string(answer)));
    };
  };
  EXPECT_EQ((*load_signer(path, ask("open sesame")))->public_key(), *made);
  EXPECT_EQ(load_signer(path, ask("another")).error().code().name, kKeyPassphrase.name);
  EXPECT_EQ(load_signer(path + ".pub", ask("")).error().code().name, kKeyFile.name);
  const std::string plain = folder.path("plain.pem");
  const PublicKey unencrypted = *write_new_key(plain, KeyType::ecdsa_p256, std::nullopt);
  EXPECT_EQ((*load_signer(plain, ask("")))->public_key(), unencrypted);
  EXPECT_EQ(std::filesystem::status(plain).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

}  // namespace
}  // namespace tomme
