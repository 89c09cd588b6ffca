#include "app/repository/import.h"

#include <gtest/gtest.h>

#include "app/repository/errors.h"
#include "app/repository/gc.h"
#include "app/repository/repository_for_test.h"
#include "app/repository/target_store.h"
#include "core/tuf/errors.h"

namespace tomme::repository {
namespace {

using namespace testing;

class ImportTest : public RepositoryTest {
 protected:
  std::unique_ptr<store::BlobStore> foreign_ = *store::open_blob_store(folder_.path("foreign"));

  void put(const std::string& role, std::uint64_t version, const std::string& text) {
    ASSERT_TRUE(foreign_->put(metadata_key(role, version), bytes_of(text)));
  }
  Result<Imported> import_here(Time now = kNow, std::optional<std::string> trusted_root = {},
                               SigningKeys signers = {}) {
    return import_repository(
        *foreign_, *files_,
        {.now = now, .trusted_root = std::move(trusted_root), .signers = std::move(signers)});
  }
  /// Without consistent snapshots: plain names, named roles, no bins; at the top of `foreign_`.
  void make_plain() {
    consistent_ = false;
    put_plain("root", signed_file(root(), root_role_.keys));
    tuf::Targets targets;
    targets.version = tuf::Version(5);
    targets.expires = kNow + std::chrono::days(300);
    targets.targets.set("a/b", target("content"));
    targets.targets.set("with space", target("x"));
    targets.delegations.emplace();
    const Role team{{ed25519(9)}};
    tuf::RoleKeys keys = role_keys(team, targets.delegations->keys);
    targets.delegations->roles = std::vector<tuf::DelegatedRole>{
        {*tuf::RoleName::parse("team"), keys, false, tuf::DelegatedRole::Paths{{"team/*"}}, {}}};
    put_plain("targets", signed_file(targets, targets_role_.keys));
    tuf::Targets below;
    below.version = tuf::Version(2);
    below.expires = kNow + std::chrono::days(300);
    below.targets.set("team/x", target("team content"));
    const std::string below_text = signed_file(below, team.keys);
    put_plain("team", below_text);
    tuf::Snapshot snapshot;
    snapshot.version = tuf::Version(8);
    snapshot.expires = kNow + std::chrono::days(3);
    snapshot.meta.set("targets.json", {.version = tuf::Version(5)});
    tuf::MetaFile listed{.version = tuf::Version(2), .length = below_text.size()};
    listed.hashes.known = {digest(HashAlgorithm::sha512, bytes_of(below_text))};
    snapshot.meta.set("team.json", listed);
    snapshot.meta.set("gone.json", {.version = tuf::Version(3)});
    const std::string snapshot_text = signed_file(snapshot, online_role_.keys);
    put_plain("snapshot", snapshot_text);
    tuf::Timestamp timestamp;
    timestamp.version = tuf::Version(30);
    timestamp.expires = kNow + std::chrono::days(1);
    timestamp.snapshot = {.version = tuf::Version(8), .length = snapshot_text.size()};
    put_plain("timestamp", signed_file(timestamp, online_role_.keys));
    ASSERT_TRUE(foreign_->put(*store::BlobKey::parse("targets/a/b"), bytes_of("content")));
  }
  void put_plain(const std::string& role, const std::string& text) {
    ASSERT_TRUE(foreign_->put(*store::BlobKey::parse(role + ".json"), bytes_of(text)));
  }
  tuf::Root root(std::uint64_t version = 1) const {
    tuf::Root made = RepositoryTest::root(version);
    made.consistent_snapshot = consistent_;
    return made;
  }
  /// Signed with `fraction_` in its expiry, as go-tuf and tuftool write it.
  template <class T>
  std::string made(const T& role, const std::vector<const PrivateKey*>& signers) const {
    std::string canonical = *role.to_canonical();
    const std::string_view before = "\"expires\":\"2030-01-31T12:00:00";
    canonical.insert(canonical.find("\"expires\":\"") + before.size(), fraction_);
    return signed_text(canonical, signers);
  }
  std::string fraction_;
  bool consistent_ = true;
  std::string space_ = " ";

