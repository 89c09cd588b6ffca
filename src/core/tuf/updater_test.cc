// The client workflow; the names of the tests follow those of the public conformance suite where it has the
// case.
#include "core/tuf/updater.h"

#include <gtest/gtest.h>

#include "core/tuf/errors.h"
#include "core/tuf/repository_for_test.h"

namespace tomme::tuf {
namespace {

using testing::kDay;
using testing::kNow;
using testing::Repository;
using testing::signer;
using testing::unsigned_file;
using testing::World;

constexpr const char* kFirstRequests = "2.root.json timestamp.json 1.snapshot.json 1.targets.json";
constexpr const char* kFirstTrusted = "root 1, snapshot 1, targets 1, timestamp 1";

TEST(TufBasic, FirstRefreshAsksForFourFiles) {
  World world;
  EXPECT_OK(world.refresh());
  EXPECT_EQ(world.repository.take_requests(), kFirstRequests);
  EXPECT_EQ(world.store.trusted(), kFirstTrusted);
}

TEST(TufBasic, SecondRefreshAsksForRootAndTimestampOnly) {
  World world;
  EXPECT_OK(world.refresh());
  world.repository.take_requests();
  EXPECT_OK(world.refresh());
  EXPECT_EQ(world.repository.take_requests(), "2.root.json timestamp.json");
}

TEST(TufBasic, RefreshDoesNothingOnceItHasSucceeded) {
  World world;
  Updater updater = world.refreshed().value();
  world.repository.take_requests();
  EXPECT_OK(updater.refresh());
  EXPECT_OK(updater.find_target(testing::path("missing")));
  EXPECT_EQ(world.repository.take_requests(), "");
}

// Again and again in one process: what did not change stays, what did is seen, and nothing is believed
// longer.
TEST(TufRenew, SeesWhatIsNewAndKeepsWhatIsNot) {
  for (const bool renewable : {false, true}) {
    World world;
    world.options.renewable = renewable;
    Updater updater = world.refreshed().value();
    world.repository.take_requests();
    EXPECT_OK(updater.renew(kNow + kDay));
    EXPECT_EQ(world.repository.take_requests(), "2.root.json timestamp.json");
    EXPECT_EQ(updater.roles().size(), 4U);
    world.repository.add_target("targets", "new");
    world.repository.bump("targets");
    world.repository.publish();
    EXPECT_OK(updater.renew(kNow + kDay));
    EXPECT_EQ(world.repository.take_requests(), "2.root.json timestamp.json 2.snapshot.json 2.targets.json");
    EXPECT_TRUE(updater.find_target(testing::path("new")).value());
    EXPECT_REFUSED(kTufExpired, updater.renew(kNow + 40 * kDay));
    EXPECT_EQ(updater.targets(), nullptr);
    EXPECT_OK(updater.renew(kNow + kDay));
    EXPECT_NE(updater.targets(), nullptr);
  }
}

TEST(TufRenew, ASnapshotIsVerifiedAgainAfterAnotherRootOrChange) {
  for (const bool renewable : {false, true}) {
    World world;
    world.options.renewable = renewable;
    Updater updater = world.refreshed().value();
    world.repository.rotate_key("snapshot", signer(20));
    world.repository.publish_root();
    world.repository.take_requests();
    // Its key was taken away, so the kept one counts no longer; the mirror signs the same version anew.
    EXPECT_OK(updater.renew(kNow));
    EXPECT_EQ(world.repository.take_requests(), "2.root.json 3.root.json timestamp.json 1.snapshot.json");
    // Somebody changes the stored file.
    world.store.files["snapshot"] += " ";
    world.repository.lists_hashes = true;
    world.repository.publish_timestamp();
    world.repository.take_requests();
    EXPECT_OK(updater.renew(kNow));
    EXPECT_EQ(world.repository.take_requests(), "3.root.json timestamp.json 1.snapshot.json");
  }
}

TEST(TufBasic, ImplicitRefresh) {
  World world;
  EXPECT_EQ(world.role_of("missing"), "-");
  EXPECT_EQ(world.repository.take_requests(), kFirstRequests);
}

TEST(TufBasic, FilesAreStoredByteForByte) {
  World world;
  world.repository.lists_hashes = true;
  for (const char* name : {"timestamp", "snapshot", "targets"}) {
    world.repository.tamper[name] = [](std::string file) { return " " + file + " \n"; };
  }
  world.repository.publish();
  EXPECT_OK(world.refresh());
  const Repository& repository = world.repository;
  EXPECT_EQ(world.store.files["timestamp"], repository.file_of("timestamp", repository.timestamp));
  EXPECT_EQ(world.store.files["snapshot"], repository.file_of("snapshot", repository.snapshot));
  EXPECT_EQ(world.store.files["targets"], repository.file_of("targets", repository.roles.at("targets")));
  EXPECT_EQ(world.store.files["root"], repository.roots[0]);
  EXPECT_TRUE(world.store.files["targets"].ends_with(" \n"));
}

TEST(TufBasic, InvalidInitialRootMakesNoRequest) {
  World world;
  const std::string good = world.store.files["root"];
  std::string without_version = good;
  without_version.replace(without_version.find("\"version\""), 9, "\"revision\"");
  for (const std::string& bad : {without_version, unsigned_file(good), std::string("{}"), std::string(),
                                 good.substr(0, good.size() - 1)}) {
    world.store.files["root"] = bad;
    EXPECT_FALSE(world.refresh());
    EXPECT_EQ(world.repository.take_requests(), "");
  }
  world.store.files.clear();
  EXPECT_REFUSED(kTufNoRoot, world.refresh());
}

TEST(TufBasic, InitStoreRefusesWhatRefreshWould) {
  World world;
  const std::string good = world.store.files["root"];
  world.store.files.clear();
  EXPECT_REFUSED(kTufThreshold, init_store(world.store, bytes_of(unsigned_file(good))));
  EXPECT_TRUE(world.store.files.empty());
  EXPECT_OK(init_store(world.store, bytes_of(good)));
  EXPECT_EQ(world.store.files["root"], good);
}

TEST(TufBasic, UnsignedMetadataIsRefusedAndWhatCameBeforeIsKept) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"root", "root 1"},
      {"timestamp", "root 2"},
      {"snapshot", "root 2, timestamp 1"},
      {"targets", "root 2, snapshot 1, timestamp 1"}};
  for (const auto& [name, trusted] : cases) {
    World world;
    world.repository.tamper[name] = unsigned_file;
    world.repository.publish_root();
    EXPECT_REFUSED(kTufThreshold, world.refresh());
    EXPECT_EQ(world.store.trusted(), trusted) << name;
  }
}

