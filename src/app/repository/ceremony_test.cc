#include "app/repository/ceremony.h"

#include <atomic>
#include <gmock/gmock.h>
#include <thread>

#include "app/repository/bin_writer.h"
#include "app/repository/change_words.h"
#include "app/repository/errors.h"
#include "app/repository/repository_for_test.h"
#include "core/crypto/errors.h"

namespace tomme::repository {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;

class CeremonyTest : public RepositoryTest {
 protected:
  static RolePlan plan_of(const Role& role) {
    RolePlan plan;
    plan.threshold = role.threshold;
    for (const PrivateKey* key : role.keys) plan.keys.push_back(key->public_key());
    return plan;
  }
  Plan plan() const {
    Plan plan;
    plan.root = plan_of(root_role_);
    plan.targets = plan_of(targets_role_);
    plan.online = plan_of(online_role_);
    plan.bits = bits_;
    return plan;
  }
  std::string staged(const std::string& role) {
    return std::string(text_of(**files_->get(staged_key(role), 1'000'000)));
  }
  /// As the verb does: the ids come from the root itself, the one before, and whoever delegates.
  Result<void> sign(const std::string& role, const PrivateKey& key) {
    const OfflineRoles before = TRY(load_published(*files_)).offline;
    tuf::Keys own, above;
    if (role == "root") {
      own = TRY(tuf::Signed<tuf::Root>::parse(bytes_of(staged(role)))).value.keys;
      if (before.root) above = before.root->value.keys;
    } else if (role == "targets") {
      const auto root = files_->get(staged_key("root"), 1'000'000);
      own = *root ? TRY(tuf::Signed<tuf::Root>::parse(**root)).value.keys : before.root->value.keys;
    } else {
      const auto targets = files_->get(staged_key("targets"), 1'000'000);
      own = *targets ? TRY(tuf::Signed<tuf::Targets>::parse(**targets)).value.delegations->keys
                     : *before.keyring_of(role)->keys;
    }
    const MemorySigningKey signer(key);
    const std::string text = TRY(add_signature(staged(role), signer, {own, above}));
    return files_->put(staged_key(role), bytes_of(text));
  }
  void begin() {
    ASSERT_TRUE(stage_first(*files_, plan(), {}, kNow));
    for (const PrivateKey* key : root_role_.keys) ASSERT_TRUE(sign("root", *key));
    for (const PrivateKey* key : targets_role_.keys) ASSERT_TRUE(sign("targets", *key));
    const auto done = publish();
    ASSERT_TRUE(done) << done.error().message();
  }
};

TEST_F(CeremonyTest, MakesARepositoryOfSignedFiles) {
  begin();
  add({set("a")});
  ASSERT_TRUE(publish());
  expect_good(1);
  EXPECT_EQ(stage_first(*files_, plan(), {}, kNow).error().code().name, kRepositoryExists.name);
}

TEST_F(CeremonyTest, OfSeveralWhoBeginAtOnceOneMakesTheRepository) {
  constexpr unsigned kAtOnce = 8;
  std::atomic<unsigned> winners = 0;
  std::atomic<unsigned> winner = 0;
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < kAtOnce; ++i) {
      threads.emplace_back([&, i] {
        Plan own = plan();
        own.online = plan_of({{p256(i)}, 1});
        own.bits = i + 1;
        const auto made = stage_first(*files_, own, {}, kNow);
        if (made) {
          ++winners;
          winner = i;
        } else {
          EXPECT_TRUE(made.error().is(kRepositoryExists)) << made.error().message();
        }
      });
    }
  }
  ASSERT_EQ(winners, 1U);
  // All that is staged is of the one.
  const auto root = tuf::Signed<tuf::Root>::parse(bytes_of(staged("root")));
  const auto targets = tuf::Signed<tuf::Targets>::parse(bytes_of(staged("targets")));
  ASSERT_TRUE(root && targets);
  EXPECT_EQ(root->value.snapshot.keyids.front(), tuf::Key::of(p256(winner)->public_key()).id());
  EXPECT_EQ(std::get<tuf::SuccinctRoles>(targets->value.delegations->roles).bit_length, winner + 1);
}