  static tuf::TargetFile target(std::string_view content) {
    tuf::TargetFile file;
    file.length = content.size();
    file.hashes.known = {digest(HashAlgorithm::sha512, bytes_of(content)), Digest(sha256(bytes_of(content)))};
    return file;
  }
  /// As another program writes it: lengths and digests in the snapshot, two digests for each target, white
  /// space.
  void make_foreign() {
    put("root", 1, made(root(), root_role_.keys));
    put("targets", 1, made(targets(), targets_role_.keys));
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
      const std::string text = space_ + made(role, online_role_.keys) + space_;
      put(layout.name(bin), 7, text);
      tuf::MetaFile listed;
      listed.version = tuf::Version(7);
      listed.length = text.size();
      listed.hashes.known = {Digest(sha256(bytes_of(text)))};
      snapshot.meta.set(snapshot_entry(layout.name(bin)), listed);
    }
    put("snapshot", 1, made(snapshot, online_role_.keys));
    tuf::Timestamp timestamp;
    timestamp.expires = kNow + std::chrono::days(1);
    ASSERT_TRUE(foreign_->put(timestamp_key(), bytes_of(made(timestamp, online_role_.keys))));
    ASSERT_TRUE(foreign_->put(*target_key("a", sha256(bytes_of("a"))), bytes_of("a")));
  }
};

TEST_F(ImportTest, GoesOnWhereAnotherProgramEnded) {
  make_foreign();
  const auto found = import_here();
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->found.targets, 3U);
  expect_good(3);
  EXPECT_TRUE(*files_->exists(*target_key("a", sha256(bytes_of("a")))));
  add({set("new"), *Change::remove("b/c")});
  const auto done = publish();
  ASSERT_TRUE(done) << done.error().message();
  expect_good(3);
  EXPECT_TRUE(listed("d\"e\\f"));
  EXPECT_FALSE(listed("b/c"));
  EXPECT_EQ(import_here().error().code().name, kRepositoryExists.name);
}

TEST_F(ImportTest, ExpiriesWithAFractionAreTheSecondBefore) {
  fraction_ = ".939082663";
  make_foreign();
  const auto found = import_here();
  ASSERT_TRUE(found) << found.error().message();
  // It is taken over as it is, and said.
  const auto expect_said = [&](std::uint64_t targets) {
    const auto verified = verify_published(*files_, {.now = kNow});
    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->targets, targets);
    EXPECT_FALSE(verified->problems.empty());
    for (const Error& problem : verified->problems) EXPECT_TRUE(problem.is(kRepositoryClients));
  };
  expect_said(3);
  add({set("new")});
  const auto done = publish();
  ASSERT_TRUE(done) << done.error().message();
  expect_said(4);
  // A root of such a repository that was staged elsewhere.
  put_staged("root", made(root(2), root_role_.keys));
  const auto next = publish();
  ASSERT_TRUE(next) << next.error().message();
  EXPECT_TRUE(next->left.empty());
  expect_said(4);
}

TEST_F(ImportTest, AnExpiryThatIsNoneIsNotSaidToBeAnotherFault) {
  fraction_ = "+00:00";  // with Z behind it
  make_foreign();
  const auto refused = import_here();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(tuf::kTufShape)) << refused.error().message();
  EXPECT_TRUE(refused.error().hint().contains("UTC")) << refused.error().hint();
}

TEST_F(ImportTest, WhatLooksLikeOursAtItsBeginningIsReadAsItIs) {
  space_.clear();  // compact, and signed by our key; but with two digests for each target
  make_foreign();
  ASSERT_TRUE(import_here());
  add({set("new"), *Change::remove("b/c"), set("a0")});
  ASSERT_TRUE(publish());
  expect_good(4);
  ASSERT_TRUE(listed("a"));
  EXPECT_EQ(listed("a")->length, 1U);
  bits_ = 2;
  tuf::Targets other = targets(2);
  put_staged("targets", other, targets_role_.keys);
  ASSERT_TRUE(publish());
  expect_good(4);
  EXPECT_TRUE(listed("d\"e\\f"));
}