TEST(TufBasic, UrlAndMetadataVersionMismatch) {
  World world;
  world.repository.root.version = Version(3);
  world.repository.publish_root(false);  // served as 2.root.json
  EXPECT_REFUSED(kTufVersion, world.refresh());
  EXPECT_EQ(world.store.trusted(), "root 1");

  World snapshot;
  snapshot.repository.snapshot.version = Version(2);
  snapshot.repository.served["1.snapshot.json"] =
      snapshot.repository.file_of("snapshot", snapshot.repository.snapshot);
  EXPECT_REFUSED(kTufVersion, snapshot.refresh());
  EXPECT_EQ(snapshot.store.trusted(), "root 1, timestamp 1");

  World targets;
  targets.repository.bump("targets");
  targets.repository.served["1.targets.json"] =
      targets.repository.file_of("targets", targets.repository.roles.at("targets"));
  EXPECT_REFUSED(kTufVersion, targets.refresh());
  EXPECT_EQ(targets.store.trusted(), "root 1, snapshot 1, timestamp 1");
}

TEST(TufBasic, TimestampOfTheSameVersionIsNotLookedAt) {
  World world;
  EXPECT_OK(world.refresh());
  const std::string before = world.store.files["timestamp"];
  world.repository.snapshot.version = Version(2);
  world.repository.list_snapshot();  // the timestamp's content changes, its version does not
  world.repository.take_requests();
  EXPECT_OK(world.refresh());
  EXPECT_EQ(world.repository.take_requests(), "2.root.json timestamp.json");
  EXPECT_EQ(world.store.files["timestamp"], before);
}