TEST_F(CeremonyTest, WhatIsStagedCanBeTakenAway) {
  begin();
  ASSERT_TRUE(stage(*files_, *draft_root(*files_, {}, kNow)));
  ASSERT_TRUE(unstage(*files_, "root"));
  EXPECT_TRUE(load_staged(*files_)->empty());
  const auto again = unstage(*files_, "root");
  ASSERT_FALSE(again);
  EXPECT_TRUE(again.error().is(kRepositoryStaged));
  EXPECT_TRUE(unstage(*files_, "../root").error().is(kRepositoryRole));
  EXPECT_FALSE(draft_targets(*files_, "snapshot", {}, kNow));
  EXPECT_THAT(draft_targets(*files_, "timestamp", {}, kNow).error().message(),
              HasSubstr("the online keys sign"));
}

TEST_F(CeremonyTest, WhetherATargetIsListedIsReadFromItsBin) {
  begin();
  const Change a = *Change::set("a/b", *TargetFile::make(1, sha256({}))), b = *Change::remove("a/c");
  EXPECT_FALSE(*is_listed(*files_, *load_published(*files_), a));
  ASSERT_TRUE(Queue(*database_).add(std::vector{a}));
  EXPECT_TRUE((*Queue(*database_).last_of("a/b"))->file());
  EXPECT_FALSE(*Queue(*database_).last_of("a/c"));
  ASSERT_TRUE(publish());
  EXPECT_FALSE(*Queue(*database_).last_of("a/b"));
  EXPECT_TRUE(*is_listed(*files_, *load_published(*files_), a));
  EXPECT_FALSE(*is_listed(*files_, *load_published(*files_), b));
}

TEST_F(CeremonyTest, WaitsForEverySignatureOfTheThreshold) {
  ASSERT_TRUE(stage_first(*files_, plan(), {}, kNow));
  EXPECT_EQ(stage_first(*files_, plan(), {}, kNow).error().code().name, kRepositoryExists.name);
  ASSERT_TRUE(sign("targets", *ed25519(3)));
  ASSERT_TRUE(sign("root", *ed25519(1)));
  ASSERT_TRUE(sign("root", *ed25519(1)));  // the same once more is still one
  EXPECT_FALSE(publish());
  // Another holder signs a copy of the unsigned file on a machine of their own.
  const tuf::Keys keys = root().keys;
  const MemorySigningKey second(*ed25519(2));
  const std::string unsigned_copy =
      tuf::write_envelope(tuf::Envelope::parse(bytes_of(staged("root")))->canonical, {});
  const std::string copy = *add_signature(unsigned_copy, second, {keys});
  const Merged with = *merge_signatures(staged("root"), copy, {keys});
  EXPECT_EQ(with.added, 1U);
  EXPECT_TRUE(with.left_out.empty());
  const std::string merged = with.text;
  ASSERT_TRUE(files_->put(staged_key("root"), bytes_of(merged)));
  ASSERT_TRUE(publish());
  expect_good(0);
}

TEST_F(CeremonyTest, RefusesSignaturesOfSomethingElse) {
  ASSERT_TRUE(stage_first(*files_, plan(), {}, kNow));
  const std::string before = staged("root");
  tuf::Root draft = *draft_root(*files_, {}, kNow);
  ASSERT_TRUE(KeyEditor::of(draft, "root")->set_threshold(1));
  ASSERT_TRUE(stage(*files_, draft));
  EXPECT_EQ(merge_signatures(staged("root"), before, {}).error().code().name, kRepositoryStaged.name);
  EXPECT_EQ(sign("root", *ed25519(9)).error().code().name, kRepositoryKey.name);
}