TEST_F(ImportTest, TakesWhatIsExpiredAndNothingThatIsWrong) {
  make_foreign();
  const Bytes good = **foreign_->get(metadata_key("bins-0", 7), kMostTargetsBytes);
  ASSERT_TRUE(foreign_->put(metadata_key("bins-0", 7), bytes_of("{}")));
  EXPECT_FALSE(import_here());
  EXPECT_FALSE(*files_->exists(timestamp_key()));
  ASSERT_TRUE(foreign_->put(metadata_key("bins-0", 7), good));
  const Time later = kNow + std::chrono::days(30);
  ASSERT_TRUE(import_here(later));
  ASSERT_TRUE(publish(later));
  expect_good(3, later);
}

TEST_F(ImportTest, APlainRepositoryGoesOnWithTheRootThatTurnsConsistentSnapshotsOn) {
  make_plain();
  const auto done = import_here(kNow, std::nullopt, signers());
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_TRUE(done->root_staged);
  EXPECT_EQ(done->found.targets, 3U);
  EXPECT_EQ(done->target_files, 1U);
  EXPECT_EQ(done->elsewhere, 2U);
  EXPECT_EQ(done->named_roles, 1U);
  EXPECT_TRUE(*files_->exists(metadata_key("team", 2)));
  for (const auto& digest : target("content").hashes.known)
    EXPECT_TRUE(*files_->exists(*target_key("a/b", digest)));
  EXPECT_TRUE(publish().error().is(kRepositoryStaged));
  tuf::Root next = root(2);
  const auto staged = tuf::Signed<tuf::Root>::parse(**files_->get(staged_key("root"), kMostRootBytes));
  EXPECT_EQ(staged->value.version.value(), 2U);
  EXPECT_TRUE(staged->value.consistent_snapshot);
  put_staged("root", staged->value, root_role_.keys);
  const auto published = publish();
  ASSERT_TRUE(published) << published.error().message();
  EXPECT_EQ(published->timestamp_version, 31U);
  EXPECT_GT(published->snapshot_version, 8U);
  expect_good(3);
  // What no role leads to stays listed: clients refuse a snapshot without it.
  EXPECT_EQ(load_published(*files_)->snapshot.version_of("gone.json"), 3U);
  const auto collected = collect_garbage(place_, kNow + std::chrono::days(36'500), std::chrono::seconds(60));
  ASSERT_TRUE(collected);
  EXPECT_EQ(collected->targets, 0U);
  EXPECT_TRUE(check_stored(*files_, *target_key("a/b", sha256(bytes_of("content"))), target("content")));
}

TEST_F(ImportTest, WhatTheSnapshotListsIsHeldAgainstTheFiles) {
  make_plain();
  const store::BlobKey team = *store::BlobKey::parse("team.json");
  const Bytes good = **foreign_->get(team, kMostTargetsBytes);
  ASSERT_TRUE(foreign_->put(team, bytes_of(std::string(text_of(good)) + " ")));
  EXPECT_TRUE(import_here().error().is(tuf::kTufHash));
  ASSERT_TRUE(foreign_->remove(team));
  EXPECT_TRUE(import_here().error().is(kRepositoryDamaged));
  ASSERT_TRUE(foreign_->put(team, good));
  ASSERT_TRUE(foreign_->put(*store::BlobKey::parse("targets/a/b"), bytes_of("contents")));
  EXPECT_TRUE(import_here().error().is(tuf::kTufHash));
  ASSERT_TRUE(foreign_->put(*store::BlobKey::parse("targets/a/b"), bytes_of("content")));
  const store::BlobKey snapshot = *store::BlobKey::parse("snapshot.json");
  const Bytes before = **foreign_->get(snapshot, kMostSnapshotBytes);
  ASSERT_TRUE(foreign_->put(snapshot, bytes_of(std::string(text_of(before)) + " ")));
  EXPECT_TRUE(import_here().error().is(tuf::kTufHash));
  ASSERT_TRUE(foreign_->put(snapshot, before));
  EXPECT_FALSE(*files_->exists(timestamp_key()));
  EXPECT_TRUE(import_here());
}

TEST_F(ImportTest, OnlineKeysAreTheOnesOfTheRootOrNone) {
  make_plain();
  const SigningKeys strangers = {std::make_shared<MemorySigningKey>(*p256(17))};
  const auto refused = import_here(kNow, std::nullopt, strangers);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(kRepositoryKey));
  EXPECT_FALSE(*files_->exists(timestamp_key()));
  EXPECT_TRUE(import_here(kNow, std::nullopt, signers()));
}

TEST_F(ImportTest, ARoleThatCannotBeAFileIsRefused) {
  make_foreign();
  tuf::Snapshot snapshot;
  snapshot.expires = kNow + std::chrono::days(1);
  snapshot.meta.set("targets.json", {});
  const BinLayout layout = *BinLayout::make(prefix_, bits_);
  for (std::uint32_t bin = 0; bin < layout.count(); ++bin)
    snapshot.meta.set(snapshot_entry(layout.name(bin)), {.version = tuf::Version(7)});
  snapshot.meta.set("team/a.json", {});
  put("snapshot", 1, signed_file(snapshot, online_role_.keys));
  EXPECT_TRUE(import_here().error().is(kRepositoryImport));
}

/// Roots 1 to 6 of which version 3 was signed by nobody who may.
class ImportRootsTest : public ImportTest {
 protected:
  void SetUp() override {
    ImportTest::SetUp();
    make_foreign();
    for (std::uint64_t version = 2; version <= 6; ++version) {
      put("root", version, signed_file(root(version), version == 3 ? targets_role_.keys : root_role_.keys));
    }
  }
  std::string root_text(std::uint64_t version) {
    return std::string(text_of(**foreign_->get(metadata_key("root", version), kMostRootBytes)));
  }
  void remove_roots(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t version = first; version <= last; ++version)
      ASSERT_TRUE(foreign_->remove(metadata_key("root", version)));
  }
};