TEST(TufBasic, MetadataHashes) {
  World world;
  world.repository.lists_hashes = true;
  world.repository.publish();
  EXPECT_OK(world.refresh());
  EXPECT_EQ(world.store.trusted(), "root 1, snapshot 2, targets 1, timestamp 2");
}

TEST(TufBasic, SnapshotHashMismatchKeepsTheNewTimestamp) {
  World world;
  world.repository.lists_hashes = true;
  world.repository.publish();
  EXPECT_OK(world.refresh());
  world.repository.publish();
  world.repository.snapshot.expires += kDay;  // signed, but not what is listed
  EXPECT_REFUSED(kTufHash, world.refresh());
  EXPECT_EQ(world.store.trusted(), "root 1, snapshot 2, targets 1, timestamp 3");
}

TEST(TufBasic, TargetsHashMismatch) {
  World world;
  world.repository.lists_hashes = true;
  world.repository.publish();
  world.repository.roles["targets"].expires += kDay;
  EXPECT_REFUSED(kTufHash, world.refresh());
  EXPECT_EQ(world.store.trusted(), "root 1, snapshot 2, timestamp 2");
}

TEST(TufBasic, AnyListedHashMustHold) {
  World world;
  world.repository.lists_hashes = true;
  world.repository.publish();
  world.repository.timestamp.snapshot.hashes.unknown.emplace_back("blake2b-256", "00");
  EXPECT_OK(world.refresh());
  world.repository.publish();
  world.repository.timestamp.snapshot.hashes.known.push_back(
      digest(HashAlgorithm::sha512, bytes_of("other")));
  EXPECT_REFUSED(kTufHash, world.refresh());
  world.repository.publish();
  world.repository.timestamp.snapshot.hashes = {.unknown = {{"blake2b-256", "00"}}};
  EXPECT_REFUSED(kTufHashUnknown, world.refresh());
}

TEST(TufBasic, ListedLengthWins) {
  World world;
  world.repository.lists_hashes = true;
  world.repository.publish();
  world.repository.timestamp.snapshot.length = *world.repository.timestamp.snapshot.length + 1;
  EXPECT_REFUSED(kTufHash, world.refresh());
  world.repository.timestamp.snapshot.length = *world.repository.timestamp.snapshot.length - 2;
  world.repository.timestamp.version = Version(9);
  EXPECT_REFUSED(kTufTooLong, world.refresh());
}

TEST(TufBasic, CustomFieldsArePartOfWhatIsSigned) {
  World world;
  Repository& repository = world.repository;
  const auto extra = [](std::string_view text) { return *json::parse(text)->object(); };
  repository.root.unknown = extra(R"({"custom":[1,{"x":null}]})");
  repository.root.keys.begin()->second.unknown = extra(R"({"owner":"@a"})");
  repository.root.timestamp.unknown = extra(R"({"period":7})");
  repository.publish_root();
  EXPECT_OK(world.refresh());
  EXPECT_EQ(world.store.trusted(), "root 2, snapshot 1, targets 1, timestamp 1");
  for (const char* member : {R"("custom":[1,)", R"("owner":"@a")", R"("period":7)"}) {
    World other;
    std::string file = repository.roots[1];
    file.replace(file.find(member), std::string_view(member).find(':') - 1, R"("changed)");
    other.repository = repository;
    other.repository.roots[1] = file;
    EXPECT_REFUSED(kTufThreshold, other.refresh());
  }
}

