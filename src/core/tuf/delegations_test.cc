// The search for a target through delegated roles.
#include "core/tuf/delegations.h"

#include <gtest/gtest.h>

#include "core/encoding/percent.h"
#include "core/tuf/errors.h"
#include "core/tuf/repository_for_test.h"

namespace tomme::tuf {
namespace {

using testing::kDay;
using testing::kNow;
using testing::path;
using testing::Repository;
using testing::role;
using testing::signer;
using testing::World;

struct Arrow {
  const char* from;
  const char* to;
  std::vector<std::string> patterns = {"*"};
  bool terminating = false;
};

/// Adds the arrows, in their order, and publishes.
void draw(World& world, const std::vector<Arrow>& arrows) {
  for (const Arrow& arrow : arrows) {
    world.repository.delegate(arrow.from, arrow.to, arrow.patterns, arrow.terminating);
  }
  world.repository.bump("targets");
  world.repository.publish();
  EXPECT_OK(world.refresh());
  world.repository.take_requests();
}

/// The delegated roles that were fetched, in order: "A B".
std::string visited(World& world) {
  std::string out;
  for (const std::string& asked : std::exchange(world.repository.requests, {})) {
    if (asked.ends_with("root.json") || asked == "timestamp.json") continue;
    std::string name = asked.substr(asked.find('.') + 1);
    out += (out.empty() ? "" : " ") + name.substr(0, name.find(".json"));
  }
  return out;
}

TEST(TufDelegations, GraphTraversal) {
  struct Case {
    const char* what;
    std::vector<Arrow> arrows;
    const char* order;
  };
  const std::vector<std::string> other = {"other"};
  for (const Case& c : std::initializer_list<Case>{
           {"none", {}, ""},
           {"one", {{"targets", "A"}}, "A"},
           {"two levels", {{"targets", "A"}, {"targets", "B"}, {"B", "C"}}, "A B C"},
           {"depth first",
            {{"targets", "A"}, {"targets", "B"}, {"A", "C"}, {"C", "D"}, {"A", "E"}},
            "A C D E B"},
           {"order of appearance", {{"targets", "B"}, {"targets", "A"}, {"targets", "0"}}, "B A 0"},
           {"deep and terminating",
            {{"targets", "A"}, {"targets", "B"}, {"B", "C", {"*"}, true}, {"C", "D"}, {"targets", "E"}},
            "A B C D"},
           {"siblings of a terminating role",
            {{"targets", "A"}, {"targets", "B", {"*"}, true}, {"targets", "C"}},
            "A B"},
           {"a terminating role has children",
            {{"targets", "A", {"*"}, true}, {"targets", "B"}, {"A", "C"}, {"A", "D"}},
            "A C D"},
           {"terminating, but not for this path", {{"targets", "A", other, true}, {"targets", "B"}}, "B"},
           {"terminating below ends siblings above",
            {{"targets", "A"}, {"A", "B", {"*"}, true}, {"A", "C"}, {"targets", "D"}},
            "A B"},
           {"a cycle", {{"targets", "A"}, {"targets", "B"}, {"B", "C"}, {"C", "B"}, {"C", "A"}}, "A B C"},
           {"to itself", {{"targets", "A"}, {"A", "A"}}, "A"},
           {"each role once", {{"targets", "A"}, {"targets", "B"}, {"A", "C"}, {"B", "C"}}, "A C B"},
           {"paths that do not match",
            {{"targets", "A", other}, {"targets", "B"}, {"B", "C", other}},
            "B"}}) {
    World world;
    draw(world, c.arrows);
    EXPECT_EQ(world.role_of("missing"), "-") << c.what;
    EXPECT_EQ(visited(world), c.order) << c.what;
    EXPECT_EQ(world.role_of("missing"), "-") << c.what;
    EXPECT_EQ(visited(world), "") << c.what << ": stored roles were fetched again";
  }
}

TEST(TufDelegations, TargetFileSearch) {
  for (const auto& [target, lister, fetched] :
       std::initializer_list<std::array<const char*, 3>>{{"targetfile", "targets", ""},
                                                         {"d1/f1", "A", "A"},
                                                         {"d1/F1", "-", "A"},
                                                         {"D1/f1", "-", ""},
                                                         {"f2", "-", ""},
                                                         {"d1/x/f2", "-", ""},
                                                         {"d2/f3", "B", "B"},
                                                         {"d2/d/f4", "C", "B C"},
                                                         {"d2/d/f5", "-", "B C"},
                                                         {"d2/e/f6", "-", "B"}}) {
    World world;
    for (const auto& [name, file] :
         {std::pair{"targets", "targetfile"}, std::pair{"A", "d1/f1"}, std::pair{"A", "f2"},
          std::pair{"B", "d2/f3"}, std::pair{"C", "d2/d/f4"}, std::pair{"C", "d2/e/f6"}}) {
      world.repository.add_target(name, file);
    }
    draw(world, {{"targets", "A", {"d1/*"}}, {"targets", "B", {"d2/*", "d2/*/*"}}, {"B", "C", {"d2/d/*"}}});
    EXPECT_EQ(world.role_of(target), lister) << target;
    EXPECT_EQ(visited(world), fetched) << target;
  }
}

TEST(TufDelegations, TheFirstRoleThatListsAPathWins) {
  World world;
  world.repository.add_target("A", "x", "first");
  world.repository.add_target("B", "x", "second");
  draw(world, {{"targets", "A"}, {"targets", "B"}});
  const auto found = world.find("x");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->role.text(), "A");
  EXPECT_OK(check_target((*found)->file, bytes_of("first")));
  EXPECT_REFUSED(kTufHash, check_target((*found)->file, bytes_of("second")));
}

TEST(TufDelegations, UnusualRoleNames) {
  for (const char* name : {"?", "#", "/delegatedrole", "../delegatedrole", "a b", "%2F", "\xc3\xa9"}) {
    World world;
    draw(world, {{"targets", name}});
    EXPECT_EQ(world.role_of("missing"), "-");
    const std::string asked = world.repository.requests.back();
    EXPECT_EQ(asked, "1." + percent_encode(name) + ".json");
    EXPECT_EQ(world.store.files.size(), 5U);
  }
}

TEST(TufDelegations, RoleThatIsNotInTheSnapshotIsNotAskedFor) {
  World world;
  draw(world, {{"targets", "A"}, {"targets", "B"}});
  world.repository.add_target("B", "x");
  world.repository.snapshot.meta.erase("A.json");
  world.store.files.erase("snapshot");
  EXPECT_EQ(world.role_of("x"), "tuf/not-in-snapshot");
  EXPECT_EQ(visited(world), "snapshot");
}

TEST(TufDelegations, TroubleWithOneRoleEndsTheSearch) {
  for (const auto& [trouble, code] :
       std::initializer_list<std::pair<const char*, const char*>>{{"missing", "tuf/unavailable"},
                                                                  {"unsigned", "tuf/threshold"},
                                                                  {"expired", "tuf/expired"},
                                                                  {"other hash", "tuf/hash"},
                                                                  {"other version", "tuf/version"},
                                                                  {"other type", "tuf/type"}}) {
    World world;
    Repository& repository = world.repository;
    const std::string what = trouble;
    repository.lists_hashes = what == "other hash";
    repository.add_target("B", "x");
    repository.add_role("A");
    if (what == "expired") repository.roles["A"].expires = kNow;
    draw(world, {{"targets", "A"}, {"targets", "B"}});
    if (what == "expired") {
      repository.roles["A"].expires = kNow;
      repository.publish();
    }
    if (what == "missing") repository.withheld["1.A.json"];
    if (what == "unsigned") repository.tamper["A"] = testing::unsigned_file;
    if (what == "other hash") repository.roles["A"].expires += kDay;
    if (what == "other version") {
      repository.bump("A");
      repository.served["1.A.json"] = repository.file_of("A", repository.roles["A"]);
    }
    if (what == "other type") {
      repository.signers["snapshot"] = {signer(10)};
      repository.served["1.A.json"] = repository.file_of("snapshot", repository.snapshot);
    }
    EXPECT_EQ(world.role_of("x"), code) << trouble;
    EXPECT_FALSE(world.store.files.contains("A")) << trouble;
    EXPECT_FALSE(world.store.files.contains("B")) << trouble;
  }
}

// team-a and team-b both delegate to one role, with different keys; the file is signed by one of them.
TEST(TufDelegations, CachedRoleIsVerifiedAgainstCurrentDelegator) {
  World world;
  Repository& repository = world.repository;
  repository.delegate("targets", "team-a", {"a/*"});
  repository.delegate("targets", "team-b", {"b/*"});
  repository.delegate("team-b", "shared", {"*/*"}, false, 21);
  repository.delegate("team-a", "shared", {"*/*"}, false, 20);  // which signs
  repository.add_target("shared", "a/x");
  repository.add_target("shared", "b/x");
  repository.bump("targets");
  repository.publish();
  Updater updater = Updater::open(world.store, repository, world.options).value();
  const auto by_a = updater.find_target(path("a/x"));
  ASSERT_TRUE(by_a && *by_a);
  EXPECT_REFUSED(kTufThreshold, updater.find_target(path("b/x")));
  EXPECT_TRUE(updater.find_target(path("a/x")).value());
  EXPECT_EQ(world.role_of("b/x"), "tuf/threshold");  // and so in a new process
}

TEST(TufDelegations, TheSameKeyIdMayNameDifferentKeys) {
  World world;
  Repository& repository = world.repository;
  repository.add_target("A", "x");
  repository.delegate("targets", "A", {"*"}, false, 30);
  Delegations& delegations = repository.delegations_of("targets");
  const KeyId id = repository.role_keys("root").keyids[0];  // the root's, for another key
  delegations.keys.clear();
  delegations.keys.emplace(id, signer(30).listed);
  std::get<std::vector<DelegatedRole>>(delegations.roles)[0].keys.keyids = {id};
  testing::Signer renamed = signer(30);
  renamed.id = id;
  repository.signers["A"] = {renamed};
  repository.bump("targets");
  repository.publish();
  EXPECT_EQ(world.role_of("x"), "A");
}

TEST(TufDelegations, HashPrefixes) {
  World world;
  Repository& repository = world.repository;
  for (const char* name : {"A", "B"}) {
    repository.add_target(name, "x/y/z");
    repository.delegate("targets", name, {});
  }
  auto& roles = std::get<std::vector<DelegatedRole>>(repository.delegations_of("targets").roles);
  const std::string hex = path("x/y/z").sha256_hex();
  const auto lists = [&](std::vector<std::string> a, std::vector<std::string> b) {
    roles[0].covers = DelegatedRole::HashPrefixes{std::move(a)};
    roles[1].covers = DelegatedRole::HashPrefixes{std::move(b)};
    repository.bump("targets");
    repository.publish();
    return world.role_of("x/y/z");
  };
  const std::string wrong = hex.substr(0, 7) + (hex[7] == '0' ? "1" : "0");
  EXPECT_EQ(lists({wrong, hex.substr(1, 8)}, {wrong, hex.substr(0, 2)}), "B");
  EXPECT_EQ(lists({hex}, {hex}), "A");
  EXPECT_EQ(lists({wrong}, {}), "-");
}

TEST(TufDelegations, SuccinctRoles) {
  World world;
  Repository& repository = world.repository;
  SuccinctRoles bins{.keys = {.keyids = {signer(10).id}}, .bit_length = 4, .name_prefix = "bin"};
  Delegations& delegations = repository.delegations_of("targets");
  delegations.keys.emplace(signer(10).id, signer(10).listed);
  delegations.roles = bins;
  for (std::uint64_t i = 0; i < bins.bins(); ++i) repository.add_role(bins.bin(i).text());
  for (int i = 0; i < 40; ++i) {
    const std::string target = "file-" + std::to_string(i);
    repository.add_target(bins.bin_for(path(target)).text(), target);
  }
  repository.add_target(bins.bin((bins.bin_number_for(path("stray")) + 1) % 16).text(), "stray");
  repository.bump("targets");
  repository.publish();
  for (int i = 0; i < 40; ++i) {
    const std::string target = "file-" + std::to_string(i);
    EXPECT_EQ(world.role_of(target), bins.bin_for(path(target)).text());
  }
  EXPECT_EQ(world.role_of("stray"), "-");
  repository.snapshot.meta.erase(bins.bin_for(path("x")).text() + ".json");
  world.store.files.erase("snapshot");
  EXPECT_EQ(world.role_of("x"), "tuf/not-in-snapshot");
}

TEST(TufDelegations, LimitOfOneSearch) {
  for (int delegated : {32, 33}) {
    World world;
    std::vector<std::string> names = {"targets"};
    for (int i = 0; i < delegated; ++i) names.push_back("r" + std::to_string(i));
    for (int i = 0; i < delegated; ++i) {
      world.repository.delegate(names[static_cast<std::size_t>(i)], names[static_cast<std::size_t>(i) + 1],
                                {"*"});
    }
    world.repository.add_target(names.back(), "x");
    world.repository.bump("targets");
    world.repository.publish();
    EXPECT_EQ(world.role_of("x"), delegated == 32 ? "r31" : "tuf/delegations");
  }
  World wide;
  wide.options.limits.delegations = 2;
  draw(wide, {{"targets", "A"}, {"targets", "B"}, {"targets", "C"}});
  EXPECT_EQ(wide.role_of("missing"), "tuf/delegations");
  wide.options.limits.delegations = 3;
  EXPECT_EQ(wide.role_of("missing"), "-");
}

TEST(TufTargets, RequestPaths) {
  World world;
  world.repository.roles["targets"].targets.set(
      "a/f", testing::target_file("x", {HashAlgorithm::sha256, HashAlgorithm::sha512}));
  world.repository.roles["targets"].targets.set("b", testing::target_file("x", {HashAlgorithm::sha512}));
  world.repository.add_target("targets", "c/../d");
  world.repository.bump("targets");
  world.repository.publish();
  const std::string hex = sha256(bytes_of("x")).to_hex();
  EXPECT_EQ(world.find("a/f").value()->request_path, "a/" + hex + ".f");
  EXPECT_EQ(world.find("b").value()->request_path,
            digest(HashAlgorithm::sha512, bytes_of("x")).to_hex() + ".b");
  EXPECT_EQ(world.find("c/../d").value()->request_path, "");
  world.options.prefix_targets_with_hash = false;
  EXPECT_EQ(world.find("a/f").value()->request_path, "a/f");
}

TEST(TufTargets, UnknownHashAlgorithms) {
  World world;
  TargetFile file = testing::target_file("x");
  file.hashes.unknown.emplace_back("blake2b-256", "00");
  world.repository.roles["targets"].targets.set("mixed", file);
  file.hashes.known.clear();
  world.repository.roles["targets"].targets.set("unknown", file);
  world.repository.bump("targets");
  world.repository.publish();
  EXPECT_OK(world.refresh());
  EXPECT_OK(check_target(world.find("mixed").value()->file, bytes_of("x")));
  EXPECT_EQ(world.role_of("unknown"), "tuf/hash-unknown");
  EXPECT_REFUSED(kTufHashUnknown, check_target(file, bytes_of("x")));
}

TEST(TufTargets, BytesAreChecked) {
  const TargetFile both = testing::target_file("content", {HashAlgorithm::sha256, HashAlgorithm::sha512});
  EXPECT_OK(check_target(both, bytes_of("content")));
  for (const char* wrong : {"", "conten", "contents", "Content"}) {
    EXPECT_REFUSED(kTufHash, check_target(both, bytes_of(wrong)));
  }
  TargetFile half = both;
  half.hashes.known[1] = digest(HashAlgorithm::sha512, bytes_of("other"));
  EXPECT_REFUSED(kTufHash, check_target(half, bytes_of("content")));
  EXPECT_OK(check_target(testing::target_file(""), {}));

  TargetCheck check = TargetCheck::make(both).value();
  EXPECT_OK(check.update(bytes_of("con")));
  EXPECT_OK(check.update(bytes_of("tent")));
  EXPECT_REFUSED(kTufHash, check.update(bytes_of("!")));  // endless data ends here, before it is hashed
  EXPECT_REFUSED(kTufHash, check.update({}));
  EXPECT_REFUSED(kTufHash, check.finish());
}

}  // namespace
}  // namespace tomme::tuf
