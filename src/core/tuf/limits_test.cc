// Limits, and work without the network.
#include <gtest/gtest.h>

#include "core/encoding/errors.h"
#include "core/tuf/errors.h"
#include "core/tuf/repository_for_test.h"

namespace tomme::tuf {
namespace {

using testing::kDay;
using testing::kNow;
using testing::Repository;
using testing::World;

/// White space behind a file until it has that many bytes.
std::function<std::string(std::string)> padded_to(std::size_t size) {
  return [size](std::string file) {
    file.resize(size, ' ');
    return file;
  };
}

TEST(TufLimits, BytesOfEachRole) {
  struct Case {
    const char* name;
    std::size_t Limits::* limit;
  };
  for (const Case& c : {Case{"root", &Limits::root}, Case{"timestamp", &Limits::timestamp},
                        Case{"snapshot", &Limits::snapshot}, Case{"targets", &Limits::targets}}) {
    const std::size_t most = Limits().*c.limit;
    for (const std::size_t size : {most, most + 1}) {
      World world;
      world.repository.tamper[c.name] = padded_to(size);
      world.repository.publish_root();
      if (size == most) {
        EXPECT_OK(world.refresh());
      } else {
        EXPECT_REFUSED(kTufTooLong, world.refresh());
      }
    }
    World world;
    world.repository.publish_root();
    world.options.limits.*c.limit = 100;
    EXPECT_REFUSED(kTufTooLong, world.refresh());
  }
}

TEST(TufLimits, AMirrorIsToldHowMuchIsAccepted) {
  struct Strict : Fetcher {
    Repository* repository = nullptr;
    std::map<std::string, std::size_t> most;
    Result<std::optional<Bytes>> fetch(const std::string& path, std::size_t max_length) override {
      most[path] = max_length;
      return repository->fetch(path, max_length);
    }
  };
  World world;
  Strict strict;
  strict.repository = &world.repository;
  world.repository.lists_hashes = true;
  world.repository.publish();
  Updater updater = Updater::open(world.store, strict, world.options).value();
  EXPECT_OK(updater.refresh());
  EXPECT_EQ(strict.most["2.root.json"], 512'000U);
  EXPECT_EQ(strict.most["timestamp.json"], 16'384U);
  EXPECT_EQ(strict.most["2.snapshot.json"], world.repository.timestamp.snapshot.length);
  EXPECT_EQ(strict.most["1.targets.json"], world.store.files["targets"].size());
}

TEST(TufLimits, AListedLengthMayExceedTheUsualLimitButNotTheLast) {
  World world;
  world.repository.lists_hashes = true;
  world.repository.tamper["targets"] = padded_to(5'000'001);
  world.repository.publish();
  EXPECT_OK(world.refresh());
  World other;
  other.repository.lists_hashes = true;
  other.repository.tamper["targets"] = padded_to(5'000'001);
  other.repository.publish();
  other.options.limits.listed = 5'000'000;
  EXPECT_REFUSED(kTufTooLong, other.refresh());
}

TEST(TufLimits, RootRotationsInOneRefresh) {
  World world;
  for (int i = 0; i < 5; ++i) world.repository.publish_root();  // up to version 6
  world.options.limits.root_rotations = 3;
  EXPECT_OK(world.refresh());
  EXPECT_EQ(world.repository.take_requests(),
            "2.root.json 3.root.json 4.root.json timestamp.json 1.snapshot.json 1.targets.json");
  EXPECT_OK(world.refresh());
  EXPECT_EQ(world.repository.take_requests(), "5.root.json 6.root.json 7.root.json timestamp.json");
  EXPECT_EQ(Limits().root_rotations, 256U);
}

TEST(TufLimits, DeepAndDamagedFilesAreRefused) {
  for (const std::string& file :
       {std::string(100, '['), R"({"signed":)" + std::string(2000, '[') + std::string(2000, ']') + "}",
        std::string("\xff"), std::string("{\"signed\":{},\"signed\":{}}"), std::string(),
        std::string("\xef\xbb\xbf{}"), std::string("null")}) {
    World world;
    world.repository.served["timestamp.json"] = file;
    EXPECT_FALSE(world.refresh());
    EXPECT_EQ(world.store.trusted(), "root 1");
  }
}

/// Refreshed, with a delegated role looked at; then the mirror is gone.
struct OfflineWorld : World {
  OfflineWorld() {
    repository.delegate("targets", "team", {"*"});
    repository.delegate("targets", "other", {"o/*"});
    repository.add_target("team", "x");
    repository.bump("targets");
    repository.publish();
    EXPECT_EQ(role_of("x"), "team");
    repository.take_requests();
    options.offline.emplace();
  }
  ~OfflineWorld() { EXPECT_EQ(repository.take_requests(), ""); }
};

TEST(TufOffline, AnswersFromWhatIsStored) {
  OfflineWorld world;
  EXPECT_EQ(world.role_of("x"), "team");
  const Updater updater = world.refreshed().value();
  EXPECT_EQ(updater.roles().size(), 4U);
  for (const RoleState& state : updater.roles()) EXPECT_EQ(state.stale.count(), 0);
}

TEST(TufOffline, ToleratesAsMuchStalenessAsIsSaid) {
  OfflineWorld world;
  world.options.now = kNow + 31 * kDay;
  EXPECT_EQ(world.role_of("x"), "tuf/expired");
  world.options.offline->tolerance = kDay;
  EXPECT_EQ(world.role_of("x"), "tuf/expired");
  world.options.offline->tolerance = kDay + std::chrono::seconds{1};
  EXPECT_EQ(world.role_of("x"), "team");
  const Updater updater = world.refreshed().value();
  for (const RoleState& state : updater.roles()) EXPECT_EQ(state.stale, kDay) << state.role.text();
}

TEST(TufOffline, OnlineThereIsNoTolerance) {
  World world;
  world.options.now = kNow + 31 * kDay;
  EXPECT_REFUSED(kTufExpired, world.refresh());
}

TEST(TufOffline, SaysWhatIsNotKept) {
  OfflineWorld world;
  EXPECT_EQ(world.role_of("o/missing"), "tuf/offline");
  for (const char* name : {"team", "targets", "snapshot", "timestamp"}) {
    world.store.files.erase(name);
    EXPECT_EQ(world.role_of("x"), "tuf/offline") << name;
  }
  world.store.files.erase("root");
  EXPECT_EQ(world.role_of("x"), "tuf/no-root");
}

TEST(TufOffline, WhatWasChangedOnDiskIsRefused) {
  const std::vector<std::pair<const char*, const char*>> cases = {{"root", "tuf/threshold"},
                                                                  {"timestamp", "tuf/threshold"},
                                                                  {"snapshot", "tuf/threshold"},
                                                                  {"targets", "tuf/threshold"},
                                                                  {"team", "tuf/threshold"}};
  for (const auto& [name, code] : cases) {
    OfflineWorld world;
    std::string& file = world.store.files[name];
    file.replace(file.find("2026-01-31"), 10, "2036-01-31");
    EXPECT_EQ(world.role_of("x"), code) << name;
    file = "{";
    EXPECT_EQ(world.role_of("x"), "json/invalid") << name;
  }
}

TEST(TufOffline, StoredRolesMustFitEachOther) {
  OfflineWorld world;
  const std::string old = world.store.files["snapshot"];
  world.options.offline.reset();
  world.repository.bump("targets");
  world.repository.publish();
  EXPECT_OK(world.refresh());
  world.repository.take_requests();
  world.options.offline.emplace();
  world.store.files["snapshot"] = old;
  EXPECT_EQ(world.role_of("x"), "tuf/offline");
}

TEST(TufStore, DamagedFilesButTheRootAreFetchedAnew) {
  for (const char* name : {"timestamp", "snapshot", "targets"}) {
    World world;
    EXPECT_OK(world.refresh());
    const std::string good = world.store.files[name];
    for (const std::string& bad :
         {std::string(), std::string("{"), good.substr(0, good.size() / 2), testing::unsigned_file(good)}) {
      world.store.files[name] = bad;
      EXPECT_OK(world.refresh());
      EXPECT_EQ(world.store.files[name], good);
    }
  }
}

TEST(TufStore, NothingIsStoredWhereTheStoreFails) {
  struct ReadOnly : testing::MemoryStore {
    Result<void> store(const RoleName&, BytesView) override { return fail(kTufShape, "read-only"); }
  };
  World world;
  ReadOnly store;
  store.files = world.store.files;
  world.repository.publish_root();
  Updater updater = Updater::open(store, world.repository, world.options).value();
  EXPECT_FALSE(updater.refresh());
  EXPECT_EQ(updater.targets(), nullptr);
  EXPECT_EQ(store.trusted(), "root 1");
}

// A refresh that ended half-way leaves what the next one can go on from, wherever it ended.
TEST(TufStore, ARefreshMayEndAnywhere) {
  struct Dying : testing::MemoryStore {
    int writes_left = 0;
    Result<void> store(const RoleName& name, BytesView bytes) override {
      if (writes_left-- <= 0) return fail(kTufShape, "gone");
      return MemoryStore::store(name, bytes);
    }
  };
  for (int writes = 0; writes < 6; ++writes) {
    World world;
    EXPECT_OK(world.refresh());
    world.repository.publish_root();
    world.repository.publish_root();
    world.repository.bump("targets");
    world.repository.publish();
    Dying store;
    store.files = world.store.files;
    store.writes_left = writes;
    Updater updater = Updater::open(store, world.repository, world.options).value();
    EXPECT_EQ(updater.refresh().has_value(), writes >= 5) << writes;
    world.store.files = store.files;
    EXPECT_OK(world.refresh());
    EXPECT_EQ(world.store.trusted(), "root 3, snapshot 2, targets 2, timestamp 2");
  }
}

TEST(TufScale, SnapshotOfSixteenThousandBins) {
  World world;
  for (int i = 0; i < 16'384; ++i) {
    world.repository.snapshot.meta.set("bin-" + std::to_string(10'000 + i) + ".json",
                                       MetaFile{.version = Version(static_cast<std::uint64_t>(i) + 1)});
  }
  world.repository.publish();
  EXPECT_OK(world.refresh());
  EXPECT_GT(world.store.files["snapshot"].size(), 500'000U);
  world.repository.snapshot.meta.set("bin-20000.json", {.version = Version(3)});
  world.repository.publish();
  EXPECT_REFUSED(kTufRollback, world.refresh());
}

}  // namespace
}  // namespace tomme::tuf
