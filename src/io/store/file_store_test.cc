#include "io/store/file_store.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <thread>

#include "io/system/errors.h"
#include "testing/folder.h"

namespace tomme {
namespace {

namespace fs = std::filesystem;
using testing::TestFolder;

class FileStoreTest : public ::testing::Test {
 protected:
  const TestFolder folder_;
  const std::string base_ = folder_.path();
  FileStore store_ = *FileStore::open(base_ + "/a/files");

  std::shared_ptr<const StoredFile> put(std::string_view content) {
    IncomingFile incoming = *store_.begin();
    EXPECT_TRUE(incoming.append(bytes_of(content)));
    auto file = std::move(incoming).finish();
    store_.keep(*file);
    return file;
  }
  std::vector<fs::path> kept() const {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::recursive_directory_iterator(base_)) {
      if (entry.is_regular_file()) paths.push_back(entry.path());
    }
    return paths;
  }
};

TEST_F(FileStoreTest, GivesBackWhatWasKept) {
  const auto file = put("bytes");
  EXPECT_EQ(file->digest(), sha256(bytes_of("bytes")));
  const auto found = store_.find(file->digest());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->size(), 5U);
  EXPECT_EQ(text_of(found->map()->view()), "bytes");
  EXPECT_FALSE(store_.find(sha256(bytes_of("others"))));
}

TEST_F(FileStoreTest, LeavesNothingOfWhatWasNotKept) {
  {
    IncomingFile incoming = *store_.begin();
    ASSERT_TRUE(incoming.append(bytes_of("bytes")));
    [[maybe_unused]] const auto dropped = std::move(incoming).finish();
  }
  EXPECT_TRUE(kept().empty());
}

TEST_F(FileStoreTest, IsForItsUserOnly) {
  put("bytes");
  EXPECT_EQ(fs::status(base_ + "/a/files").permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(kept().at(0)).permissions(), fs::perms::owner_read);
}

TEST_F(FileStoreTest, DropsAFileThatIsNoLongerWhatItsNameSays) {
  const auto file = put("bytes");
  const fs::path path = kept().at(0);
  fs::permissions(path, fs::perms::owner_all);
  std::ofstream(path) << "BYTES";
  EXPECT_FALSE(store_.find(file->digest()));
  EXPECT_TRUE(kept().empty());
}

TEST_F(FileStoreTest, FollowsNoLink) {
  const auto file = put("bytes");
  const fs::path path = kept().at(0);
  fs::rename(path, base_ + "/elsewhere");
  fs::create_symlink(base_ + "/elsewhere", path);
  EXPECT_FALSE(store_.find(file->digest()));
}

TEST_F(FileStoreTest, DeliversACopyOfWhatOthersMayChange) {
  const auto file = put("bytes");
  const fs::path path = kept().at(0);
  fs::permissions(path, fs::perms::owner_all | fs::perms::group_write);
  const auto found = store_.find(file->digest());
  ASSERT_TRUE(found);
  std::ofstream(path) << "BYTES";
  EXPECT_EQ(text_of(found->map()->view()), "bytes");
  EXPECT_FALSE(store_.find(file->digest()));
  EXPECT_TRUE(kept().empty());
}

TEST_F(FileStoreTest, DeliversACopyFromAFolderThatAGroupMayChange) {
  const auto file = put("bytes");
  fs::permissions(base_ + "/a", fs::perms::owner_all | fs::perms::group_write);
  const auto store = FileStore::open(base_ + "/a/files");
  ASSERT_TRUE(store);
  const auto found = store->find(file->digest());
  ASSERT_TRUE(found);
  const fs::path path = kept().at(0);
  fs::permissions(path, fs::perms::owner_all);
  std::ofstream(path) << "BYTES";
  EXPECT_EQ(text_of(found->map()->view()), "bytes");
}

TEST_F(FileStoreTest, IsNotInAFolderThatEverybodyMayChange) {
  fs::permissions(base_ + "/a", fs::perms::all);
  const auto store = FileStore::open(base_ + "/a/files");
  ASSERT_FALSE(store);
  EXPECT_TRUE(store.error().is(kFolderUnsafe));
}

TEST_F(FileStoreTest, PrunesWhatWasUsedLeastRecently) {
  // The kernel's clock of files takes steps of some milliseconds.
  const auto tick = [] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); };
  const auto first = put("first....");
  tick();
  const auto second = put("second...");
  tick();
  const auto third = put("third....");
  tick();
  ASSERT_TRUE(store_.find(first->digest()));
  store_.prune(18);
  EXPECT_TRUE(store_.find(first->digest()));
  EXPECT_FALSE(store_.find(second->digest()));
  EXPECT_TRUE(store_.find(third->digest()));
  store_.prune(0);
  EXPECT_TRUE(kept().empty());
}

TEST_F(FileStoreTest, NamesAFolderThatCannotBeMade) {
  std::ofstream(base_ + "/file") << "x";
  const auto store = FileStore::open(base_ + "/file/below");
  ASSERT_FALSE(store);
  EXPECT_TRUE(store.error().is(kFileWrite));
  EXPECT_TRUE(store.error().hint().contains("TOMME_CACHE_DIR"));
}

TEST_F(FileStoreTest, SaysWhenTheDiskIsFull) {
  // A limit of file sizes fails a write as a full disk does.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{8, before.rlim_max};
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  IncomingFile incoming = *store_.begin();
  const auto written = incoming.append(bytes_of("more than eight bytes"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  ASSERT_FALSE(written);
  EXPECT_TRUE(written.error().is(kFileWrite));
}

}  // namespace
}  // namespace tomme
