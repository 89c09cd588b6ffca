#include "app/repository/import.h"

#include <gtest/gtest.h>

#include "app/repository/errors.h"
#include "app/repository/repository_for_test.h"

namespace tomme::repository {
namespace {

using namespace testing;

class ImportTest : public RepositoryTest {
 protected:
  std::unique_ptr<store::BlobStore> foreign_ = *store::open_blob_store(folder_.path("foreign"));

  void put(const std::string& role, std::uint64_t version, const std::string& text) {
    ASSERT_TRUE(foreign_->put(metadata_key(role, version), bytes_of(text)));
  }
  static tuf::TargetFile target(std::string_view content) {
    tuf::TargetFile file;
    file.length = content.size();
    file.hashes.known = {digest(HashAlgorithm::sha512, bytes_of(content)), Digest(sha256(bytes_of(content)))};
    return file;
  }
  /// As another program writes it: lengths and digests in the snapshot, two digests for each target, white
  /// space.
  void make_foreign() {
    put("root", 1, signed_file(root(), root_role_.keys));
    put("targets", 1, signed_file(targets(), targets_role_.keys));
    const BinLayout layout = *BinLayout::make(prefix_, bits_);
    tuf::Snapshot snapshot;
    snapshot.expires = kNow + std::chrono::days(1);
    snapshot.meta.set("targets.json", {});
    for (std::uint32_t bin = 0; bin < layout.count(); ++bin) {
      tuf::Targets role;
      role.version = tuf::Version(7);
      role.expires = kNow + std::chrono::days(3);
      for (const char* path : {"a", "b/c", "d\"e\\f"}) {
        if (layout.of(sha256(bytes_of(path))) == bin) role.targets.set(path, target(path));
      }
      const std::string text = " " + signed_file(role, online_role_.keys) + "\n";
      put(layout.name(bin), 7, text);
      tuf::MetaFile listed;
      listed.version = tuf::Version(7);
      listed.length = text.size();
      listed.hashes.known = {Digest(sha256(bytes_of(text)))};
      snapshot.meta.set(snapshot_entry(layout.name(bin)), listed);
    }
    put("snapshot", 1, signed_file(snapshot, online_role_.keys));
    tuf::Timestamp timestamp;
    timestamp.expires = kNow + std::chrono::days(1);
    ASSERT_TRUE(foreign_->put(timestamp_key(), bytes_of(signed_file(timestamp, online_role_.keys))));
    ASSERT_TRUE(foreign_->put(*target_key("a", sha256(bytes_of("a"))), bytes_of("a")));
  }
};

TEST_F(ImportTest, GoesOnWhereAnotherProgramEnded) {
  make_foreign();
  const auto found = import_repository(*foreign_, *files_, kNow);
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->targets, 3U);
  expect_good(3);
  EXPECT_TRUE(*files_->exists(*target_key("a", sha256(bytes_of("a")))));
  add({set("new"), *Change::remove("b/c")});
  const auto done = publish();
  ASSERT_TRUE(done) << done.error().message();
  expect_good(3);
  EXPECT_TRUE(listed("d\"e\\f"));
  EXPECT_FALSE(listed("b/c"));
  EXPECT_EQ(import_repository(*foreign_, *files_, kNow).error().code().name, kRepositoryExists.name);
}

TEST_F(ImportTest, TakesWhatIsExpiredAndNothingThatIsWrong) {
  make_foreign();
  const Bytes good = **foreign_->get(metadata_key("bins-0", 7), kMostTargetsOctets);
  ASSERT_TRUE(foreign_->put(metadata_key("bins-0", 7), bytes_of("{}")));
  EXPECT_FALSE(import_repository(*foreign_, *files_, kNow));
  EXPECT_FALSE(*files_->exists(timestamp_key()));
  ASSERT_TRUE(foreign_->put(metadata_key("bins-0", 7), good));
  const Time later = kNow + std::chrono::days(30);
  ASSERT_TRUE(import_repository(*foreign_, *files_, later));
  ASSERT_TRUE(publish(later));
  expect_good(3, later);
}

}  // namespace
}  // namespace tomme::repository