TEST_F(ImportRootsTest, BeginsWithTheRootThatIsTrusted) {
  EXPECT_TRUE(import_here().error().is(tuf::kTufThreshold));
  const auto done = import_here(kNow, root_text(5));
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->oldest_root, 4U);
  EXPECT_EQ(done->left_out_root, 3U);
  EXPECT_EQ(done->found.root_version, 6U);
  expect_good(3);
  EXPECT_EQ(*first_root_version(*files_), 4U);
  EXPECT_EQ(load_newest_root(*files_)->value().value.version.value(), 6U);
  add({set("new")});
  ASSERT_TRUE(publish());
  put_staged("root", root(7), root_role_.keys);
  ASSERT_TRUE(publish());
  expect_good(4);
  EXPECT_EQ(load_newest_root(*files_)->value().value.version.value(), 7U);
  EXPECT_TRUE(import_here(kNow, root_text(5)).error().is(kRepositoryExists));
}

TEST_F(ImportRootsTest, RefusesRootsThatDoNotLeadOn) {
  const std::string five = root_text(5);
  tuf::Root other = root(5);
  other.expires += std::chrono::hours(1);
  EXPECT_TRUE(import_here(kNow, signed_file(other, root_role_.keys)).error().is(kRepositoryImport));
  EXPECT_TRUE(import_here(kNow, root_text(3)).error().is(tuf::kTufThreshold));
  ASSERT_TRUE(foreign_->put(*store::BlobKey::parse("metadata/root.json"), bytes_of(root_text(6))));
  remove_roots(1, 6);
  EXPECT_TRUE(import_here().error().is(kRepositoryImport));  // which one to begin with?
  EXPECT_TRUE(import_here(kNow, signed_file(root(4), root_role_.keys))
                  .error()
                  .is(kRepositoryImport));  // 5 is missing
  const auto done = import_here(kNow, five);
  ASSERT_TRUE(done) << done.error().message();
  EXPECT_EQ(done->oldest_root, 5U);
  EXPECT_EQ(done->left_out_root, 0U);
  expect_good(3);
}

TEST_F(ImportRootsTest, AnInterruptedImportIsDoneAgain) {
  const std::string five = root_text(5);
  ASSERT_TRUE(import_here(kNow, five));
  ASSERT_TRUE(files_->remove(timestamp_key()));
  ASSERT_TRUE(import_here(kNow, five));
  ASSERT_TRUE(files_->remove(timestamp_key()));
  ASSERT_TRUE(files_->put(metadata_key("root", 6), bytes_of(five)));
  EXPECT_FALSE(import_here(kNow, five));
}

}  // namespace
}  // namespace tomme::repository
