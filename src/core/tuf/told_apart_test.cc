// One role's file is never taken for another's: a mirror that has every file that was ever signed serves each
// in the place of each other.
#include <gtest/gtest.h>
#include <random>
#include <set>

#include "core/tuf/errors.h"
#include "core/tuf/patterns.h"
#include "core/tuf/repository_for_test.h"

namespace tomme::tuf {
namespace {

using testing::path;
using testing::Repository;
using testing::role;
using testing::signer;
using testing::World;

constexpr std::array kPaths = {"a/1", "a/2", "b/1", "b/2", "c/1"};
constexpr std::array kPatterns = {"a/*", "b/*", "?/1", "*/*", "c/1"};

/// What a search for each path gives: who lists it and with what, or why there is nothing.
struct Answer {
  std::string role;
  Bytes digest;
  friend bool operator==(const Answer&, const Answer&) = default;
};

class RandomRepository {
 public:
  RandomRepository(unsigned seed, bool says_roles) : random_(seed) {
    Repository& made = world_.repository;
    const bool bins = chance(3);
    names_ = {"targets"};
    for (unsigned i = 0; i < 2 + pick(3); ++i) names_.push_back("role-" + std::to_string(i));
    for (std::size_t i = 1; i < names_.size(); ++i) delegate(names_[pick(i)], names_[i]);
    if (bins) delegate_to_bins(names_.back());
    for (const std::string& name : names_) fill(name, says_roles);
    made.signers["targets"].push_back(signer(10));  // the key of others too
    made.root.keys.emplace(signer(10).id, signer(10).listed);
    made.role_keys("targets").keyids.push_back(signer(10).id);
    made.publish_root();
    made.publish();
  }

  std::map<std::string, Answer> answers() {
    std::map<std::string, Answer> out;
    for (const char* name : kPaths) {
      world_.store.files.clear();
      world_.init();
      const auto found = world_.find(name);
      if (!found) {
        out[name] = {"refused", {}};
      } else if (*found) {
        const auto digest = (*found)->file.hashes.known.front().view();
        out[name] = {(*found)->role.text(), Bytes(digest.begin(), digest.end())};
      } else {
        out[name] = {"nobody", {}};
      }
    }
    return out;
  }

  /// How often a client takes something for a path that it would not take of the honest repository.
  unsigned taken_for_another() {
    const auto honest = answers();
    unsigned taken = 0;
    Repository& made = world_.repository;
    for (const std::string& place : names_) {
      for (const std::string& other : names_) {
        if (other == place) continue;
        const Version version = made.roles.at(place).version;
        // The other's own file, and one that it had when it was at this version.
        Targets then = made.roles.at(other);
        for (const Version had : {then.version, version}) {
          then.version = had;
          made.served[metadata_path(role(place), version)] = made.file_of(other, then);
          const auto answered = answers();
          for (const auto& [name, answer] : answered) {
            if (answer.role != "refused" && answer != honest.at(name)) ++taken;
          }
        }
        made.served.clear();
      }
    }
    return taken;
  }

 private:
  unsigned pick(std::size_t below) {
    return std::uniform_int_distribution<unsigned>(0, static_cast<unsigned>(below) - 1)(random_);
  }
  bool chance(unsigned of) { return pick(of) == 0; }

  void delegate(const std::string& from, const std::string& name) {
    std::vector<std::string> patterns;
    for (unsigned i = 0; i < 1 + pick(2); ++i) patterns.emplace_back(kPatterns[pick(kPatterns.size())]);
    world_.repository.delegate(from, name, patterns, chance(4), 10 + pick(2));
  }

  void delegate_to_bins(const std::string& from) {
    Repository& made = world_.repository;
    const unsigned key = 10 + pick(2);
    SuccinctRoles bins;
    bins.bit_length = 2;
    bins.name_prefix = "bin";
    bins.keys.keyids = {signer(key).id};
    Delegations& delegations = made.delegations_of(from);
    delegations.keys.emplace(signer(key).id, signer(key).listed);
    delegations.roles = bins;
    for (std::uint64_t bin = 0; bin < bins.bins(); ++bin) {
      const std::string name = bins.bin(bin).text();
      made.add_role(name, key);
      names_.push_back(name);
    }
    for (const char* name : kPaths) {
      if (!chance(3)) made.add_target(bins.bin_for(path(name)).text(), name, "bins: " + std::string(name));
    }
  }

  void fill(const std::string& name, bool says_roles) {
    Repository& made = world_.repository;
    Targets& targets = made.roles.at(name);
    targets.version = Version(1 + pick(2));
    if (says_roles) targets.role = role(name);
    if (name.starts_with("bin-")) return;
    for (const char* target : kPaths) {
      if (chance(3)) made.add_target(name, target, name + ": " + target);
    }
  }