TEST_F(CeremonyTest, RotatesARootKeyWithOldAndNewSignatures) {
  begin();
  tuf::Root draft = *draft_root(*files_, {}, kNow);
  KeyEditor editor = *KeyEditor::of(draft, "root");
  ASSERT_TRUE(editor.remove(tuf::Key::of(ed25519(1)->public_key()).id().value().substr(0, 8)));
  editor.add(ed25519(7)->public_key());
  editor.add(ed25519(7)->public_key());
  ASSERT_TRUE(stage(*files_, draft));
  EXPECT_EQ(draft.version.value(), 2U);
  EXPECT_EQ(draft.root.keyids.size(), 2U);
  EXPECT_EQ(draft_root(*files_, {}, kNow)->version.value(), 2U);  // the staged one goes on
  ASSERT_TRUE(sign("root", *ed25519(2)));
  ASSERT_TRUE(sign("root", *ed25519(7)));
  auto waits = publish();
  ASSERT_TRUE(waits);
  EXPECT_TRUE(waits->roles.empty());  // the root before wants 2 of its keys, too
  ASSERT_TRUE(sign("root", *ed25519(1)));
  EXPECT_EQ(publish()->roles, std::vector<std::string>{"root"});
  expect_good(0);
}

TEST_F(CeremonyTest, RefusesThresholdsThatCannotBeMet) {
  Plan wrong = plan();
  wrong.root.threshold = 3;
  EXPECT_EQ(stage_first(*files_, wrong, {}, kNow).error().code().name, kRepositoryKey.name);
  wrong.root.threshold = 0;
  EXPECT_FALSE(stage_first(*files_, wrong, {}, kNow));
  begin();
  tuf::Root draft = *draft_root(*files_, {}, kNow);
  EXPECT_FALSE(KeyEditor::of(draft, "bins"));
  EXPECT_FALSE(KeyEditor::of(draft, "root")->set_threshold(0));
  EXPECT_FALSE(KeyEditor::of(draft, "root")->remove("0000"));
  ASSERT_TRUE(KeyEditor::of(draft, "timestamp")->set_threshold(2));
  EXPECT_EQ(stage(*files_, draft).error().code().name, kRepositoryKey.name);
}

TEST_F(CeremonyTest, HasTheTreeOfPep458AndRolesBesideIt) {
  Plan tree = plan();
  tree.bins_role = plan_of({{ed25519(5), ed25519(6)}, 2});
  ASSERT_TRUE(stage_first(*files_, tree, {}, kNow));
  for (const unsigned key : {1U, 2U}) ASSERT_TRUE(sign("root", *ed25519(key)));
  ASSERT_TRUE(sign("targets", *ed25519(3)));
  for (const unsigned key : {5U, 6U}) ASSERT_TRUE(sign("bins", *ed25519(key)));
  add({set("simple/a/index.html")});
  ASSERT_TRUE(publish());
  expect_good(1);
  EXPECT_EQ((*load_published(*files_)->offline.bins())->delegator, "bins");

  tuf::Targets draft = *draft_targets(*files_, "targets", {}, kNow);
  EXPECT_EQ(delegate(draft, "snapshot", plan_of({{ed25519(8)}, 1}), {"*"}, false).error().code().name,
            kRepositoryRole.name);
  EXPECT_FALSE(delegate(draft, "team", plan_of({{ed25519(8)}, 2}), {"*"}, false));
  EXPECT_TRUE(delegate(draft, "team", plan_of({{ed25519(8)}, 1}), {"*", "[a-z]*"}, false)
                  .error()
                  .is(kRepositoryClients));
  ASSERT_TRUE(delegate(draft, "team", plan_of({{ed25519(8)}, 1}), {"team/*"}, true));
  ASSERT_TRUE(stage(*files_, "targets", draft));
  ASSERT_TRUE(sign("targets", *ed25519(3)));
  ASSERT_EQ(publish()->left.size(), 1U) << "it waits for team";
  tuf::Targets team = *draft_targets(*files_, "team", {}, kNow);
  team.targets.set("team/x", tuf::TargetFile{1, {{Digest(sha256({}))}, {}}, {}, {}});
  ASSERT_TRUE(stage(*files_, "team", team));
  ASSERT_TRUE(sign("team", *ed25519(8)));
  EXPECT_EQ(publish()->roles, (std::vector<std::string>{"targets", "team"}));
  expect_good(2);
  // team stands before bins, which covers everything
  const auto roles = std::get<std::vector<tuf::DelegatedRole>>(
      load_published(*files_)->offline.targets.at("targets").value.delegations->roles);
  EXPECT_EQ(roles.front().name.text(), "team");
  draft = *draft_targets(*files_, "targets", {}, kNow);
  ASSERT_TRUE(undelegate(draft, "team"));
  EXPECT_FALSE(undelegate(draft, "team"));
  ASSERT_TRUE(stage(*files_, "targets", draft));
  ASSERT_TRUE(sign("targets", *ed25519(3)));
  ASSERT_TRUE(publish());
  expect_good(1);
}

