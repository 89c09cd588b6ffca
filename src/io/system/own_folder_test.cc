#include "io/system/own_folder.h"

#include <filesystem>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/system/errors.h"
#include "testing/folder.h"

namespace tomme {
namespace {

namespace fs = std::filesystem;

class OwnFolder : public ::testing::Test {
 protected:
  /// `top/inner`, with these modes.
  std::string folders(mode_t top, mode_t inner) {
    const std::string outer = place_.path() + "/top" + std::to_string(++made_);
    fs::create_directories(outer + "/inner");
    ::chmod((outer + "/inner").c_str(), inner);
    ::chmod(outer.c_str(), top);
    return outer + "/inner";
  }
  static bool is_unsafe(const std::string& path) {
    const auto checked = expect_own_folder(path);
    return !checked && checked.error().is(kFolderUnsafe);
  }
  const testing::TestFolder place_;
  int made_ = 0;
};

TEST_F(OwnFolder, IsOneThatOthersCannotChange) {
  EXPECT_TRUE(expect_own_folder(folders(0755, 0700)));
  EXPECT_TRUE(expect_own_folder(folders(01777, 0700)));
  EXPECT_TRUE(expect_own_folder(folders(0700, 0700) + "/"));
  EXPECT_TRUE(is_unsafe(folders(0755, 0777)));
  EXPECT_TRUE(is_unsafe(folders(0755, 01777)));
  EXPECT_TRUE(is_unsafe(folders(0777, 0700)));
}

TEST_F(OwnFolder, IsSeenThroughLinks) {
  const std::string open = folders(0777, 0700);
  const std::string link = place_.path() + "/link";
  fs::create_directory_symlink(open, link);
  EXPECT_TRUE(is_unsafe(link));
  const std::string open_way = folders(0777, 0700) + "/link";
  fs::create_directory_symlink(folders(0755, 0700), open_way);
  EXPECT_TRUE(is_unsafe(open_way));
}

TEST_F(OwnFolder, IsNoFileAndThere) {
  const auto absent = expect_own_folder(place_.path() + "/absent");
  ASSERT_FALSE(absent);
  EXPECT_TRUE(absent.error().is(kFileRead));
  EXPECT_FALSE(expect_own_folder("/dev/null"));
}

TEST_F(OwnFolder, OfAnotherUserIsUnsafe) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  const std::string inner = folders(0755, 0755);
  ASSERT_EQ(::chown(inner.c_str(), 12345, 12345), 0);
  EXPECT_TRUE(is_unsafe(inner));
  const std::string below = folders(0755, 0755);
  ASSERT_EQ(::chown(fs::path(below).parent_path().c_str(), 12345, 12345), 0);
  EXPECT_TRUE(expect_own_folder(below));
  EXPECT_FALSE(is_ours_alone(below));
}

TEST_F(OwnFolder, IsOursAloneWithoutGroups) {
  EXPECT_TRUE(is_ours_alone(folders(0755, 0700)));
  EXPECT_TRUE(expect_own_folder(folders(0755, 0770)));
  EXPECT_FALSE(is_ours_alone(folders(0755, 0770)));
  EXPECT_FALSE(is_ours_alone(folders(0775, 0700)));
  EXPECT_FALSE(is_ours_alone(folders(0755, 0777)));
}

}  // namespace
}  // namespace tomme