TEST(TufBasic, DeprecatedKeyIdHashAlgorithmsAreIgnored) {
  for (const char* value : {R"("md5")", R"(["sha256","sha512"])", "null", "7"}) {
    World world;
    for (auto& [id, key] : world.repository.root.keys) {
      key.unknown = *json::parse(R"({"keyid_hash_algorithms":)" + std::string(value) + "}")->object();
    }
    world.repository.publish_root();
    EXPECT_OK(world.refresh());
  }
}

TEST(TufBasic, MissingFilesKeepWhatWasVerified) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"timestamp.json", "root 1"},
      {"1.snapshot.json", "root 1, timestamp 1"},
      {"1.targets.json", "root 1, snapshot 1, timestamp 1"}};
  for (const auto& [file, trusted] : cases) {
    World world;
    world.repository.withheld[file];
    EXPECT_REFUSED(kTufUnavailable, world.refresh());
    EXPECT_EQ(world.store.trusted(), trusted);
    EXPECT_EQ(std::ranges::count(world.repository.requests, file), 1) << "asked again";
  }
}

TEST(TufBasic, IncorrectMetadataType) {
  World world;
  world.repository.signers["snapshot"] = world.repository.signers["timestamp"];
  world.repository.served["timestamp.json"] = world.repository.file_of("snapshot", world.repository.snapshot);
  EXPECT_REFUSED(kTufType, world.refresh());
  EXPECT_EQ(world.store.trusted(), "root 1");
}

TEST(TufBasic, TheTimeIsWhatIsGiven) {
  World world;
  world.options.now = kNow + 31 * kDay;
  EXPECT_REFUSED(kTufExpired, world.refresh());
  world.options.now = kNow;
  EXPECT_OK(world.refresh());
}

TEST(TufBasic, OtherTroubleIsNeverReadAsNoMoreRoots) {
  static constexpr ErrorCode kTrouble{"test/trouble", Outcome::could_not_tell, "", ""};
  World world;
  world.repository.withheld["2.root.json"] = Error(kTrouble, "HTTP 500");
  EXPECT_REFUSED(kTrouble, world.refresh());
  EXPECT_EQ(world.repository.take_requests(), "2.root.json");
}

TEST(TufBasic, TroubleOfTheStoreIsNeverReadAsNothingStored) {
  static constexpr ErrorCode kTrouble{"test/trouble", Outcome::could_not_tell, "", ""};
  World world;
  Updater updater = Updater::open(world.store, world.repository, world.options).value();
  world.store.trouble = Error(kTrouble, "disk");
  EXPECT_REFUSED(kTrouble, updater.refresh());
  EXPECT_REFUSED(kTrouble, world.refresh());
}

TEST(TufBasic, WithoutConsistentSnapshots) {
  World world;
  world.repository.root.consistent_snapshot = false;
  world.repository.publish_root();
  world.repository.add_target("targets", "d/file");
  world.repository.delegate("targets", "team", {"*"});
  world.repository.add_target("team", "x");
  world.repository.bump("targets");
  world.repository.publish();
  const auto found = world.find("d/file");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->request_path, "d/file");
  EXPECT_EQ(world.repository.take_requests(),
            "2.root.json 3.root.json timestamp.json snapshot.json targets.json");
  EXPECT_EQ(world.role_of("x"), "team");
  EXPECT_EQ(world.repository.take_requests(), "3.root.json timestamp.json team.json");
}

TEST(TufExpiration, ExpiredFinalRootIsStoredAndThenRefused) {
  World world;
  world.repository.root.expires = kNow - kDay;
  world.repository.publish_root();
  const auto refreshed = world.refresh();
  EXPECT_REFUSED(kTufExpired, refreshed);
  EXPECT_EQ(refreshed.error().message(),
            "root version 2 expired at 2025-12-31T00:00:00Z, 24 hours before the time of this check, "
            "2026-01-01T00:00:00Z");
  EXPECT_EQ(world.store.trusted(), "root 2");
  EXPECT_EQ(world.repository.take_requests(), "2.root.json 3.root.json");
}