  std::mt19937 random_;
  World world_;
  std::vector<std::string> names_;
};

TEST(RolesToldApart, NoFileIsTakenForThatOfAnotherRole) {
  for (unsigned seed = 0; seed < 15; ++seed) {
    EXPECT_EQ(RandomRepository(seed, true).taken_for_another(), 0U) << "seed " << seed;
  }
}

// What the roles are for: repositories that do not say them are open to it, here as for other clients.
TEST(RolesToldApart, WithoutTheirRolesFilesAreTakenForOthers) {
  unsigned taken = 0;
  for (unsigned seed = 0; seed < 5; ++seed) taken += RandomRepository(seed, false).taken_for_another();
  EXPECT_GT(taken, 0U);
}

TEST(RolesToldApart, TheRoleIsComparedWhereItStands) {
  World world;
  Repository& repository = world.repository;
  repository.delegate("targets", "team", {"team/*"});
  repository.add_target("team", "team/a");
  repository.publish();
  EXPECT_EQ(world.role_of("team/a"), "team");
  repository.roles["team"].role = role("team");
  EXPECT_EQ(world.role_of("team/a"), "team") << "the stored one is as good as a new one";
  repository.bump("team");
  repository.publish();
  EXPECT_EQ(world.role_of("team/a"), "team");
  repository.roles["team"].role = role("Team");
  repository.bump("team");
  repository.publish();
  EXPECT_EQ(world.role_of("team/a"), kTufRole.name);
  repository.roles["targets"].role = role("team");
  repository.bump("targets");
  repository.publish();
  EXPECT_EQ(world.role_of("team/a"), kTufRole.name);
}

TEST(RolesToldApart, PatternsThatCanCoverTheSamePath) {
  for (const auto& [a, b] :
       {std::pair("a/*", "a/*"), std::pair("*", "x"), std::pair("*", "*"), std::pair("a*c", "*b*"),
        std::pair("a?", "?b"), std::pair("*/b", "a/*"), std::pair("x*y*z", "xyz"), std::pair("**", "?"),
        std::pair("", ""), std::pair("*", ""), std::pair("\xc3\xa9?", "?\xc3\xa9")}) {
    EXPECT_TRUE(patterns_overlap(a, b)) << a << " " << b;
    EXPECT_TRUE(patterns_overlap(b, a)) << a << " " << b;
  }
  for (const auto& [a, b] : {std::pair("a/*", "b/*"), std::pair("*", "*/*"), std::pair("a", "b"),
                             std::pair("a*", "b*"), std::pair("*a", "*b"), std::pair("?", ""),
                             std::pair("?", "ab"), std::pair("a/b", "a/b/c"), std::pair("x*y", "x?z")}) {
    EXPECT_FALSE(patterns_overlap(a, b)) << a << " " << b;
    EXPECT_FALSE(patterns_overlap(b, a)) << a << " " << b;
  }
  // Whatever a path of a small alphabet can be: the same as asking both patterns of each.
  std::mt19937 random(1);
  const auto word = [&](std::string_view letters, std::size_t longest) {
    std::string out;
    for (std::size_t n = random() % (longest + 1); n > 0; --n)
      out.push_back(letters[random() % letters.size()]);
    return out;
  };
  std::set<std::string> paths;
  for (int i = 0; i < 3000; ++i) paths.insert(word("ab/", 6));
  for (int i = 0; i < 2000; ++i) {
    const std::string a = word("ab*?/", 4), b = word("ab*?/", 4);
    const bool any = std::ranges::any_of(
        paths, [&](const std::string& p) { return path_matches(a, p) && path_matches(b, p); });
    if (any || a.size() + b.size() <= 6) {
      EXPECT_EQ(patterns_overlap(a, b), any) << a << " " << b;
    }
  }
  DelegatedRole one{role("one"), {}, false, DelegatedRole::HashPrefixes{{"0", "a1"}}, {}}, other = one;
  other.covers = DelegatedRole::HashPrefixes{{"a1f", "b"}};
  EXPECT_TRUE(one.may_cover_the_same(other));
  other.covers = DelegatedRole::HashPrefixes{{"a2", "b"}};
  EXPECT_FALSE(one.may_cover_the_same(other));
  other.covers = DelegatedRole::Paths{{"a/*"}};
  EXPECT_TRUE(one.may_cover_the_same(other));
}

TEST(Patterns, WhatOtherClientsTakeForMoreMayCoverAnything) {
  for (const char* same : {"*", "a/b?/*.whl", "@scope/*", "libstdc++/c#", "a (1)/b!", "**/a"})
    EXPECT_TRUE(means_the_same_everywhere(same)) << same;
  DelegatedRole plain{role("one"), {}, false, DelegatedRole::Paths{{"packages/*"}}, {}}, other = plain;
  for (const char* more : {"[p]ackages/a", "packages/[a-z]", "{packages,x}/*", "+(packages)/a", "@(a)",
                           "!zzz/*", "a/!b", "#a", "packages\\/a", "?(a)", "*(a)", "!(a)", "]"}) {
    EXPECT_FALSE(means_the_same_everywhere(more)) << more;
    other.covers = DelegatedRole::Paths{{more}};
    EXPECT_TRUE(plain.may_cover_the_same(other)) << more;
    EXPECT_TRUE(other.may_cover_the_same(plain)) << more;
  }
  other.covers = DelegatedRole::Paths{{"@other/*"}};
  EXPECT_FALSE(plain.may_cover_the_same(other));
}

}  // namespace
}  // namespace tomme::tuf
