// What is accepted can be read and published again, whoever staged what.
#include "app/repository/acceptance.h"

#include <gmock/gmock.h>
#include <random>

#include "app/repository/ceremony.h"
#include "app/repository/errors.h"
#include "app/repository/repository_for_test.h"

namespace tomme::repository {
namespace {

using namespace testing;
using ::testing::HasSubstr;

class AcceptanceTest : public RepositoryTest {
 protected:
  using Named = std::vector<tuf::DelegatedRole>;
  struct Below {
    std::string name;
    Role keys;
    std::vector<std::string> patterns = {"*"};
  };

  static tuf::Targets file(const std::string& role, std::uint64_t version,
                           const std::vector<Below>& below = {}) {
    tuf::Targets out;
    out.role = *tuf::RoleName::parse(role);
    out.version = tuf::Version(version);
    out.expires = kNow + std::chrono::days(300);
    if (below.empty()) return out;
    out.delegations.emplace();
    Named named;
    for (const Below& one : below) {
      tuf::RoleKeys keys = testing::role_keys(one.keys, out.delegations->keys);
      named.push_back({*tuf::RoleName::parse(one.name),
                       std::move(keys),
                       false,
                       tuf::DelegatedRole::Paths{one.patterns},
                       {}});
    }
    out.delegations->roles = std::move(named);
    return out;
  }
  void put(const tuf::Targets& role, const std::vector<const PrivateKey*>& keys) {
    put_staged(role.role->text(), signed_file(role, keys));
  }
  tuf::Targets bins(std::uint64_t version) const {
    tuf::Targets out = targets(version);
    out.role = *tuf::RoleName::parse("bins");
    return out;
  }
  static Below bins_below() {
    Below out{"bins", {{ed25519(6)}}, {"*"}};
    while (out.patterns.size() < Change::kMostSegments) out.patterns.push_back(out.patterns.back() + "/*");
    return out;
  }
  /// targets delegates to team and to bins.
  void begin() {
    put_staged("root", root(), root_role_.keys);
    put(file("targets", 1, {team(), bins_below()}), {ed25519(3)});
    put(file("team", 1), {ed25519(5)});
    put(bins(1), {ed25519(6)});
    const auto done = publish();
    ASSERT_TRUE(done) << done.error().message();
    ASSERT_TRUE(done->left.empty()) << done->left[0].message();
  }
  static Below team() { return {"team", {{ed25519(5)}}, {"team/*"}}; }
  /// Published without anything left.
  void expect_all() {
    const auto done = publish();
    ASSERT_TRUE(done) << done.error().message();
    for (const Error& error : done->left) ADD_FAILURE() << error.message();
    ASSERT_TRUE(load_published(*files_));
  }
  /// The words about the one file that is left.
  std::string left() {
    const auto done = publish();
    EXPECT_TRUE(done);
    EXPECT_EQ(done->left.size(), 1U);
    EXPECT_TRUE(load_published(*files_));
    return done && !done->left.empty() ? done->left[0].message() : "";
  }
  std::uint64_t version_of(const std::string& role) {
    return load_published(*files_)->snapshot.version_of(snapshot_entry(role)).value_or(0);
  }
};

TEST_F(AcceptanceTest, OwnersRotateTheKeysOfARoleThatAnotherDelegatesToAsWell) {
  begin();
  put(file("targets", 2, {team(), {"x", {{ed25519(7)}}}, bins_below()}), {ed25519(3)});
  put(file("x", 1), {ed25519(7)});
  put(file("team", 2, {{"x", {{ed25519(7)}}}}), {ed25519(5)});
  expect_all();
  put(file("targets", 3, {team(), {"x", {{ed25519(8)}}}, bins_below()}), {ed25519(3)});
  put(file("x", 2), {ed25519(8)});
  const auto done = publish();
  ASSERT_TRUE(done && done->left.empty());
  ASSERT_EQ(done->notes.size(), 1U);
  EXPECT_THAT(done->notes[0], HasSubstr("team version 2 delegates to x by other keys than targets does"));
  // It would be team's now, whose key did not sign it: nobody could read the repository any more.
  put(file("targets", 4, {team(), bins_below()}), {ed25519(3)});
  EXPECT_THAT(left(), HasSubstr("only team would delegate to x then, by keys that did not sign x"));
  EXPECT_EQ(version_of("targets"), 3U);
  // As the hint says.
  put(file("targets", 4, {bins_below()}), {ed25519(3)});
  expect_all();
}

TEST_F(AcceptanceTest, AHolderTakesNoNameFromAnotherHolder) {
  begin();
  put(file("targets", 2, {{"alpha", {{ed25519(7)}}}, team(), bins_below()}), {ed25519(3)});
  put(file("alpha", 1), {ed25519(7)});
  put(file("team", 2, {{"sub", {{ed25519(8)}}}}), {ed25519(5)});
  put(file("sub", 1), {ed25519(8)});
  expect_all();
  // alpha is asked first, and would be the one whose word counts.
  put(file("alpha", 2, {{"sub", {{ed25519(7)}}}}), {ed25519(7)});
  put(file("sub", 2), {ed25519(7)});
  const auto done = publish();
  ASSERT_TRUE(done);
  ASSERT_EQ(done->left.size(), 2U);
  EXPECT_THAT(done->left[0].message(), HasSubstr("team delegates to sub already"));
  put(file("sub", 2), {ed25519(8)});
  EXPECT_EQ(publish()->roles, std::vector<std::string>{"sub"}) << "whatever alpha has staged";
}

TEST_F(AcceptanceTest, ADelegationWaitsForTheRole) {
  begin();
  put(file("targets", 2, {{"dev", {{ed25519(7)}}}, team(), bins_below()}), {ed25519(3)});
  EXPECT_THAT(left(), HasSubstr("it delegates to dev, of which nothing is published or signed yet"));
  put(file("dev", 1), {ed25519(8)});
  EXPECT_EQ(publish()->left.size(), 2U);
  put(file("dev", 1), {ed25519(7)});
  expect_all();
  put(file("targets", 3, {{"ä/../x y", {{ed25519(7)}}}, bins_below()}), {ed25519(3)});
  EXPECT_THAT(left(), HasSubstr("of which there can be no file"));
}

TEST_F(AcceptanceTest, WhatThePublisherCannotSignIsLeftAndTheRestGoesOn) {
  begin();
  add({set("a")});
  tuf::Targets given = bins(2);
  given.delegations->keys.clear();
  std::get<tuf::SuccinctRoles>(given.delegations->roles).keys =
      role_keys({{p256(9)}}, given.delegations->keys);
  put(given, {ed25519(6)});
  auto done = publish();
  ASSERT_TRUE(done);
  ASSERT_EQ(done->left.size(), 1U);
  EXPECT_TRUE(done->left[0].is(kRepositoryKey));
  EXPECT_EQ(done->changes, 1U);
  const Role before = std::exchange(online_role_, {{p256(9)}, 1});
  put_staged("root", root(2), root_role_.keys);
  online_role_ = before;
  done = publish(kNow + std::chrono::hours(13));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->left.size(), 2U);
  EXPECT_TRUE(done->published) << "the timestamp is renewed";
}

TEST_F(AcceptanceTest, AQueueWithoutBinsWaits) {
  begin();
  put(file("bins", 2), {ed25519(6)});
  add({set("a")});
  const auto done = publish();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->roles, std::vector<std::string>{"bins"});
  ASSERT_EQ(done->left.size(), 1U);
  EXPECT_TRUE(done->left[0].is(kRepositoryNone));
  EXPECT_EQ(*Queue(*database_).size(), 1U);
  put(bins(3), {ed25519(6)});
  expect_all();
  EXPECT_EQ(*Queue(*database_).size(), 0U);
}