TEST_F(CeremonyTest, DoesNotPublishWhatClientsWouldRefuse) {
  begin();
  tuf::Root wrong = root(2);
  wrong.expires = kNow;
  put_staged("root", wrong, root_role_.keys);
  EXPECT_TRUE(publish()->roles.empty());
  wrong = root(2);
  wrong.consistent_snapshot = false;
  put_staged("root", wrong, root_role_.keys);
  EXPECT_TRUE(publish()->roles.empty());
  tuf::Targets old = targets(2);
  old.expires = kNow - std::chrono::seconds(1);
  put_staged("targets", old, targets_role_.keys);
  EXPECT_TRUE(publish()->roles.empty());
  put_staged("targets", targets(1), targets_role_.keys);  // not a next version
  EXPECT_TRUE(publish()->roles.empty());
  put_staged("root", root(2), root_role_.keys);
  EXPECT_EQ(publish()->roles, std::vector<std::string>{"root"});
  expect_good(0);
}

/// Two of them are about version and expiry.
std::ptrdiff_t lines_of_changes(const std::vector<std::string>& words) {
  return std::ranges::count_if(words,
                               [](const std::string& line) { return !line.starts_with("attention: "); });
}

TEST_F(CeremonyTest, SaysEachChangeInWords) {
  const tuf::Root before = root();
  root_role_ = {{ed25519(1), ed25519(7)}, 1};
  tuf::Root after = root(2);
  after.expires += std::chrono::days(1);
  const auto words = words_of_change(&before, after, kNow);
  const std::string removed = tuf::Key::of(ed25519(2)->public_key()).id().value();
  EXPECT_THAT(words, Contains("root version 2, in place of version 1"));
  EXPECT_THAT(words, Contains("root: 1 of 2 keys sign, in place of 2 of 2"));
  EXPECT_THAT(words, Contains("root: key taken away " + removed + " (Ed25519)"));
  EXPECT_THAT(words, Contains(HasSubstr("root: new key ")));
  EXPECT_THAT(words, Contains(HasSubstr("in place of " + to_rfc3339(before.expires))));
  EXPECT_EQ(words.back(), "attention: root: fewer keys than before can sign it, 1 of 2 in place of 2 of 2");
  EXPECT_EQ(words.size(), 6U);
  EXPECT_EQ(lines_of_changes(words_of_change(&before, before, kNow)), 2);

  tuf::Targets then = targets(), now = targets(2);
  then.targets.set("gone", tuf::TargetFile{1, {{Digest(sha256({}))}, {}}, {}, {}});
  now.targets.set("new\x1b[2J", tuf::TargetFile{1, {{Digest(sha256({}))}, {}}, {}, {}});
  std::get<tuf::SuccinctRoles>(now.delegations->roles).bit_length = 5;
  const auto more = words_of_change("targets", &then, now, kNow);
  EXPECT_THAT(more, Contains("target taken away gone"));
  EXPECT_THAT(more, Contains(HasSubstr("new target new\\x1b[2J")));
  EXPECT_THAT(more, Contains("delegates to 32 hash bins bins-…"));
}

