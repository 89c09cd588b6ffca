#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>
#include <utime.h>

#include "io/store/blob_store.h"
#include "io/store/errors.h"
#include "io/store/store_test_support.h"
#include "io/system/errors.h"
#include "testing/folder.h"

namespace tomme::store {
namespace {

namespace fs = std::filesystem;
using testing::SmallDisk;
using tomme::testing::TestFolder;

BlobKey key(std::string_view text) {
  return *BlobKey::parse(text);
}

class DirectoryBlobsTest : public ::testing::Test {
 protected:
  std::ptrdiff_t incoming() const {
    return std::distance(fs::directory_iterator(path_ + "/.incoming"), fs::directory_iterator());
  }

  const TestFolder folder_;
  const std::string path_ = folder_.path("a/b");
  const std::unique_ptr<BlobStore> store_ = *open_blob_store(path_ + "/");
};

TEST_F(DirectoryBlobsTest, AKeyIsAPath) {
  ASSERT_TRUE(store_->put(key("x/y"), bytes_of("content")));
  std::ifstream file(path_ + "/x/y");
  EXPECT_EQ(std::string(std::istreambuf_iterator(file), {}), "content");
  EXPECT_EQ(incoming(), 0);
}

TEST_F(DirectoryBlobsTest, FilesAreForWhomTheUmaskSays) {
  const mode_t before = ::umask(027);
  ASSERT_TRUE(store_->put(key("x/y"), {}));
  ASSERT_TRUE(store_->put_if_absent(key("x/z"), {}));
  ::umask(before);
  EXPECT_EQ(fs::status(path_ + "/x/y").permissions(), fs::perms(0640));
  EXPECT_EQ(fs::status(path_ + "/x/z").permissions(), fs::perms(0640));
  EXPECT_EQ(fs::status(path_ + "/x").permissions(), fs::perms(0750));
}

TEST_F(DirectoryBlobsTest, AFullDiskLeavesWhatWasThere) {
  ASSERT_TRUE(store_->put(key("x"), bytes_of("old")));
  {
    const SmallDisk disk(8);
    for (const auto& result : {store_->put(key("x"), Bytes(9)), store_->put(key("new"), Bytes(9))}) {
      ASSERT_FALSE(result);
      EXPECT_TRUE(result.error().is(kFileWrite));
      EXPECT_TRUE(result.error().message().contains("File too large")) << result.error().message();
    }
    EXPECT_TRUE(store_->put_if_absent(key("new"), Bytes(9)).error().is(kFileWrite));
    EXPECT_TRUE(store_->batch()->put(key("new"), Bytes(9)).error().is(kFileWrite));
  }
  EXPECT_EQ(text_of(**store_->get(key("x"), 100)), "old");
  EXPECT_EQ(store_->exists(key("new")), false);
  EXPECT_EQ(incoming(), 0);
}

TEST_F(DirectoryBlobsTest, WhatIsWrittenPieceByPieceHasNoNameBeforeItsEnd) {
  const mode_t before = ::umask(027);
  const auto writer = *store_->writer(key("x/y"), 6);
  ::umask(before);
  ASSERT_TRUE(writer->append(bytes_of("con")));
  EXPECT_EQ(incoming(), 0);  // nothing is left of it where the process is killed now
  ASSERT_TRUE(writer->append(bytes_of("ten")));
  ASSERT_TRUE(writer->commit());
  EXPECT_EQ(text_of(**store_->get(key("x/y"), 9)), "conten");
  EXPECT_EQ(fs::status(path_ + "/x/y").permissions(), fs::perms(0640));
  EXPECT_EQ(incoming(), 0);
}

TEST_F(DirectoryBlobsTest, AFullDiskLeavesNothingOfPieces) {
  ASSERT_TRUE(store_->put(key("x"), bytes_of("old")));
  {
    const SmallDisk disk(8);
    const auto writer = *store_->writer(key("x"), 12);
    ASSERT_TRUE(writer->append(Bytes(6)));
    const auto full = writer->append(Bytes(6));
    ASSERT_FALSE(full);
    EXPECT_TRUE(full.error().is(kFileWrite));
  }
  EXPECT_EQ(text_of(**store_->get(key("x"), 100)), "old");
  EXPECT_EQ(incoming(), 0);
}

TEST_F(DirectoryBlobsTest, AKeyIsNoFolderOfAnother) {
  ASSERT_TRUE(store_->put(key("a"), {}));
  EXPECT_TRUE(store_->put(key("a/b"), {}).error().is(kFileWrite));
  EXPECT_TRUE(store_->put_if_absent(key("a/b"), {}).error().is(kFileWrite));
  ASSERT_TRUE(store_->put(key("f/g"), {}));
  EXPECT_TRUE(store_->put(key("f"), {}).error().is(kFileWrite));
  EXPECT_TRUE(store_->put_if_absent(key("f"), {}).error().is(kFileWrite));
  EXPECT_EQ(*store_->get(key("a/b"), 9), std::nullopt);
  EXPECT_TRUE(store_->remove(key("a/b")));
  EXPECT_TRUE(store_->remove(key("f")));
  EXPECT_EQ(store_->exists(key("f/g")), true);
  EXPECT_EQ(incoming(), 0);
}

TEST_F(DirectoryBlobsTest, CommitsWhatIsLeftAfterAnError) {
  ASSERT_TRUE(store_->put(key("b"), {}));
  const auto batch = store_->batch();
  for (const char* name : {"a", "b/c", "d"}) ASSERT_TRUE(batch->put(key(name), bytes_of(name)));
  EXPECT_TRUE(batch->commit().error().is(kFileWrite));
  ASSERT_TRUE(store_->remove(key("b")));
  ASSERT_TRUE(batch->commit());
  for (const char* name : {"a", "b/c", "d"}) EXPECT_EQ(text_of(**store_->get(key(name), 9)), name);
}

TEST_F(DirectoryBlobsTest, MakesAFolderAgainThatOthersRemoved) {
  ASSERT_TRUE(store_->put(key("x/y/z"), {}));
  fs::remove_all(path_ + "/x");
  EXPECT_TRUE(store_->put(key("x/y/z"), {}));
  EXPECT_EQ(store_->exists(key("x/y/z")), true);
}

TEST_F(DirectoryBlobsTest, PassesOverWhatIsNoBlob) {
  ASSERT_TRUE(store_->put(key("x/y"), {}));
  std::ofstream(path_ + "/.hidden") << "x";
  std::ofstream(path_ + "/x/with blank") << "x";
  ASSERT_EQ(::mkfifo((path_ + "/x/pipe").c_str(), 0600), 0);
  fs::create_symlink(path_ + "/nowhere", path_ + "/x/dangling");
  const auto page = store_->list("", "", 10);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->entries.size(), 1U);
  EXPECT_EQ(page->entries[0].key.text(), "x/y");
  EXPECT_EQ(*store_->get(key("x/pipe"), 9), std::nullopt);
  EXPECT_EQ(*store_->stat(key("x/pipe")), std::nullopt);
}

TEST_F(DirectoryBlobsTest, DoesNotListWhereALinkOfAnotherUserLeads) {
  const TestFolder elsewhere;
  std::ofstream(elsewhere.path("precious")) << "x";
  ASSERT_TRUE(store_->put(key("targets/x"), {}));
  fs::create_symlink(elsewhere.path(), path_ + "/targets/own");
  EXPECT_EQ(store_->list("targets", "", 10)->entries.size(), 2U);
  if (::geteuid() != 0) GTEST_SKIP() << "a link of another user cannot be made here: needs root";
  ASSERT_EQ(::lchown((path_ + "/targets/own").c_str(), 65'534, 65'534), 0);
  EXPECT_EQ(store_->list("targets", "", 10)->entries.size(), 1U);
}

TEST_F(DirectoryBlobsTest, SweepsUpAfterCrashes) {
  const std::string old = path_ + "/.incoming/old";
  std::ofstream(old) << "x";
  std::ofstream(path_ + "/.incoming/recent") << "x";
  const utimbuf long_ago{0, 0};
  ASSERT_EQ(::utime(old.c_str(), &long_ago), 0);
  ASSERT_TRUE(open_blob_store(path_));
  EXPECT_FALSE(fs::exists(old));
  EXPECT_EQ(incoming(), 1);
}

TEST_F(DirectoryBlobsTest, RefusesWhatIsNoDirectory) {
  std::ofstream(folder_.path("file")) << "x";
  EXPECT_TRUE(open_blob_store(folder_.path("file")).error().is(kFileWrite));
  EXPECT_TRUE(open_blob_store(folder_.path("file/below")).error().is(kFileWrite));
  for (const char* address : {"", "http://x/", "gs://bucket", "s4://x"}) {
    EXPECT_TRUE(open_blob_store(address).error().is(kStoreAddress)) << address;
  }
}

TEST_F(DirectoryBlobsTest, MakesNothingWhereItOnlyReads) {
  EXPECT_TRUE(open_blob_store_to_read(folder_.path("none")).error().is(kFileRead));
  EXPECT_FALSE(fs::exists(folder_.path("none")));
  fs::create_directory(folder_.path("foreign"));
  std::ofstream(folder_.path("foreign/a")) << "x";
  const auto store = *open_blob_store_to_read(folder_.path("foreign"));
  EXPECT_EQ(text_of(**store->get(key("a"), 9)), "x");
  EXPECT_FALSE(store->put(key("b"), {}));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path("foreign")), fs::directory_iterator()), 1);
}

TEST_F(DirectoryBlobsTest, SaysWhenTheRealDiskIsFull) {
  // Where root runs the tests, on a file system of 64 KiB.
  const std::string small = folder_.path("small");
  fs::create_directory(small);
  if (::geteuid() != 0 ||
      std::system(("mount -t tmpfs -o size=64k none " + small + " 2>/dev/null").c_str()) != 0) {
    GTEST_SKIP() << "a small file system cannot be mounted here: needs root";
  }
  {
    const auto store = *open_blob_store(small + "/blobs");
    EXPECT_TRUE(store->put(key("fits"), Bytes(10'000)));
    const auto full = store->put(key("fits"), Bytes(100'000));
    ASSERT_FALSE(full);
    EXPECT_TRUE(full.error().is(kFileWrite));
    EXPECT_TRUE(full.error().message().contains("No space left")) << full.error().message();
    EXPECT_EQ((*store->get(key("fits"), 100'000))->size(), 10'000U);
  }
  [[maybe_unused]] const int unmounted = std::system(("umount " + small).c_str());
}

}  // namespace
}  // namespace tomme::store
