// Thresholds, signatures, and the rotation of keys.
#include "core/tuf/threshold.h"

#include <gtest/gtest.h>

#include "core/tuf/errors.h"
#include "core/tuf/repository_for_test.h"

namespace tomme::tuf {
namespace {

using testing::Repository;
using testing::Signer;
using testing::signer;
using testing::World;

/// Changes the list of signatures of a file.
std::string with_signatures(const std::string& file,
                            const std::function<void(std::vector<Signature>&)>& change) {
  Envelope envelope = Envelope::parse(bytes_of(file)).value();
  change(envelope.signatures);
  return write_envelope(envelope.canonical, envelope.signatures);
}

std::vector<Signer> some(std::vector<unsigned> numbers) {
  std::vector<Signer> out;
  for (unsigned number : numbers) out.push_back(signer(100 + number));
  return out;
}

void set_keys(Repository& repository, const std::string& name, const std::vector<unsigned>& listed,
              std::uint64_t threshold, const std::vector<unsigned>& signing) {
  repository.clear_keys(name);
  for (const Signer& who : some(listed)) repository.add_key(name, who);
  repository.role_keys(name).threshold = threshold;
  repository.signers[name] = some(signing);
}

TEST(TufThreshold, SnapshotDoesNotMeetIt) {
  World world;
  set_keys(world.repository, "snapshot", {1, 2, 3}, 3, {1, 2});
  world.repository.publish_root();
  const auto refreshed = world.refresh();
  EXPECT_REFUSED(kTufThreshold, refreshed);
  EXPECT_TRUE(refreshed.error().message().starts_with(
      "snapshot version 1 has 2 good signatures of the 3 that root version 2 asks for (key "))
      << refreshed.error().message();
  EXPECT_TRUE(refreshed.error().message().ends_with(": no signature)")) << refreshed.error().message();
  EXPECT_EQ(world.store.trusted(), "root 2, timestamp 1");
}

TEST(TufThreshold, MoreThanThereAreKeys) {
  World world;
  set_keys(world.repository, "snapshot", {1, 2, 3, 4, 5}, 6, {1, 2, 3, 4, 5});
  world.repository.publish_root();
  EXPECT_REFUSED(kTufThreshold, world.refresh());
  EXPECT_EQ(world.store.trusted(), "root 2, timestamp 1");
}

TEST(TufThreshold, DuplicateKeyIdsInARoleRefuseTheFile) {
  World world;
  auto& ids = world.repository.role_keys("snapshot").keyids;
  ids.insert(ids.end(), 8, ids.front());
  world.repository.publish_root();
  EXPECT_REFUSED(kTufShape, world.refresh());
  EXPECT_EQ(world.store.trusted(), "root 1");
}

TEST(TufThreshold, DuplicateSignaturesRefuseTheFileEvenWhenThereAreEnough) {
  for (const char* name : {"root", "timestamp", "snapshot", "targets"}) {
    World world;
    world.repository.tamper[name] = [](const std::string& file) {
      return with_signatures(file, [](auto& list) { list.push_back(list.front()); });
    };
    world.repository.publish_root();
    EXPECT_REFUSED(kTufDuplicateSignature, world.refresh());
  }
}

TEST(TufThreshold, BadSignaturesBesideEnoughGoodOnesDoNoHarm) {
  for (const std::string& bad : {std::string(), std::string("zz"), std::string("0"), std::string(128, '0')}) {
    World world;
    set_keys(world.repository, "snapshot", {1, 2, 3}, 2, {1, 2});
    world.repository.tamper["snapshot"] = [&](const std::string& file) {
      return with_signatures(file, [&](auto& list) {
        list.insert(list.begin(), Signature{signer(103).id, bad});
        list.insert(list.begin(), Signature{KeyId("nobody"), bad});
      });
    };
    world.repository.publish_root();
    EXPECT_OK(world.refresh());
    world.repository.role_keys("snapshot").threshold = 3;
    world.repository.publish_root();
    EXPECT_REFUSED(kTufThreshold, world.refresh());
  }
}

TEST(TufThreshold, SignaturesInUpperCaseCount) {
  World world;
  world.repository.tamper["timestamp"] = [](const std::string& file) {
    return with_signatures(file, [](auto& list) {
      for (char& c : list[0].hex) c = static_cast<char>(std::toupper(c));
    });
  };
  EXPECT_OK(world.refresh());
}

TEST(TufThreshold, KeysThatAreListedNowhereDoNotCount) {
  World world;
  world.repository.root.keys.erase(world.repository.role_keys("timestamp").keyids[0]);
  world.repository.publish_root();
  EXPECT_REFUSED(kTufThreshold, world.refresh());
}

TEST(TufThreshold, ZeroIsNeverMetBySilence) {
  EXPECT_REFUSED(kTufThreshold, verify_threshold("role", "tester", {}, {.threshold = 0}, "{}", {}));
}

TEST(TufThreshold, AReportOfEachKey) {
  const Signer& a = signer(101);
  const Signer& b = signer(102);
  const KeyId alias("alias"), missing("missing"), wrong("wrong");
  const Keys keys = {{a.id, a.listed}, {alias, a.listed}, {b.id, b.listed}, {wrong, b.listed}};
  const std::vector<Signature> signatures = {sign(a.key, a.listed, a.id, "{}").value(),
                                             sign(a.key, a.listed, alias, "{}").value(),
                                             sign(b.key, b.listed, wrong, "{ }").value()};
  const RoleKeys role{.keyids = {a.id, alias, b.id, missing, wrong}, .threshold = 1};
  std::vector<std::string> troubles;
  for (const KeyReport& report : examine_signatures(keys, role, "{}", signatures)) {
    troubles.push_back(report.trouble);
  }
  EXPECT_EQ(troubles, (std::vector<std::string>{"", "the same key as another one", "no signature",
                                                "not listed among the keys",
                                                "the signature does not verify with the Ed25519 key"}));
}

TEST(TufThreshold, KeysOfOtherRolesDoNotCount) {
  for (const char* name : {"timestamp", "snapshot", "targets"}) {
    World world;
    world.repository.signers[name] = world.repository.signers["root"];
    EXPECT_REFUSED(kTufThreshold, world.refresh());
  }
}

struct Step {
  std::vector<unsigned> listed;
  std::uint64_t threshold;
  std::vector<unsigned> signing;
};
struct Rotation {
  const char* name;
  std::vector<Step> steps;
  std::size_t good;  ///< how many steps are accepted
};

const Rotation kRotations[] = {
    {"1 of 1, no rotation", {{{1}, 1, {1}}, {{1}, 1, {1}}}, 2},
    {"1 of 1, old key does not sign", {{{1}, 1, {1}}, {{2}, 1, {2}}}, 1},
    {"1 of 1, new key does not sign", {{{1}, 1, {1}}, {{2}, 1, {1}}}, 1},
    {"1 of 1, both sign", {{{1}, 1, {1}}, {{2}, 1, {1, 2}}, {{2}, 1, {2}}}, 3},
    {"1 of 1, and back", {{{1}, 1, {1}}, {{2}, 1, {1, 2}}, {{1}, 1, {1, 2}}, {{1}, 1, {1}}}, 4},
    {"3 of 5, one replaced", {{{1, 2, 3, 4, 5}, 3, {2, 4, 1}}, {{1, 3, 4, 5, 6}, 3, {1, 4, 6, 3}}}, 2},
    {"3 of 5, all replaced",
     {{{1, 2, 3, 4, 5}, 3, {1, 2, 3}},
      {{6, 7, 8, 9, 10}, 3, {1, 3, 5, 6, 8, 10}},
      {{6, 7, 8, 9, 10}, 3, {6, 7, 8}}},
     3},
    {"3 of 5, two of the old", {{{1, 2, 3, 4, 5}, 3, {1, 2, 3}}, {{6, 7, 8, 9, 10}, 3, {1, 2, 6, 7, 8}}}, 1},
    {"3 of 5, two of the new", {{{1, 2, 3, 4, 5}, 3, {1, 2, 3}}, {{6, 7, 8, 9, 10}, 3, {1, 2, 3, 6, 7}}}, 1},
    {"more signatures than are needed",
     {{{1, 2, 3, 4, 5}, 3, {1, 2, 3, 4, 5}}, {{1, 2}, 1, {1, 2, 3, 4, 5, 9}}},
     2},
    {"threshold up",
     {{{1, 2, 3, 4, 5}, 1, {1}}, {{1, 2, 3, 4, 5}, 3, {1, 2, 3}}, {{1, 2, 3, 4, 5}, 3, {1, 2, 3}}},
     3},
    {"threshold up, not met", {{{1, 2, 3, 4, 5}, 1, {1}}, {{1, 2, 3, 4, 5}, 3, {1, 2}}}, 1},
    {"threshold down",
     {{{1, 2, 3, 4, 5}, 3, {1, 2, 3}}, {{1, 2, 3, 4, 5}, 1, {1, 2, 3}}, {{1, 2, 3, 4, 5}, 1, {5}}},
     3},
    {"threshold down, old not met", {{{1, 2, 3, 4, 5}, 3, {1, 2, 3}}, {{1, 2, 3, 4, 5}, 1, {1}}}, 1},
    {"unused keys sign too", {{{1}, 1, {1, 7}}, {{2}, 1, {7, 1, 2, 8}}}, 2},
};

TEST(TufRotation, OfTheRoot) {
  for (const Rotation& rotation : kRotations) {
    World world;
    Repository& repository = world.repository;
    repository.roots.clear();
    repository.root.version = Version(1);
    for (const Step& step : rotation.steps) {
      set_keys(repository, "root", step.listed, step.threshold, step.signing);
      repository.publish_root(!repository.roots.empty());
    }
    world.init();
    EXPECT_EQ(world.refresh().has_value(), rotation.good == rotation.steps.size()) << rotation.name;
    EXPECT_TRUE(world.store.trusted().starts_with("root " + std::to_string(rotation.good))) << rotation.name;
  }
}

TEST(TufRotation, OfTheOtherRoles) {
  struct Case {
    const char* what;
    Step step;
    bool good;
  };
  for (const Case& c :
       std::initializer_list<Case>{{"1 of 1", {{1}, 1, {1}}, true},
                                   {"1 of 1 by another", {{1}, 1, {2}}, false},
                                   {"3 of 5", {{1, 2, 3, 4, 5}, 3, {5, 3, 1}}, true},
                                   {"2 of 3 needed", {{1, 2, 3, 4, 5}, 3, {5, 3}}, false},
                                   {"2 and one of others", {{1, 2, 3, 4, 5}, 3, {5, 3, 9}}, false},
                                   {"3 and others", {{1, 2, 3, 4, 5}, 3, {7, 5, 3, 9, 1}}, true},
                                   {"no signature", {{1}, 1, {}}, false}}) {
    for (const char* name : {"timestamp", "snapshot", "targets"}) {
      World world;
      EXPECT_OK(world.refresh());
      Repository& repository = world.repository;
      set_keys(repository, name, c.step.listed, c.step.threshold, c.step.signing);
      repository.publish_root();
      repository.bump("targets");
      repository.publish();
      EXPECT_EQ(world.refresh().has_value(), c.good) << name << ": " << c.what;
    }
  }
}

// The stored file is signed by a key that has been replaced: it has to be fetched again, in its own version.
TEST(TufRotation, StoredFilesOfAnOldKeyAreFetchedAgain) {
  World world;
  EXPECT_OK(world.refresh());
  for (const char* name : {"snapshot", "targets"}) world.repository.rotate_key(name, signer(77));
  world.repository.publish_root();
  world.repository.take_requests();
  EXPECT_OK(world.refresh());
  EXPECT_EQ(world.repository.take_requests(),
            "2.root.json 3.root.json timestamp.json 1.snapshot.json 1.targets.json");
}

}  // namespace
}  // namespace tomme::tuf