/// An object of one member.
json::Object member(const std::string& name, json::Value value) {
  std::vector<json::Member> members;
  members.push_back({name, std::move(value)});
  return json::Object(std::move(members));
}

tuf::Key key_of_unknown_type(const std::string& text) {
  return *tuf::Key::parse(
      *json::parse(R"({"keytype":"x","scheme":"y","keyval":{"public":")" + text + "\"}}"));
}

TEST_F(CeremonyTest, LeavesOutNoChangeOfARoot) {
  tuf::Root before = root();
  const tuf::KeyId id("strange");
  before.keys.emplace(id, key_of_unknown_type("1"));
  before.root.keyids.push_back(id);
  const std::vector<void (*)(tuf::Root&)> changes = {
      [](tuf::Root& r) { r.spec_version = "1.0.35"; },
      [](tuf::Root& r) { r.unknown = member("x", nullptr); },
      [](tuf::Root& r) { r.unknown_roles = member("mirrors", json::Object()); },
      [](tuf::Root& r) { r.targets.unknown = member("x", true); },
      [](tuf::Root& r) { r.keys.begin()->second.unknown = member("x-owner", std::string("@eve")); },
      [](tuf::Root& r) { r.keys.at(tuf::KeyId("strange")) = key_of_unknown_type("2"); },
      [](tuf::Root& r) { r.keys.emplace(tuf::KeyId("idle"), tuf::Key::of(ed25519(9)->public_key())); },
  };
  EXPECT_EQ(lines_of_changes(words_of_change(&before, before, kNow)), 2);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    tuf::Root after = before;
    changes[i](after);
    EXPECT_GT(lines_of_changes(words_of_change(&before, after, kNow)), 2) << "change " << i;
  }
}

TEST_F(CeremonyTest, LeavesOutNoChangeOfTargetsThatLooksLikeNone) {
  using Paths = tuf::DelegatedRole::Paths;
  const std::string filler(300, 'a');
  tuf::Targets before;
  before.expires = kNow;
  before.targets.set("a", tuf::TargetFile{1, {{Digest(sha256({}))}, {}}, member("k", filler + "1"), {}});
  before.targets.set("b",
                     tuf::TargetFile{1, {{Digest(sha256({}))}, {}}, member("k", std::string("\x7f")), {}});
  before.delegations.emplace();
  tuf::RoleKeys keys = role_keys(online_role_, before.delegations->keys);
  Paths patterns{{filler + "1", "a, b", "c"}};
  std::vector<tuf::DelegatedRole> roles{{*tuf::RoleName::parse("role"), keys, false, patterns, {}}};
  before.delegations->roles = roles;
  const auto role = [](tuf::Targets& t) -> tuf::DelegatedRole& {
    return std::get<std::vector<tuf::DelegatedRole>>(t.delegations->roles).front();
  };
  const std::vector<std::function<void(tuf::Targets&)>> changes = {
      [&](tuf::Targets& t) { t.targets.find("a")->custom = member("k", filler + "2"); },
      [&](tuf::Targets& t) { t.targets.find("b")->custom = member("k", std::string("\\x7f")); },
      [&](tuf::Targets& t) { t.targets.find("b")->unknown = member("x", false); },
      [&](tuf::Targets& t) { t.targets.find("b")->hashes.unknown.emplace_back("blake2b", "00"); },
      [&](tuf::Targets& t) { role(t).covers = Paths{{filler + "2", "a, b", "c"}}; },
      [&](tuf::Targets& t) { role(t).covers = Paths{{filler + "1", "a", "b, c"}}; },
      [&](tuf::Targets& t) { role(t).unknown = member("x", false); },
      [&](tuf::Targets& t) { t.delegations->unknown = member("x", false); },
      [&](tuf::Targets& t) { t.delegations->keys.emplace(tuf::KeyId("idle"), key_of_unknown_type("1")); },
  };
  EXPECT_EQ(lines_of_changes(words_of_change("targets", &before, before, kNow)), 2);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    tuf::Targets after = before;
    changes[i](after);
    EXPECT_GT(lines_of_changes(words_of_change("targets", &before, after, kNow)), 2) << "change " << i;
  }
}