TEST_F(AcceptanceTest, BinsAreTheOwnersToGive) {
  begin();
  put(file("bins", 2), {ed25519(6)});
  expect_all();
  tuf::Targets own = targets(2);
  own.role = *tuf::RoleName::parse("team");
  put(own, {ed25519(5)});
  EXPECT_THAT(left(), HasSubstr("targets does not give it every path"));
}

TEST_F(AcceptanceTest, WhatNoKeyCoversIsNotPublished) {
  begin();
  std::string text = signed_file(file("team", 2), {ed25519(5), ed25519(8)});
  text.insert(text.find("\"signatures\":[") + 14, R"({"keyid":"abc","sig":"zz"},)");
  text.insert(1, R"("more":1,)");
  put_staged("team", text);
  expect_all();
  EXPECT_EQ(text_of(*load_metadata(*files_, "team", 2, 10'000)), signed_file(file("team", 2), {ed25519(5)}));
}

TEST_F(AcceptanceTest, OneHolderDoesNotFillTheSnapshot) {
  begin();
  const std::string longest(122, 'x');
  const auto name = [&](unsigned number) { return longest + std::to_string(number); };
  Published published = *load_published(*files_);
  // What was below the holder once stays listed: there is room for some hundred roles of such names.
  for (unsigned at = 0; at < 6'900; ++at) published.snapshot.set(name(10'000 + at) + ".json", 1);
  const auto accept = [&](unsigned count) {
    std::vector<Below> below;
    std::vector<StagedFile> staged;
    for (unsigned at = 0; at < count; ++at) {
      below.push_back({name(20'000 + at), {{ed25519(5)}}});
      staged.push_back({below.back().name, signed_file(file(below.back().name, 11 + at), {ed25519(5)})});
    }
    staged.push_back({"team", signed_file(file("team", 2, below), {ed25519(5)})});
    return *accept_staged(published, std::move(staged), kNow);
  };
  const Acceptance fits = accept(40);
  for (const Readiness& each : fits.all)
    EXPECT_TRUE(each.ready) << each.file.role << ": " << each.ready.error().message();
  const Acceptance acceptance = accept(160);
  EXPECT_TRUE(acceptance.accepted.empty());
  EXPECT_TRUE(std::ranges::any_of(acceptance.all, [](const Readiness& file) {
    return !file.ready && file.ready.error().is(kRepositoryTooLarge);
  }));
}

TEST_F(AcceptanceTest, AChangeThatIsNotSignedIsInNobodysWay) {
  begin();
  // targets would give a key of bins to another role, and has not been signed.
  put(file("targets", 2, {team(), {"dev2", {{ed25519(6)}}}, bins_below()}), {});
  const tuf::Targets draft = *draft_targets(*files_, "bins", {}, kNow);
  ASSERT_TRUE(stage(*files_, "bins", draft));
  const Published published = *load_published(*files_);
  const std::vector<StagedFile> staged = *load_staged(*files_);
  for (const StagedFile& one : staged) EXPECT_TRUE(expect_next_version(one.role, one.text, published));
  const SigningKeys holder = {std::make_shared<MemorySigningKey>(*ed25519(6))};
  ASSERT_TRUE(sign_shown(*files_, published.offline, staged, holder));
  const auto done = publish();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->roles, std::vector<std::string>{"bins"});
  EXPECT_EQ(done->left.size(), 1U);
}

TEST_F(AcceptanceTest, ASignatureUnderAnothersIdTakesNoPlace) {
  const auto id_of = [](unsigned key) { return tuf::Key::of(ed25519(key)->public_key()).id(); };
  put_staged("root", root(), root_role_.keys);
  put(file("targets", 1, {team(), {"x", {{ed25519(7), ed25519(8)}, 2}}, bins_below()}), {ed25519(3)});
  put(file("team", 1), {ed25519(5)});
  put(file("x", 1), {ed25519(7), ed25519(8)});
  put(bins(1), {ed25519(6)});
  expect_all();
  // team, which need not be signed, lists the one key under the id of the other; another file is no file.
  tuf::Targets trap = file("team", 2, {{"x", {{ed25519(8)}}}});
  trap.delegations->keys.clear();
  trap.delegations->keys.emplace(id_of(8), tuf::Key::of(ed25519(7)->public_key()));
  put(trap, {});
  put_staged("dev", "{");
  put(file("x", 2), {});
  for (const unsigned key : {7U, 8U}) {
    const SigningKeys holder = {std::make_shared<MemorySigningKey>(*ed25519(key))};
    const OfflineRoles published = load_published(*files_)->offline;
    const SignerTables tables = tables_for("x", published, *load_staged(*files_));
    const Bytes there = **files_->get(staged_key("x"), 10'000);
    // Also where somebody wrote the one signature under the other's id.
    std::string copy = *add_signature(text_of(there), *holder[0], tables);
    EXPECT_EQ(merge_signatures(text_of(there), copy, tables)->added, 1U) << key;
    tuf::Envelope envelope = *tuf::Envelope::parse(bytes_of(copy));
    ASSERT_EQ(envelope.signatures.size(), key == 7 ? 1U : 2U);
    if (key == 7) {
      envelope.signatures.push_back({id_of(8), envelope.signatures[0].hex, {}});
      copy = tuf::write_envelope(envelope.canonical, envelope.signatures);
    }
    put_staged("x", copy);
  }
  ASSERT_TRUE(unstage(*files_, "dev"));
  const auto done = publish();
  ASSERT_TRUE(done);
  EXPECT_EQ(done->roles, std::vector<std::string>{"x"});
}

TEST_F(AcceptanceTest, AFailedPublicationThatWroteNothingUsesUpNoVersion) {
  begin();
  const SigningKeys others = {std::make_shared<MemorySigningKey>(*p256(9))};
  for (unsigned time = 0; time < 3; ++time) ASSERT_FALSE(publish(kNow, &others));
  add({set("a")});
  EXPECT_EQ(publish()->snapshot_version, 2U);
}

/// Random files of a few roles, by the keys that their writers believe in.
class RandomAcceptanceTest : public AcceptanceTest {
 protected:
  std::mt19937 random_{11};
  std::map<std::string, unsigned> key_{{"ra", 5}, {"rb", 7}, {"rc", 8}};
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
  const PrivateKey* key_of(const std::string& role) { return ed25519(key_.at(role)); }

  std::vector<Below> some_below(const std::string& role) {
    std::vector<Below> out;
    for (const auto& [name, key] : key_) {
      if (name != role && pick(2) == 0) out.push_back({name, {{ed25519(pick(8) == 0 ? 9 : key)}}});
    }
    std::ranges::shuffle(out, random_);
    return out;
  }
  void stage_some() {
    if (pick(3) == 0) std::next(key_.begin(), pick(3))->second = std::array{5U, 7U, 8U, 10U, 11U}[pick(5)];
    for (const std::string role : {"targets", "ra", "rb", "rc"}) {
      if (pick(2) == 0) continue;
      std::vector<Below> below = some_below(role);
      if (role == "targets" && pick(4) != 0) below.push_back(bins_below());
      const std::uint64_t version = version_of(role) + 1 + pick(4);
      const PrivateKey* key = role == "targets" ? ed25519(3) : key_of(role);
      put(file(role, version, below), {pick(8) == 0 ? ed25519(9) : key});
    }
  }
  /// As the next one who reads it will have it: every role that is listed and can be reached is signed.
  void expect_readable() {
    const auto published = load_published(*files_);
    ASSERT_TRUE(published) << published.error().message();
    for (const auto& [role, parent] : published->offline.view().parents()) {
      const bool is_listed = published->snapshot.version_of(snapshot_entry(role)).has_value();
      EXPECT_EQ(is_listed, published->offline.targets.contains(role)) << role;
      EXPECT_TRUE(is_listed) << role << " is delegated to and not there";
    }
  }
};

TEST_F(RandomAcceptanceTest, WhateverIsAcceptedTheRepositoryCanBeRead) {
  bits_ = 1;
  put_staged("root", root(), root_role_.keys);
  put(file("targets", 1, {bins_below()}), {ed25519(3)});
  put(bins(1), {ed25519(6)});
  ASSERT_TRUE(publish());
  std::size_t accepted = 0;
  for (unsigned step = 0; step < 150 && !HasFailure(); ++step) {
    stage_some();
    const auto done = publish();
    ASSERT_TRUE(done) << done.error().message();
    accepted += done->roles.size();
    expect_readable();
    const std::vector<StagedFile> rest = *load_staged(*files_);
    for (const StagedFile& one : rest) ASSERT_TRUE(unstage(*files_, one.role));
  }
  EXPECT_GT(accepted, 10U);
}

TEST_F(AcceptanceTest, ADelegationToItselfOrAboveOutlivesNoKey) {
  begin();
  put(file("team", 2, {{"team", {{ed25519(5), ed25519(7)}}}}), {ed25519(5)});
  EXPECT_THAT(left(), HasSubstr("it delegates to itself"));
  put(file("team", 2, {{"sub", {{ed25519(7)}}}}), {ed25519(5)});
  put(file("sub", 1, {{"team", {{ed25519(5)}}}}), {ed25519(7)});
  const auto done = publish();
  ASSERT_EQ(done->left.size(), 2U);
  EXPECT_THAT(done->left[0].message() + done->left[1].message(), HasSubstr("below which it is itself"));
  // One that is published already, of another program, is no part of the next draft.
  std::vector<std::string> left_out;
  put_staged("team", signed_file(file("team", 2, {{"team", {{ed25519(5)}}}, {"sub", {{ed25519(7)}}}}), {}));
  const auto draft = draft_targets(*files_, "team", {}, kNow, &left_out);
  ASSERT_TRUE(draft) << draft.error().message();
  EXPECT_EQ(left_out, std::vector<std::string>{"team"});
  EXPECT_EQ(std::get<Named>(draft->delegations->roles).size(), 1U);
}

TEST_F(AcceptanceTest, NamesOfHashBinsAreTheOwnersToGive) {
  begin();
  for (const char* name : {"b-7", "bins-00ff"}) {
    put(file("team", 2, {{name, {{ed25519(7)}}}}), {ed25519(5)});
    put(file(name, 1), {ed25519(7)});
    const auto done = publish();
    ASSERT_TRUE(done && !done->left.empty());
    EXPECT_THAT(done->left[0].message() + done->left.back().message(), HasSubstr("kept for hash bins"));
    ASSERT_TRUE(unstage(*files_, name));
  }
  EXPECT_FALSE(is_reserved_for_bins("b-x") || is_reserved_for_bins("bins-") || is_reserved_for_bins("b-7.a"));
}

}  // namespace
}  // namespace tomme::repository