TEST(TufExpiration, IntermediateAndInitialRootsMayBeExpired) {
  World world;
  world.repository.root.expires = kNow - 100 * kDay;
  world.repository.publish_root();
  world.init(2);
  world.repository.publish_root();
  world.repository.root.expires = kNow + kDay;
  world.repository.publish_root();
  EXPECT_OK(world.refresh());
  EXPECT_EQ(world.store.trusted(), "root 4, snapshot 1, targets 1, timestamp 1");
}

TEST(TufExpiration, ExpiryIsTheFirstMomentThatIsTooLate) {
  World world;
  world.repository.timestamp.expires = kNow + std::chrono::seconds{1};
  EXPECT_OK(world.refresh());
  World late;
  late.repository.timestamp.expires = kNow;
  EXPECT_REFUSED(kTufExpired, late.refresh());
}

TEST(TufExpiration, ExpiredNewVersionsAreNotTrusted) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"timestamp", "root 1, snapshot 1, targets 1, timestamp 1"},
      {"snapshot", "root 1, snapshot 1, targets 1, timestamp 2"},
      {"targets", "root 1, snapshot 2, targets 1, timestamp 2"}};
  for (const auto& [name, trusted] : cases) {
    World world;
    EXPECT_OK(world.refresh());
    Repository& repository = world.repository;
    Common& common = name == "timestamp"  ? static_cast<Common&>(repository.timestamp)
                     : name == "snapshot" ? static_cast<Common&>(repository.snapshot)
                                          : static_cast<Common&>(repository.roles["targets"]);
    common.expires = kNow;
    if (name == "targets") repository.bump("targets");
    repository.publish();
    EXPECT_REFUSED(kTufExpired, world.refresh());
    EXPECT_EQ(world.store.trusted(), trusted) << name;
  }
}

TEST(TufExpiration, ExpiredLocalMetadataCanBeUpdated) {
  World world;
  EXPECT_OK(world.refresh());
  world.options.now = kNow + 31 * kDay;
  Repository& repository = world.repository;
  const Time later = kNow + 60 * kDay;
  repository.root.expires = repository.timestamp.expires = repository.snapshot.expires =
      repository.roles["targets"].expires = later;
  repository.publish_root();
  repository.bump("targets");
  repository.publish();
  EXPECT_OK(world.refresh());
  EXPECT_EQ(world.store.trusted(), "root 2, snapshot 2, targets 2, timestamp 2");
}

TEST(TufExpiration, ExpiredLocalTimestampStillProtectsAgainstRollback) {
  World world;
  world.repository.publish_timestamp();
  world.repository.timestamp.expires = kNow + kDay;
  EXPECT_OK(world.refresh());
  world.options.now = kNow + 2 * kDay;
  world.repository.timestamp.version = Version(1);
  world.repository.timestamp.expires = kNow + 9 * kDay;
  EXPECT_REFUSED(kTufRollback, world.refresh());
}

TEST(TufExpiration, EqualTimestampThatIsExpiredIsRefused) {
  World world;
  world.repository.timestamp.expires = kNow + kDay;
  EXPECT_OK(world.refresh());
  world.options.now = kNow + 2 * kDay;  // all else is fresh: a mirror that is held back
  const auto refreshed = world.refresh();
  EXPECT_REFUSED(kTufExpired, refreshed);
  EXPECT_TRUE(refreshed.error().message().starts_with("timestamp version 1 expired"));
}

TEST(TufRollback, Timestamp) {
  World world;
  world.repository.publish_timestamp();
  EXPECT_OK(world.refresh());
  world.repository.timestamp.version = Version(1);
  EXPECT_REFUSED(kTufRollback, world.refresh());
  EXPECT_EQ(world.store.trusted(), "root 1, snapshot 1, targets 1, timestamp 2");
}

TEST(TufRollback, SnapshotVersionListedByTimestamp) {
  for (bool hashes : {false, true}) {
    World world;
    world.repository.lists_hashes = hashes;
    world.repository.publish();
    EXPECT_OK(world.refresh());
    world.repository.snapshot.version = Version(1);
    world.repository.publish_timestamp();
    EXPECT_REFUSED(kTufRollback, world.refresh());
    EXPECT_EQ(world.store.trusted(), "root 1, snapshot 2, targets 1, timestamp 2");
  }
}

