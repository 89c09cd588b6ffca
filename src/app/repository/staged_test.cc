// Whatever somebody puts into staged/ is in the way of no other, and of no publication.
#include "app/repository/staged.h"

#include <gmock/gmock.h>

#include "app/repository/ceremony.h"
#include "app/repository/delegators.h"
#include "app/repository/errors.h"
#include "app/repository/pattern_limits.h"
#include "app/repository/repository_for_test.h"
#include "io/store/memory_blobs_test_support.h"

namespace tomme::repository {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StagedTest : public RepositoryTest {
 protected:
  store::testing::FaultyBlobs faulty_{*files_};
  Place faulty_place_{faulty_, *database_, folder_.path("lock"), folder_.path()};

  Publication publish_faulty(Time now = kNow) {
    Publisher publisher = *Publisher::open(faulty_place_, signers());
    const auto done = publisher.publish(now);
    EXPECT_TRUE(done) << done.error().message();
    EXPECT_TRUE(publisher.close());
    return done ? *done : Publication();
  }
  static std::vector<std::string> roles(const std::vector<StagedFile>& files) {
    std::vector<std::string> out;
    for (const StagedFile& file : files) out.push_back(file.role + (file.unread ? "!" : ""));
    return out;
  }
};

TEST_F(StagedTest, WhatCannotBeReadIsLeftAndNothingElse) {
  put_first_staged();
  put_staged("x", "somebody's");
  faulty_.take_away(staged_key("x"));
  const Publication first = publish_faulty();
  EXPECT_TRUE(first.published);
  ASSERT_THAT(first.left, SizeIs(1));
  EXPECT_THAT(first.left[0].message(), HasSubstr("the staged x: Permission denied"));
  EXPECT_EQ(first.left[0].hint(), "tomme tuf unstage x takes it away");
  const Publication later = publish_faulty(kNow + std::chrono::days(6));
  EXPECT_TRUE(later.published);
  EXPECT_EQ(later.timestamp_version, first.timestamp_version + 1);
}

TEST_F(StagedTest, WhatCannotBeRemovedIsANoteOnceAndThenPassedOver) {
  put_first_staged();
  faulty_.take_away(staged_key("targets"), true);
  const Publication first = publish_faulty();
  EXPECT_TRUE(first.published);
  EXPECT_THAT(first.notes, ElementsAre(HasSubstr("the staged targets is published, and stays in staged/")));
  const Publication later = publish_faulty(kNow + std::chrono::days(6));
  EXPECT_TRUE(later.published);
  EXPECT_THAT(later.left, IsEmpty());
  EXPECT_THAT(later.notes, IsEmpty());
}

TEST_F(StagedTest, FoldersBelowAreNotLookedInto) {
  put_first_staged();
  ASSERT_TRUE(files_->put(*store::BlobKey::parse("staged/x/y.json"), bytes_of("{}")));
  for (store::BlobStore* store : {files_.get(), static_cast<store::BlobStore*>(&faulty_)})
    EXPECT_THAT(roles(look_at_staged(*store, {}).files), ElementsAre("root", "targets"));
}

TEST_F(StagedTest, RolesThatAreKnownAreLookedAtFirst) {
  put_first_staged();
  ASSERT_TRUE(publish());
  put_staged("targets", targets(2), targets_role_.keys);
  for (int i = 0; i < 5; ++i) put_staged("a" + std::to_string(i), std::string(1000, ' '));
  const OfflineRoles published = load_published(*files_)->offline;
  const Staged few = look_at_staged(*files_, published, {.files = 2});
  EXPECT_THAT(roles(few.files), ElementsAre("targets", "a0"));
  ASSERT_THAT(few.left, SizeIs(1));
  EXPECT_THAT(few.left[0].message(), HasSubstr("4 staged files more than are looked at"));
  // So many names that a listing would not end: what is known is asked for by its name.
  const Staged known = look_at_staged(*files_, published, {.names = 3});
  EXPECT_THAT(roles(known.files), ElementsAre("targets"));
  EXPECT_THAT(known.left, SizeIs(1));
}

TEST_F(StagedTest, SoManyBytesAreReadAndNoMore) {
  put_staged("targets", targets(), targets_role_.keys);
  const std::uint64_t own = files_->stat(staged_key("targets"))->value().size;
  for (int i = 0; i < 3; ++i) put_staged("a" + std::to_string(i), std::string(1000, ' '));
  EXPECT_THAT(roles(look_at_staged(*files_, {}, {.bytes = own + 3000}).files),
              ElementsAre("targets", "a0", "a1", "a2"));
  const Staged one_less = look_at_staged(*files_, {}, {.bytes = own + 2999});
  EXPECT_THAT(roles(one_less.files), ElementsAre("targets", "a0", "a1", "a2!"));
  EXPECT_THAT(one_less.files[3].unread->message(), HasSubstr("more than"));
}

TEST_F(StagedTest, HintsLeadToTheFile) {
  put_staged("root", "garbage");
  const auto draft = draft_root(*files_, {}, kNow);
  ASSERT_FALSE(draft);
  EXPECT_EQ(draft.error().hint(), "tomme tuf unstage root takes it away");
  EXPECT_EQ(of_staged("dev", Error(kRepositoryClients, "x")).hint(),
            "have a version without it signed; tomme tuf unstage dev takes away what is staged");
}

TEST_F(StagedTest, OneAtATimeChangesWhatIsStaged) {
  auto first = StagingLock::take(*database_, folder_.path("lock"));
  ASSERT_TRUE(first);
  const auto second = StagingLock::take(*database_, folder_.path("lock"), std::chrono::milliseconds(30));
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is(kRepositoryBusy));
  first = std::unexpected(second.error());
  EXPECT_TRUE(StagingLock::take(*database_, folder_.path("lock"), std::chrono::milliseconds(30)));
}

