#include "app/repository/target_store.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include "app/repository/errors.h"
#include "app/repository/repository_for_test.h"
#include "core/tuf/errors.h"
#include "io/system/errors.h"

namespace tomme::repository {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kLarge = TargetStore::kSmallFile + 12'345;

class TargetStoreTest : public testing::RepositoryTest {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    const std::string path = folder_.path(name);
    std::ofstream(path) << content;
    return path;
  }
  static std::string large(char letter = 'x') { return std::string(kLarge, letter); }
  static tuf::TargetFile target(std::string_view content) {
    tuf::TargetFile file;
    file.length = content.size();
    file.hashes.known = {Digest(sha256(bytes_of(content)))};
    return file;
  }
  static store::BlobKey key(std::string_view path, std::string_view content) {
    return *target_key(path, sha256(bytes_of(content)));
  }
  bool has(const std::string& path, std::string_view content) {
    return check_stored(*files_, key(path, content), target(content)).has_value();
  }
  std::size_t stored() { return files_->list("targets", "", 1000)->entries.size(); }
};

TEST_F(TargetStoreTest, StoresSmallAndLargeFilesUnderTheirDigests) {
  TargetStore targets(*files_);
  const auto small = targets.put("p/small", write("small", "content"));
  ASSERT_TRUE(small) << small.error().message();
  EXPECT_EQ(small->path(), "p/small");
  EXPECT_EQ(small->file()->length(), 7U);
  const auto whole = targets.put("p/large", write("large", large()));
  ASSERT_TRUE(whole) << whole.error().message();
  EXPECT_EQ(whole->file()->sha256(), sha256(bytes_of(large())));
  EXPECT_TRUE(targets.put("p/empty", write("empty", "")));
  EXPECT_FALSE(has("p/small", "content"));  // shares its wait with others
  ASSERT_TRUE(targets.finish());
  EXPECT_TRUE(has("p/small", "content"));
  EXPECT_TRUE(has("p/large", large()));
  EXPECT_TRUE(has("p/empty", ""));
  EXPECT_EQ(stored(), 3U);
}

TEST_F(TargetStoreTest, DoesNotStoreWhatChangesMeanwhile) {
  for (const char* how : {"grows", "shrinks", "changes"}) {
    const std::string file = write("file", large());
    int asked = 0;
    TargetStore targets(*files_, [&]() -> Result<void> {
      if (++asked != 18) return {};  // 17 pieces of the first time through it, then one of the second
      if (how[0] == 'g') std::ofstream(file, std::ios::app) << "more";
      if (how[0] == 's') fs::resize_file(file, kLarge - 1);
      if (how[0] == 'c') std::fstream(file, std::ios::in | std::ios::out).seekp(kLarge - 1) << "y";
      return {};
    });
    const auto put = targets.put("p/file", file);
    ASSERT_FALSE(put) << how;
    EXPECT_TRUE(put.error().is(kRepositoryTarget)) << how << put.error().message();
    EXPECT_EQ(stored(), 0U);
  }
}

TEST_F(TargetStoreTest, EndsWhenItIsAskedTo) {
  int asked = 0;
  TargetStore targets(*files_, [&]() -> Result<void> {
    if (++asked == 20) return fail(kRepositoryBusy, "stop");
    return {};
  });
  ASSERT_TRUE(targets.put("p/small", write("small", "content")));
  EXPECT_TRUE(targets.put("p/large", write("large", large())).error().is(kRepositoryBusy));
  EXPECT_EQ(stored(), 0U);
}

TEST_F(TargetStoreTest, RefusesWhatIsNoFileOrHasNoName) {
  TargetStore targets(*files_);
  EXPECT_TRUE(targets.put("p", folder_.path()).error().is(kFileRead));
  EXPECT_TRUE(targets.put("p", folder_.path("none")).error().is(kFileRead));
  EXPECT_TRUE(targets.put("p/a b", write("x", "x")).error().is(kRepositoryTarget));
}

TEST_F(TargetStoreTest, CopiesOnlyWhatIsListed) {
  const auto other = *store::open_blob_store(folder_.path("other"));
  const store::BlobKey from = *store::BlobKey::parse("targets/p");
  TargetStore targets(*files_);
  for (const std::string& content : {large(), std::string("small"), std::string()}) {
    ASSERT_TRUE(other->put(from, bytes_of(content)));
    EXPECT_EQ(targets.copy(*other, from, key("p", content), target(content)), true);
    ASSERT_TRUE(targets.finish());
    EXPECT_TRUE(has("p", content));
    for (const std::string& wrong :
         {content + "y", content.substr(1 - content.empty()) + "z", std::string(large('q'))}) {
      ASSERT_TRUE(other->put(from, bytes_of(wrong)));
      const auto copied = targets.copy(*other, from, key("q", content), target(content));
      ASSERT_FALSE(copied);
      EXPECT_TRUE(copied.error().is(tuf::kTufHash)) << copied.error().message();
    }
    ASSERT_TRUE(targets.finish());
    EXPECT_TRUE(check_stored(*files_, key("q", content), target(content)).error().is(kRepositoryDamaged));
  }
  EXPECT_EQ(targets.copy(*other, *store::BlobKey::parse("targets/none"), key("p", "x"), target("x")), false);
}

TEST_F(TargetStoreTest, SaysWhatIsStoredOtherwiseThanListed) {
  ASSERT_TRUE(files_->put(key("p", large()), bytes_of(large('y'))));
  EXPECT_TRUE(check_stored(*files_, key("p", large()), target(large())).error().is(tuf::kTufHash));
  ASSERT_TRUE(files_->put(key("p", large()), bytes_of(large() + "x")));
  EXPECT_TRUE(check_stored(*files_, key("p", large()), target(large())).error().is(tuf::kTufHash));
  ASSERT_TRUE(files_->put(key("p", large()), bytes_of("x")));
  EXPECT_TRUE(check_stored(*files_, key("p", large()), target(large())).error().is(tuf::kTufHash));
}

}  // namespace
}  // namespace tomme::repository