/// What an attacker who can write a staged file would hide in it.
class HiddenChangeTest : public CeremonyTest {
 protected:
  static tuf::TargetFile file(std::string_view custom = "") {
    tuf::TargetFile out{1, {{Digest(sha256({}))}, {}}, {}, {}};
    if (!custom.empty()) out.custom = json::Value(std::string(custom));
    return out;
  }
  static std::vector<std::string> words(const tuf::Targets& before, const tuf::Targets& after) {
    return words_of_change("targets", &before, after, kNow);
  }
  static tuf::DelegatedRole& add_role(tuf::Targets& targets, const std::string& name, const PrivateKey* key,
                                      std::vector<std::string> patterns) {
    if (!targets.delegations || std::holds_alternative<tuf::SuccinctRoles>(targets.delegations->roles)) {
      targets.delegations.emplace();
      targets.delegations->roles = std::vector<tuf::DelegatedRole>();
    }
    auto& roles = std::get<std::vector<tuf::DelegatedRole>>(targets.delegations->roles);
    tuf::RoleKeys keys = role_keys({{key}}, targets.delegations->keys);
    roles.push_back({*tuf::RoleName::parse(name),
                     std::move(keys),
                     false,
                     tuf::DelegatedRole::Paths{std::move(patterns)},
                     {}});
    return roles.back();
  }
};

TEST_F(HiddenChangeTest, AKeyIsNamedByWhatItIs) {
  const tuf::Root before = root();
  tuf::Root after = root(2);
  const tuf::KeyId alices = tuf::Key::of(ed25519(1)->public_key()).id();
  after.keys.insert_or_assign(alices, tuf::Key::of(ed25519(13)->public_key()));
  const std::string mallorys = tuf::Key::of(ed25519(13)->public_key()).id().value();
  const auto said = words_of_change(&before, after, kNow);
  EXPECT_THAT(said, Contains("root: new key " + mallorys + " (Ed25519, listed as " + alices.value() + ")"));
  EXPECT_THAT(said, Contains(HasSubstr("root: key taken away " + alices.value())));
  // And it is not taken for hers when her key is to be listed.
  tuf::Root draft = after;
  EXPECT_TRUE(KeyEditor::of(draft, "targets")->add(ed25519(1)->public_key()).error().is(kRepositoryKey));
  EXPECT_TRUE(KeyEditor::of(draft, "targets")->add(ed25519(14)->public_key()));
}

TEST_F(HiddenChangeTest, WhatTakesProtectionAwayComesLast) {
  const tuf::Root before = root();
  tuf::Root after = root(2);
  after.root.threshold = 1;
  after.expires = *parse_rfc3339("9999-12-31T23:59:59Z");
  EXPECT_THAT(
      words_of_change(&before, after, kNow),
      ::testing::IsSupersetOf({HasSubstr("attention: it would hold for 79"),
                               HasSubstr("attention: root: fewer keys than before can sign it, 1 of 2")}));
  after = root(2);
  after.root = role_keys({{ed25519(20), ed25519(21)}, 2}, after.keys);
  EXPECT_THAT(words_of_change(&before, after, kNow),
              Contains("attention: root: none of the keys that signed it before stays"));
  after.root.keyids.emplace_back("the same key");
  after.keys.emplace(tuf::KeyId("the same key"), tuf::Key::of(ed25519(20)->public_key()));
  after.root.threshold = 3;
  EXPECT_THAT(words_of_change(&before, after, kNow),
              Contains("attention: root: it could never be signed, since 3 keys must"));
  after = root(2);
  after.expires = kNow;
  EXPECT_THAT(words_of_change(&before, after, kNow), Contains("attention: it is expired already"));
}