TEST(TufRollback, TargetsVersionListedBySnapshot) {
  for (bool hashes : {false, true}) {
    World world;
    world.repository.lists_hashes = hashes;
    world.repository.bump("targets");
    world.repository.publish();
    EXPECT_OK(world.refresh());
    world.repository.roles["targets"].version = Version(1);
    world.repository.publish();
    EXPECT_REFUSED(kTufRollback, world.refresh());
    EXPECT_EQ(world.store.trusted(), "root 1, snapshot 2, targets 2, timestamp 3");
  }
}

TEST(TufRollback, RoleDroppedFromSnapshot) {
  World world;
  world.repository.add_role("extra");
  world.repository.publish();
  EXPECT_OK(world.refresh());
  world.repository.snapshot.meta.erase("extra.json");
  world.repository.roles.erase("extra");
  world.repository.publish();
  EXPECT_REFUSED(kTufRollback, world.refresh());
}

TEST(TufRollback, DelegatedVersionListedBySnapshot) {
  World world;
  world.repository.add_role("extra");
  world.repository.bump("extra");
  world.repository.publish();
  EXPECT_OK(world.refresh());
  world.repository.roles["extra"].version = Version(1);
  world.repository.publish();
  EXPECT_REFUSED(kTufRollback, world.refresh());
}

TEST(TufRollback, SnapshotThatDiffersFromTheListedHashProtectsStill) {
  World world;
  world.repository.lists_hashes = true;
  world.repository.bump("targets");
  world.repository.publish();
  EXPECT_OK(world.refresh());
  world.options.now = kNow + 20 * kDay;
  world.repository.roles["targets"].version = Version(1);
  world.repository.list_roles();  // the same snapshot version with other content
  world.repository.publish_timestamp();
  EXPECT_REFUSED(kTufRollback, world.refresh());
}

TEST(TufRollback, FastForwardRecovery) {
  struct Case {
    const char* name;
    std::vector<std::string> rotated;
  };
  for (const Case& recovery : {Case{"targets", {"snapshot"}}, Case{"snapshot", {"snapshot", "timestamp"}},
                               Case{"timestamp", {"timestamp"}}}) {
    World world;
    Repository& repository = world.repository;
    const std::string name = recovery.name;
    Common& common = name == "timestamp"  ? static_cast<Common&>(repository.timestamp)
                     : name == "snapshot" ? static_cast<Common&>(repository.snapshot)
                                          : static_cast<Common&>(repository.roles["targets"]);
    common.version = Version(99999);
    repository.publish();
    EXPECT_OK(world.refresh());
    common.version = Version(name == "targets" ? 1 : 3);
    const auto put_back = [&] {
      if (name == "targets") repository.publish();
      if (name == "snapshot") repository.publish_timestamp();
    };
    put_back();
    EXPECT_REFUSED(kTufRollback, world.refresh());
    unsigned key = 50;
    for (const std::string& rotated : recovery.rotated) repository.rotate_key(rotated, signer(++key));
    repository.publish_root();
    put_back();
    EXPECT_OK(world.refresh());
  }
}

// Of two keys one is replaced, and the old file still meets the threshold: it still counts.
TEST(TufRollback, PartialRotationKeepsTheMemory) {
  World world;
  Repository& repository = world.repository;
  repository.add_key("timestamp", signer(60));
  repository.publish_root();
  repository.publish_timestamp();
  EXPECT_OK(world.refresh());
  repository.role_keys("timestamp").keyids[0] = signer(61).id;
  repository.root.keys.emplace(signer(61).id, signer(61).listed);
  repository.signers["timestamp"] = {signer(61)};
  repository.publish_root();
  repository.timestamp.version = Version(1);
  EXPECT_REFUSED(kTufRollback, world.refresh());
}

}  // namespace
}  // namespace tomme::tuf