tuf::Targets with_patterns(const std::vector<std::string>& patterns) {
  tuf::Targets out;
  EXPECT_TRUE(delegate(out, "x", {.keys = {ed25519(8)->public_key()}, .threshold = 1}, patterns, false));
  return out;
}

TEST(PatternLimitsTest, NumberLengthAndStarsHaveBounds) {
  const auto good = [](const std::vector<std::string>& patterns, const tuf::Targets* before = nullptr) {
    return expect_few_patterns(with_patterns(patterns), before).has_value();
  };
  std::vector<std::string> every{"*"};
  while (every.size() < 32) every.push_back(every.back() + "/*");
  EXPECT_TRUE(good(every));  // those of --pep458
  EXPECT_TRUE(good(std::vector<std::string>(1000, "a")));
  EXPECT_FALSE(good(std::vector<std::string>(1001, "a")));
  EXPECT_TRUE(good({std::string(200, 'a')}));
  EXPECT_FALSE(good({std::string(201, 'a')}));
  EXPECT_TRUE(good({"*a*a*a*a*/*a*a*a*a*"}));
  EXPECT_FALSE(good({"x/*a*a*a*a*a*"}));
  // What is published stays publishable.
  const tuf::Targets before = with_patterns({"x/*a*a*a*a*a*"});
  EXPECT_TRUE(good({"x/*a*a*a*a*a*", "y"}, &before));
  EXPECT_FALSE(good({"x/*a*a*a*a*a*", "y/*a*a*a*a*a*"}, &before));
}

TEST(PatternLimitsTest, AllComparisonsTogetherHaveABound) {
  const tuf::Targets file = with_patterns({"aaaa"});  // 6 wide
  const tuf::DelegatedRole& role = named_in(file).front();
  PatternWork work(100);
  EXPECT_TRUE(work.take(role, role));
  EXPECT_TRUE(work.take(role, role));
  EXPECT_FALSE(work.take(role, role));
  EXPECT_FALSE(work.take(role, role));
}

}  // namespace
}  // namespace tomme::repository