TEST_F(HiddenChangeTest, NothingIsTooLongOrTooFarBehindToBeSaid) {
  tuf::Targets before = targets(), after = targets(2);
  const std::string longish(5000, 'x');
  before.targets.set("a", file(longish + "good"));
  after.targets.set("a", file(longish + "evil"));
  EXPECT_THAT(words(before, after), Contains(HasSubstr("target changes a ")));
  const std::string path(900, 'p');
  after = before;
  after.targets.set(path + "1", file());
  after.targets.set(path + "2", file());
  const auto said = words(before, after);
  EXPECT_THAT(said, Contains(HasSubstr(path + "1 (")));
  EXPECT_THAT(said, Contains(HasSubstr(path + "2 (")));
  for (int i = 0; i < 50; ++i) after.targets.set("many/" + std::to_string(i), file());
  after.targets.set("zz-last", file());
  EXPECT_THAT(words(before, after), Contains(HasSubstr("new target zz-last")));
  for (int i = 0; i < 1200; ++i) after.targets.set("many/" + std::to_string(i), file());
  EXPECT_THAT(words(before, after), Contains(HasSubstr("attention: new target: 203 more")));
  EXPECT_TRUE(words(before, after).back().starts_with("attention: "));
}

TEST_F(HiddenChangeTest, MembersThatNobodyKnowsAreSaid) {
  const auto object = [](const char* text) { return *json::parse(text)->object(); };
  tuf::Targets before, after;
  before.expires = kNow + std::chrono::days(1);
  add_role(before, "team", ed25519(9), {"team/*"});
  before.role = tuf::RoleName::targets();
  after = before;
  EXPECT_EQ(words(before, after).size(), 2U);
  auto& role = std::get<std::vector<tuf::DelegatedRole>>(after.delegations->roles)[0];
  role.unknown = object(R"({"x":1})");
  role.keys.unknown = object(R"({"y":2})");
  after.delegations->unknown = object(R"({"z":3})");
  after.delegations->keys.begin()->second.unknown = object(R"({"owner":"@alice"})");
  after.unknown = object(R"({"evil\u202e":[4]})");
  after.spec_version = "1.0.0";
  const auto said = words(before, after);
  for (const char* wanted :
       {R"(role "team": "x": 1, which was not there)", R"(role "team": "y": 2, which was not there)",
        R"(delegations: "z": 3, which was not there)", R"("evil\u{202e}": [4], which was not there)",
        R"(spec_version: "1.0.0", in place of "1.0.34")"}) {
    EXPECT_THAT(said, Contains(wanted));
  }
  EXPECT_THAT(said, Contains(HasSubstr(R"("owner": "@alice")")));
  EXPECT_THAT(words(after, before), Contains(HasSubstr(R"("z": taken away, it was 3)")));
}

