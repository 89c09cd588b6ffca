#include "app/repository/publisher.h"

#include <gtest/gtest.h>

#include "app/repository/errors.h"
#include "app/repository/repository_for_test.h"
#include "core/tuf/errors.h"

namespace tomme::repository {
namespace {

using namespace testing;
using std::chrono::days;
using std::chrono::hours;

class PublisherTest : public RepositoryTest {};

TEST_F(PublisherTest, PublishesWhatWasSignedAndQueued) {
  put_first_staged();
  add({set("a"), set("b"), set("c/d.whl")});
  const auto done = publish();
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_TRUE(done->published);
  EXPECT_EQ(done->changes, 3U);
  EXPECT_EQ(done->bins, 16U);
  EXPECT_EQ(done->roles, (std::vector<std::string>{"root", "targets"}));
  expect_good(3);
  EXPECT_TRUE(load_staged(*files_)->empty());
  EXPECT_EQ(*Queue(*database_).size(), 0U);
}

TEST_F(PublisherTest, WritesOnlyTheBinsThatChange) {
  put_first_staged();
  ASSERT_TRUE(publish());
  add({set("a"), set("b")});
  const auto done = publish();
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_LE(done->bins, 2U);
  EXPECT_EQ(done->snapshot_version, 2U);
  expect_good(2);
  add({*Change::remove("a"), set("b", 5)});
  ASSERT_TRUE(publish());
  expect_good(1);
  EXPECT_EQ(listed("b")->length, 5U);
  EXPECT_FALSE(listed("a"));
}

TEST_F(PublisherTest, HasTheLastOfSeveralChangesOfOnePath) {
  put_first_staged();
  add({set("a", 1), set("a", 2), *Change::remove("b"), set("b", 3), set("c"), *Change::remove("c")});
  ASSERT_TRUE(publish());
  EXPECT_EQ(listed("a")->length, 2U);
  EXPECT_EQ(listed("b")->length, 3U);
  EXPECT_FALSE(listed("c"));
  expect_good(2);
}

TEST_F(PublisherTest, DoesNothingThatIsNotNeeded) {
  put_first_staged();
  add({set("a")});
  ASSERT_TRUE(publish());
  add({set("a"), *Change::remove("never there")});
  const auto done = publish();
  ASSERT_TRUE(done);
  EXPECT_FALSE(done->published);
  EXPECT_EQ(done->bins, 0U);
  EXPECT_EQ(done->timestamp_version, 1U);
  EXPECT_EQ(*Queue(*database_).size(), 0U);
}

TEST_F(PublisherTest, RenewsBeforeExpiry) {
  put_first_staged();
  add({set("a")});
  ASSERT_TRUE(publish());
  auto done = publish(kNow + hours(11));
  EXPECT_FALSE(done->published);
  done = publish(kNow + hours(13));
  EXPECT_TRUE(done->published);
  EXPECT_EQ(done->snapshot_version, 1U);
  EXPECT_EQ(done->bins, 0U);
  // Half a bin's life: all are looked at, and are to be renewed.
  for (int hour = 24; hour < 24 * 30; hour += 11) {
    ASSERT_TRUE(publish(kNow + hours(hour)));
    expect_good(1, kNow + hours(hour + 11));
  }
  expect_good(1, kNow + days(30));
}

TEST_F(PublisherTest, MakesATimestampNewWhenAskedTo) {
  put_first_staged();
  Publisher publisher = *Publisher::open(place_, signers());
  ASSERT_TRUE(publisher.publish(kNow));
  EXPECT_FALSE(publisher.publish(kNow + hours(1), hours(2))->published);
  EXPECT_TRUE(publisher.publish(kNow + hours(3), hours(2))->published);
}

TEST_F(PublisherTest, WantsSignedRootAndTargetsFirst) {
  add({set("a")});
  EXPECT_EQ(publish().error().code().name, kRepositoryNone.name);
  put_staged("root", root(), {ed25519(1)});  // one of two
  put_staged("targets", targets(), targets_role_.keys);
  const auto refused = publish();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code().name, kRepositoryUnsigned.name);
  put_staged("root", root(), root_role_.keys);
  ASSERT_TRUE(publish());
  expect_good(1);
}

TEST_F(PublisherTest, RefusesWithoutTheKeysOfTheRoles) {
  put_first_staged();
  const SigningKeys others = {std::make_shared<MemorySigningKey>(*p256(9))};
  EXPECT_EQ(publish(kNow, &others).error().code().name, kRepositoryKey.name);
  EXPECT_FALSE(files_->get(timestamp_key(), 1'000)->has_value());
  ASSERT_TRUE(publish());
  expect_good(0);
}

TEST_F(PublisherTest, TakesNoMoreThanItsLimitAndSaysSo) {
  put_first_staged();
  std::vector<Change> changes;
  for (int i = 0; i < 25; ++i) changes.push_back(set("f" + std::to_string(i)));
  add(changes);
  Publisher publisher = *Publisher::open(place_, signers(), {.changes = 10, .threads = 2});
  EXPECT_TRUE(publisher.publish(kNow)->more);
  EXPECT_TRUE(publisher.publish(kNow)->more);
  EXPECT_FALSE(publisher.publish(kNow)->more);
  expect_good(25);
}

TEST_F(PublisherTest, IsAlone) {
  put_first_staged();
  {
    const Publisher first = *Publisher::open(place_, signers());
    const auto second = Publisher::open(place_, signers());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code().name, kRepositoryBusy.name);
  }
  EXPECT_TRUE(Publisher::open(place_, signers()));
}

TEST_F(PublisherTest, SeesWhatAnotherPublished) {
  put_first_staged();
  ASSERT_TRUE(publish());
  Publisher publisher = *Publisher::open(place_, signers());
  ASSERT_TRUE(publisher.publish(kNow));
  // Another timestamp, as a publisher with another lock would make: the state is read anew.
  Place other = place_;
  other.lock_file += "2";
  Publisher rival = *Publisher::open(other, signers());
  add({set("a")});
  ASSERT_TRUE(rival.publish(kNow)->published);
  add({set("b")});
  ASSERT_TRUE(publisher.publish(kNow)->published);
  expect_good(2);
}

TEST_F(PublisherTest, WritesKeyIdsOfAnyText) {
  const auto rename = [&](tuf::Keys& keys, std::vector<tuf::RoleKeys*> roles) {
    const tuf::KeyId id("a\"b\\\n");
    auto key = keys.extract(tuf::Key::of(online_role_.keys.front()->public_key()).id());
    key.key() = id;
    keys.insert(std::move(key));
    for (tuf::RoleKeys* role : roles) role->keyids = {id};
  };
  tuf::Root root_now = root();
  rename(root_now.keys, {&root_now.snapshot, &root_now.timestamp});
  tuf::Targets targets_now = targets();
  rename(targets_now.delegations->keys, {&std::get<tuf::SuccinctRoles>(targets_now.delegations->roles).keys});
  put_staged("root", root_now, root_role_.keys);
  put_staged("targets", targets_now, targets_role_.keys);
  add({set("a")});
  ASSERT_TRUE(publish());
  expect_good(1);
  add({set("a", 2), set("b")});
  ASSERT_TRUE(publish());
  expect_good(2);
}

TEST_F(PublisherTest, LeavesOutVersionsThatWereBegun) {
  put_first_staged();
  ASSERT_TRUE(publish());
  {
    const Publisher interrupted = *Publisher::open(place_, signers());
  }  // ends without close
  add({set("a")});
  EXPECT_EQ(publish()->snapshot_version, 3U);
  add({set("b")});
  EXPECT_EQ(publish()->snapshot_version, 4U);
  {
    const Publisher interrupted = *Publisher::open(place_, signers());
  }
  {
    const Publisher interrupted = *Publisher::open(place_, signers());
  }
  add({set("c")});
  EXPECT_EQ(publish()->snapshot_version, 7U);
  expect_good(3);
}

TEST_F(PublisherTest, RefusesABinThatSomebodyChanged) {
  put_first_staged();
  add({set("a")});
  ASSERT_TRUE(publish());
  const store::BlobKey key = bin_key("a");
  std::string file(text_of(**files_->get(key, kMostTargetsBytes)));
  const std::string good = file;
  file[file.find("\"length\":1") + 9] = '2';
  ASSERT_TRUE(files_->put(key, bytes_of(file)));
  add({set("a", 3)});
  ASSERT_FALSE(publish());
  EXPECT_EQ(*Queue(*database_).size(), 1U);
  EXPECT_EQ(load_published(*files_)->timestamp.version, 1U);
  ASSERT_TRUE(files_->put(key, bytes_of(good)));
  ASSERT_TRUE(publish());
  expect_good(1);
}

TEST_F(PublisherTest, RefusesAnOldBinUnderANewName) {
  put_first_staged();
  add({set("a")});
  ASSERT_TRUE(publish());
  const store::BlobKey old = bin_key("a");
  add({set("a", 2)});
  ASSERT_TRUE(publish());
  ASSERT_TRUE(files_->put(bin_key("a"), **files_->get(old, kMostTargetsBytes)));
  add({set("a", 3)});
  EXPECT_EQ(publish().error().code().name, kRepositoryDamaged.name);
}

TEST_F(PublisherTest, RefusesTheFileOfAnotherBin) {
  put_first_staged();
  add({set("a"), set("b"), set("c"), set("d"), set("e"), set("f")});
  ASSERT_TRUE(publish());
  const BinLayout layout = *BinLayout::make(prefix_, bits_);
  const auto bin_of = [&](const char* path) { return layout.of(sha256(bytes_of(path))); };
  const char* other = nullptr;
  for (const char* path : {"b", "c", "d", "e", "f"}) {
    if (bin_of(path) != bin_of("a")) other = path;
  }
  ASSERT_NE(other, nullptr);
  const Bytes good = **files_->get(bin_key("a"), kMostTargetsBytes);
  ASSERT_TRUE(files_->put(bin_key("a"), **files_->get(bin_key(other), kMostTargetsBytes)));
  std::string near = "a";
  for (int i = 0; bin_of(near.c_str()) != bin_of("a") || near == "a"; ++i) near = "x" + std::to_string(i);
  add({set(near)});
  EXPECT_TRUE(publish().error().is(tuf::kTufRole));
  // Of an earlier program, with the same version and without its role: only what it lists tells.
  tuf::Targets nameless =
      tuf::Signed<tuf::Targets>::parse(**files_->get(bin_key(other), kMostTargetsBytes))->value;
  nameless.role.reset();
  nameless.version = tuf::Version(RepositoryTest::bin_of("a").version);
  ASSERT_TRUE(files_->put(bin_key("a"), bytes_of(signed_file(nameless, online_role_.keys))));
  EXPECT_TRUE(publish().error().is(kRepositoryDamaged));
  ASSERT_TRUE(files_->put(bin_key("a"), good));
  ASSERT_TRUE(publish());
  expect_good(7);
}

TEST_F(PublisherTest, WhatOneOfTwoOnlineKeysSignedIsNotSignedAnew) {
  online_role_ = {{p256(4), p256(5)}, 2};
  put_first_staged();
  add({set("a")});
  ASSERT_TRUE(publish());
  const BinLayout layout = *BinLayout::make(prefix_, bits_);
  const std::uint32_t bin = layout.of(sha256(bytes_of("a")));
  tuf::Targets role;
  role.version = tuf::Version(bin_of("a").version);
  role.expires = kNow + std::chrono::days(7);
  ASSERT_TRUE(files_->put(bin_key("a"), bytes_of(signed_file(role, {p256(4)}))));
  std::string near;
  for (int i = 0; near.empty() || layout.of(sha256(bytes_of(near))) != bin; ++i)
    near = "x" + std::to_string(i);
  add({set(near)});
  EXPECT_TRUE(publish().error().is(tuf::kTufThreshold));
}

TEST_F(PublisherTest, AClockThatWasWrongDoesNotHoldClientsStill) {
  put_first_staged();
  ASSERT_TRUE(publish(kNow + std::chrono::days(300)));  // root holds for a year
  const auto set_back = publish(kNow);
  ASSERT_TRUE(set_back) << set_back.error().message();
  EXPECT_TRUE(set_back->published);
  EXPECT_LE(set_back->timestamp_expires, kNow + std::chrono::days(1));
  const Published published = *load_published(*files_);
  EXPECT_LE(published.snapshot.expires, kNow + std::chrono::days(7));
  EXPECT_EQ(published.timestamp.version, 2U);
  expect_good(0);
  EXPECT_FALSE(publish(kNow - std::chrono::minutes(1))->published);
}

TEST_F(PublisherTest, RefusesTheFilesOfAnotherRepository) {
  put_first_staged();
  ASSERT_TRUE(publish());
  const auto other_files = *store::open_blob_store(folder_.path("other"));
  const auto other_database = *store::open_database("sqlite:" + folder_.path("other.db"));
  ASSERT_TRUE(prepare_tables(*other_database));
  targets_role_ = {{ed25519(8)}, 1};
  ASSERT_TRUE(other_files->put(staged_key("root"), bytes_of(signed_file(root(), root_role_.keys))));
  tuf::Targets other = targets();
  other.role = tuf::RoleName::targets();
  ASSERT_TRUE(other_files->put(staged_key("targets"), bytes_of(signed_file(other, targets_role_.keys))));
  const auto publish_in = [&](store::BlobStore& files, store::Database& database) -> Result<Publication> {
    const Place place{files, database, folder_.path("lock"), folder_.path()};
    Publisher publisher = TRY(Publisher::open(place, signers()));
    Publication done = TRY(publisher.publish(kNow));
    TRY(publisher.close());
    return done;
  };
  ASSERT_TRUE(publish_in(*other_files, *other_database));
  EXPECT_TRUE(publish_in(*other_files, *database_).error().is(kRepositoryMixed));
  EXPECT_TRUE(publish_in(*files_, *other_database).error().is(kRepositoryMixed));
  add({set("a")});
  EXPECT_TRUE(publish());
}

/// Targets delegates to a team and to "bins", which has the hash bins; the team has keys of its own.
class DelegateTest : public PublisherTest {
 protected:
  static constexpr auto kEveryone = "*";
  static void add_role(tuf::Targets& to, const std::string& name, const PrivateKey* key) {
    if (!to.delegations) {
      to.delegations.emplace();
      to.delegations->roles = std::vector<tuf::DelegatedRole>();
    }
    tuf::RoleKeys keys = role_keys({{key}}, to.delegations->keys);
    std::get<std::vector<tuf::DelegatedRole>>(to.delegations->roles)
        .push_back({*tuf::RoleName::parse(name),
                    std::move(keys),
                    false,
                    tuf::DelegatedRole::Paths{{kEveryone}},
                    {}});
  }
  static tuf::Targets plain(std::uint64_t version = 1) {
    tuf::Targets role;
    role.version = tuf::Version(version);
    role.expires = kNow + days(300);
    return role;
  }
  void SetUp() override {
    PublisherTest::SetUp();
    put_staged("root", root(), root_role_.keys);
    tuf::Targets top = plain();
    add_role(top, "a-team", ed25519(9));
    add_role(top, "bins", ed25519(10));
    put_staged("targets", top, targets_role_.keys);
    put_staged("bins", targets(), {ed25519(10)});
    put_staged("a-team", plain(), {ed25519(9)});
    const auto done = publish();
    ASSERT_TRUE(done) << done.error().message();
    ASSERT_TRUE(done->left.empty());
  }
};

TEST_F(DelegateTest, CannotTakeTheRoleOfOthers) {
  tuf::Targets team = plain(2);
  add_role(team, "bins", ed25519(11));
  put_staged("a-team", team, {ed25519(9)});
  tuf::Targets taken = targets(2);
  put_staged("bins", taken, {ed25519(11)});
  auto done = publish();
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_EQ(done->left.size(), 2U);
  EXPECT_TRUE(done->left[0].is(kRepositoryRole)) << done->left[0].message();  // bins is another's already
  EXPECT_TRUE(done->left[1].is(kRepositoryUnsigned)) << done->left[1].message();
  put_staged("bins", taken, {ed25519(10)});
  add({set("a")});
  done = publish();
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->left.size(), 1U);
  expect_good(1);
}

TEST_F(DelegateTest, CannotBringTheHashBinsToAStandstill) {
  put_staged("a-team", targets(2), {ed25519(9)});  // hash bins of its own
  auto done = publish();
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_EQ(done->left.size(), 1U);
  EXPECT_TRUE(done->left[0].is(kRepositoryBins)) << done->left[0].message();
  tuf::Targets team = plain(2);
  add_role(team, "bins-3", ed25519(9));  // one of those that are there
  put_staged("a-team", team, {ed25519(9)});
  done = publish();
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_EQ(done->left.size(), 1U);
  EXPECT_TRUE(done->left[0].is(kRepositoryBins)) << done->left[0].message();
  expect_good(0);
}

TEST_F(PublisherTest, ChangesTheOnlineKeyWithoutAMomentInBetween) {
  put_first_staged();
  add({set("a")});
  ASSERT_TRUE(publish());
  const Role old = online_role_;
  online_role_ = {{p256(5)}, 1};
  put_staged("root", root(2), root_role_.keys);
  put_staged("targets", targets(2), targets_role_.keys);
  const SigningKeys both = {std::make_shared<MemorySigningKey>(*p256(4)),
                            std::make_shared<MemorySigningKey>(*p256(5))};
  const auto done = publish(kNow, &both);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->bins, 16U);
  expect_good(1);
  // Who has the root before still verifies the timestamp.
  const auto timestamp = *tuf::Signed<tuf::Timestamp>::parse(**files_->get(timestamp_key(), 10'000));
  EXPECT_EQ(timestamp.signatures.size(), 2U);
  // The next timestamp needs the new key only.
  const SigningKeys only_new = {both[1]};
  add({set("b")});
  ASSERT_TRUE(publish(kNow, &only_new));
  expect_good(2);
}

TEST_F(PublisherTest, MendsARotationThatWasInterrupted) {
  put_first_staged();
  ASSERT_TRUE(publish());
  online_role_ = {{p256(5)}, 1};
  // The new root is there, its timestamp is not.
  ASSERT_TRUE(files_->put(metadata_key("root", 2), bytes_of(signed_file(root(2), root_role_.keys))));
  put_staged("targets", targets(2), targets_role_.keys);
  ASSERT_TRUE(publish());
  expect_good(0);
}

TEST_F(PublisherTest, MovesAllTargetsToOtherBins) {
  put_first_staged();
  std::vector<Change> changes;
  for (int i = 0; i < 300; ++i) changes.push_back(set("f" + std::to_string(i)));
  add(changes);
  ASSERT_TRUE(publish());
  for (const unsigned bits : {7U, 3U}) {  // "bins-0" is a name of both 3 and 4 bits
    bits_ = bits;
    put_staged("targets", targets(bits == 7 ? 2 : 3), targets_role_.keys);
    add({set("late" + std::to_string(bits))});
    Publisher publisher = *Publisher::open(place_, signers());
    const auto moved = publisher.publish(kNow);
    ASSERT_TRUE(moved) << moved.error().message();
    EXPECT_TRUE(moved->more);
    EXPECT_EQ(moved->bins, std::size_t{1} << bits);
    ASSERT_TRUE(publisher.publish(kNow));
  }
  expect_good(302);
}

TEST_F(PublisherTest, TakesAListPastTheQueue) {
  put_first_staged();
  add({set("queued")});
  Publisher publisher = *Publisher::open(place_, signers());
  ASSERT_TRUE(publisher.publish(kNow));
  Partition partition = *Partition::make(folder_.path(), *BinLayout::make(prefix_, bits_));
  for (int i = 0; i < 1'000; ++i) ASSERT_TRUE(partition.add(set("f" + std::to_string(i))));
  ASSERT_TRUE(partition.add(*Change::remove("queued")));
  ASSERT_TRUE(partition.finish());
  const auto done = publisher.publish(kNow, partition);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->changes, 1'001U);
  expect_good(1'000);
}

TEST_F(PublisherTest, RefusesABinThatClientsWouldRefuse) {
  bits_ = 1;
  put_first_staged();
  ASSERT_TRUE(publish());
  Partition partition = *Partition::make(folder_.path(), *BinLayout::make(prefix_, bits_));
  for (int i = 0; i < 12'000; ++i) {
    ASSERT_TRUE(partition.add(set(std::string(900, 'p') + std::to_string(i))));
  }
  ASSERT_TRUE(partition.finish());
  Publisher publisher = *Publisher::open(place_, signers());
  const auto refused = publisher.publish(kNow, partition);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code().name, kRepositoryTooLarge.name);
  add({set("a")});
  ASSERT_TRUE(publisher.publish(kNow));
  expect_good(1);
}

}  // namespace
}  // namespace tomme::repository
