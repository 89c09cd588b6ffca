#include "app/installers/keyring_program.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "testing/folder.h"

namespace tomme::guard {
namespace {

class KeyringProgram : public ::testing::Test {
 protected:
  tomme::testing::TestFolder folder_;

  net::Environment with(const std::string& script) {
    const std::string path = folder_.path("keyring");
    std::ofstream(path) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return {{"PATH", "/nowhere:" + folder_.path() + ":/usr/bin:/bin"}};
  }
};

TEST_F(KeyringProgram, IsAskedForAServiceAndAUser) {
  const AskKeyring ask = keyring_program(with("[ \"$1 $2 $3\" = 'get https://h/ ann' ] && echo s3cr3t"));
  EXPECT_EQ(ask("https://h/", "ann"), "s3cr3t");
  EXPECT_EQ(ask("https://h/", "bob"), "");
}

TEST_F(KeyringProgram, IsAskedOnce) {
  const AskKeyring ask = keyring_program(with("echo x >>" + folder_.path("asked") + "; echo p"));
  EXPECT_EQ(ask("h", "ann"), "p");
  EXPECT_EQ(ask("h", "ann"), "p");
  EXPECT_EQ(std::filesystem::file_size(folder_.path("asked")), 2U);
}

TEST_F(KeyringProgram, IsTheOneThatWasThereFirst) {
  const auto environment = with("echo first");
  const AskKeyring ask = keyring_program(environment);
  EXPECT_EQ(ask("h", "ann"), "first");
  std::filesystem::remove(folder_.path("keyring"));
  with("echo another one");
  EXPECT_EQ(ask("h", "bob"), "") << "one that has come since";
  EXPECT_EQ(keyring_program(environment)("h", "bob"), "another one");
  std::filesystem::remove(folder_.path("keyring"));
  const AskKeyring late = keyring_program(environment);
  with("echo late");
  EXPECT_EQ(late("h", "ann"), "");
}

TEST_F(KeyringProgram, KnowsNothingWhereItFailsHangsOrIsNotThere) {
  EXPECT_EQ(keyring_program(with("echo p; exit 1"))("h", "ann"), "");
  EXPECT_EQ(keyring_program(with("exec sleep 60"), std::chrono::milliseconds(100))("h", "ann"), "");
  EXPECT_EQ(keyring_program({{"PATH", "/nowhere"}})("h", "ann"), "");
  EXPECT_EQ(keyring_program({})("h", "ann"), "");
}

}  // namespace
}  // namespace tomme::guard