TEST_F(HiddenChangeTest, APatternCannotPretendToBeOtherWords) {
  tuf::Targets before, after;
  add_role(after, "team", ed25519(9), {"team/*, and no other role for these", "b\x1b[1A"});
  EXPECT_THAT(words(before, after),
              Contains(R"(delegates to team the paths "team/*, and no other role for these", "b\x1b[1A")"));
}

/// Files that change between two steps of a ceremony.
TEST_F(CeremonyTest, OnlyWhatWasShownIsSigned) {
  begin();
  tuf::Root draft = *draft_root(*files_, {}, kNow);
  ASSERT_TRUE(stage(*files_, draft));
  const std::vector<StagedFile> shown = *load_staged(*files_);
  const OfflineRoles published = load_published(*files_)->offline;
  draft.root.threshold = 1;  // an attacker's
  ASSERT_TRUE(stage(*files_, draft));
  const std::string swapped = staged("root");
  const SigningKeys alice = {std::make_shared<MemorySigningKey>(*ed25519(1))};
  const auto refused = sign_shown(*files_, published, shown, alice);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(kRepositoryStaged));
  EXPECT_EQ(staged("root"), swapped);
  EXPECT_EQ(*sign_shown(*files_, published, *load_staged(*files_), alice), std::vector<std::string>{"root"});
}

TEST_F(CeremonyTest, HoldersWhoSignAtTheSameTimeBothCount) {
  begin();
  ASSERT_TRUE(stage(*files_, *draft_root(*files_, {}, kNow)));
  const std::vector<StagedFile> shown = *load_staged(*files_);
  const OfflineRoles published = load_published(*files_)->offline;
  for (const unsigned number : {1U, 2U}) {
    const SigningKeys one = {std::make_shared<MemorySigningKey>(*ed25519(number))};
    ASSERT_TRUE(sign_shown(*files_, published, shown, one));
  }
  EXPECT_TRUE(accept_staged(*load_published(*files_), *load_staged(*files_), kNow)->all[0].ready);
}

TEST_F(CeremonyTest, ACopyCannotSpoilASignature) {
  begin();
  ASSERT_TRUE(stage(*files_, *draft_root(*files_, {}, kNow)));
  const std::string nothing = staged("root");
  ASSERT_TRUE(sign("root", *ed25519(1)));
  const std::string good = staged("root");
  tuf::Envelope copy = *tuf::Envelope::parse(bytes_of(good));
  copy.signatures[0].hex.replace(0, 4, "0000");
  const std::string spoilt = tuf::write_envelope(copy.canonical, copy.signatures);
  const tuf::Keys keys = root().keys;
  const Merged merged = *merge_signatures(good, spoilt, {keys});
  EXPECT_EQ(merged.text, good);
  EXPECT_EQ(merged.added, 0U);
  const Merged into_nothing = *merge_signatures(nothing, spoilt, {keys});
  EXPECT_EQ(into_nothing.left_out, std::vector<std::string>{copy.signatures[0].keyid.value()});
  EXPECT_EQ(into_nothing.text, nothing);
  const Merged mended = *merge_signatures(spoilt, good, {keys});
  EXPECT_EQ(mended.added, 1U);
  EXPECT_EQ(mended.text, good);
}

TEST_F(CeremonyTest, ASignatureThatComesTooLateIsNotInTheWay) {
  begin();
  const std::vector<const PrivateKey*> all = {ed25519(1), ed25519(2)};
  root_role_.threshold = 1;
  ASSERT_TRUE(files_->put(staged_key("root"), bytes_of(signed_file(root(2), all))));
  ASSERT_TRUE(publish());
  put_staged("root", root(2), {ed25519(2)});  // merged meanwhile
  const auto done = publish();
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->left.empty());
  EXPECT_FALSE(*files_->exists(staged_key("root")));
  // The next change is not taken away with the last one.
  ASSERT_TRUE(stage(*files_, *draft_root(*files_, {}, kNow)));
  ASSERT_TRUE(remove_staged(*files_, {"root", signed_file(root(2), all)}));
  EXPECT_TRUE(*files_->exists(staged_key("root")));
}

TEST_F(CeremonyTest, OnlyAVersionBeyondThePublishedOneIsSigned) {
  begin();
  const Published published = *load_published(*files_);
  const auto is_next = [&](const std::string& role, const auto& metadata) {
    return expect_next_version(role, signed_file(metadata, {}), published).has_value();
  };
  for (const auto& [version, good] : {std::pair(1U, false), std::pair(2U, true), std::pair(3U, false)}) {
    EXPECT_EQ(is_next("root", root(version)), good);
    EXPECT_EQ(is_next("targets", targets(version)), version != 1) << "some may be left out";
    EXPECT_TRUE(is_next("new", targets(version)));
  }
  EXPECT_FALSE(is_next("targets", targets(1ULL << 40))) << "nor so many that none would be left";
}

}  // namespace
}  // namespace tomme::repository
