#include "app/repository/gc.h"

#include <gtest/gtest.h>

#include "app/repository/errors.h"
#include "app/repository/repository_for_test.h"

namespace tomme::repository {
namespace {

using namespace testing;
using std::chrono::hours;
using std::chrono::seconds;

class GcTest : public RepositoryTest {
 protected:
  /// The clock of the store is the real one.
  static Time real_now() { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }
  void add_stored(const std::string& path, std::string_view content) {
    const Sha256 digest = sha256(bytes_of(content));
    ASSERT_TRUE(files_->put(*target_key(path, digest), bytes_of(content)));
    add({*Change::set(path, *TargetFile::make(content.size(), digest))});
  }
};

TEST_F(GcTest, RemovesWhatNothingLeadsTo) {
  put_first_staged();
  add_stored("a", "one");
  ASSERT_TRUE(publish());
  add_stored("a", "two");
  ASSERT_TRUE(publish());
  ASSERT_TRUE(files_->put(metadata_key("snapshot", 9), bytes_of("of a publication that was interrupted")));
  ASSERT_TRUE(files_->put(*target_key("never/listed", sha256({})), {}));
  add_stored("waiting", "in the queue");
  EXPECT_EQ(collect_garbage(place_, real_now(), hours(1))->metadata, 0U);
  const auto collected = collect_garbage(place_, real_now() + hours(2), hours(1));
  ASSERT_TRUE(collected) << collected.error().message();
  EXPECT_EQ(collected->metadata, 3U);  // a bin, a snapshot, the one to which nothing leads
  EXPECT_EQ(collected->targets, 2U);
  ASSERT_TRUE(publish());
  const auto found = verify_published(*files_, {.now = kNow, .target_files = true});
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->problems.empty()) << found->problems.front().message();
  EXPECT_EQ(found->targets, 2U);
}

TEST_F(GcTest, KeepsEveryRoot) {
  put_first_staged();
  ASSERT_TRUE(publish());
  put_staged("root", root(2), root_role_.keys);
  ASSERT_TRUE(publish());
  ASSERT_TRUE(collect_garbage(place_, real_now() + hours(2), hours(1)));
  EXPECT_TRUE(*files_->exists(metadata_key("root", 1)));
  expect_good(0);
}

TEST_F(GcTest, DoesNotRunBesideAPublisher) {
  put_first_staged();
  const Publisher publisher = *Publisher::open(place_, signers());
  EXPECT_EQ(collect_garbage(place_, real_now(), hours(1)).error().code().name, kRepositoryBusy.name);
}

}  // namespace
}  // namespace tomme::repository
