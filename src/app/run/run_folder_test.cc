#include "app/run/run_folder.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <optional>
#include <sys/wait.h>
#include <unistd.h>

#include "io/system/errors.h"
#include "testing/folder.h"

namespace tomme::guard {
namespace {

namespace fs = std::filesystem;
using tomme::testing::TestFolder;

class RunFolderTest : public ::testing::Test {
 protected:
  const TestFolder folder_;
  const std::string base_ = folder_.path();
  std::size_t folders() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(base_), fs::directory_iterator()));
  }
};

TEST_F(RunFolderTest, IsThisUsersAndGoesWithItsOwner) {
  {
    const auto folder = RunFolder::make(base_);
    ASSERT_TRUE(folder) << folder.error().message();
    EXPECT_EQ(fs::status(folder->path()).permissions(), fs::perms::owner_all);
    fs::create_directories(folder->path() + "/cache/deep");
    std::ofstream(folder->path() + "/cache/deep/file") << "x";
  }
  EXPECT_EQ(folders(), 0U);
}

TEST_F(RunFolderTest, IsNotMadeWhereEverybodyMayWrite) {
  fs::create_directory(base_ + "/open");
  fs::permissions(base_ + "/open", fs::perms::all);
  const auto folder = RunFolder::make(base_ + "/open/runs");
  ASSERT_FALSE(folder);
  EXPECT_TRUE(folder.error().is(kFolderUnsafe)) << folder.error().message();
}

TEST_F(RunFolderTest, CanGoBeforeItsTime) {
  auto folder = *RunFolder::make(base_);
  folder.remove();
  EXPECT_EQ(folders(), 0U);
  EXPECT_TRUE(folder.path().empty());
  folder.remove();
}

TEST_F(RunFolderTest, OfAnotherLivingRunStays) {
  const auto first = *RunFolder::make(base_);
  const auto second = *RunFolder::make(base_);
  EXPECT_NE(first.path(), second.path());
  EXPECT_TRUE(fs::exists(first.path()));
  EXPECT_EQ(folders(), 2U);
}

TEST_F(RunFolderTest, OfAKilledRunIsRemovedByTheNext) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto abandoned = RunFolder::make(base_);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(folders(), 1U);
  const auto next = *RunFolder::make(base_);
  EXPECT_EQ(folders(), 1U);
  EXPECT_TRUE(fs::exists(next.path()));
}

TEST_F(RunFolderTest, LeavesOtherThingsAlone) {
  fs::create_directory(base_ + "/mine");
  std::ofstream(base_ + "/file") << "x";
  {
    const auto folder = *RunFolder::make(base_);
  }
  EXPECT_EQ(folders(), 2U);
}

TEST_F(RunFolderTest, NamesAPlaceThatCannotHaveOne) {
  std::ofstream(base_ + "/file") << "x";
  const auto folder = RunFolder::make(base_ + "/file");
  ASSERT_FALSE(folder);
  EXPECT_TRUE(folder.error().message().contains("is not a folder")) << folder.error().message();
}

}  // namespace
}  // namespace tomme::guard
