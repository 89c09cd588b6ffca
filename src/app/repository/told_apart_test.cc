// What is staged or published as one role never becomes another's, and what this publisher writes is told
// apart by clients that know nothing of the member in which a file says its role.
#include <gmock/gmock.h>
#include <random>

#include "app/repository/ceremony.h"
#include "app/repository/errors.h"
#include "app/repository/key_use.h"
#include "app/repository/repository_for_test.h"
#include "core/tuf/errors.h"
#include "core/tuf/threshold.h"

namespace tomme::repository {
namespace {

using namespace testing;
using ::testing::HasSubstr;

class ToldApartTest : public RepositoryTest {
 protected:
  using Named = std::vector<tuf::DelegatedRole>;

  static tuf::Targets plain(std::uint64_t version = 1) {
    tuf::Targets role;
    role.version = tuf::Version(version);
    role.expires = kNow + std::chrono::days(300);
    return role;
  }
  static void delegate_to(tuf::Targets& from, const std::string& name, const Role& keys,
                          const char* pattern = "*") {
    if (!from.delegations) {
      from.delegations.emplace();
      from.delegations->roles = Named();
    }
    tuf::RoleKeys role_keys = testing::role_keys(keys, from.delegations->keys);
    std::get<Named>(from.delegations->roles)
        .push_back({*tuf::RoleName::parse(name),
                    std::move(role_keys),
                    false,
                    tuf::DelegatedRole::Paths{{pattern}},
                    {}});
  }
  /// Signed by all people, whoever may sign it.
  std::string signed_by_all(const tuf::Targets& role) const {
    return signed_file(role, {ed25519(3), ed25519(5), ed25519(6)});
  }
  void put(const std::string& role, tuf::Targets file, bool says = true) {
    if (says) file.role = *tuf::RoleName::parse(role);
    put_staged(role, signed_by_all(file));
  }
  /// targets, which delegates to one and two, that have a key in common, and to bins.
  void begin() {
    put_staged("root", root(), root_role_.keys);
    put("targets", top());
    put("one", plain(1));
    put("two", plain(2));
    put("bins", targets(1));
    const auto done = publish();
    ASSERT_TRUE(done) << done.error().message();
    for (const Error& left : done->left) ADD_FAILURE() << left.message();
  }
  tuf::Targets top(std::uint64_t version = 1) const {
    tuf::Targets out = plain(version);
    delegate_to(out, "one", {{ed25519(5)}}, "one/*");
    delegate_to(out, "two", {{ed25519(5)}}, "two/*");
    delegate_to(out, "bins", {{ed25519(6)}});
    return out;
  }
  /// Publishes what is staged; of one file the reason why it was left.
  Error left() {
    const auto done = publish();
    EXPECT_TRUE(done);
    EXPECT_EQ(done->left.size(), 1U);
    return done->left.at(0);
  }
  /// The next snapshot and timestamp, as another program would have signed them.
  void serve(Published& published) {
    const auto put_signed = [&](const store::BlobKey& key, const SnapshotText& text) {
      ASSERT_TRUE(files_->put(key, bytes_of(signed_text(text.render(), online_role_.keys))));
    };
    published.timestamp.set("snapshot.json", ++published.snapshot.version);
    ++published.timestamp.version;
    put_signed(metadata_key("snapshot", published.snapshot.version), published.snapshot);
    put_signed(timestamp_key(), published.timestamp);
  }
  std::map<std::string, std::string> canonical() {
    std::map<std::string, std::string> out;
    const OfflineRoles roles = load_published(*files_)->offline;
    for (const auto& [name, role] : roles.targets) out[name] = role.canonical;
    return out;
  }
};

TEST_F(ToldApartTest, AFileThatSaysAnotherRoleIsNotTaken) {
  begin();
  tuf::Targets file = plain(3);
  file.role = *tuf::RoleName::parse("two");
  put_staged("one", signed_by_all(file));
  EXPECT_TRUE(left().is(tuf::kTufRole));
  const std::vector<StagedFile> staged = *load_staged(*files_);
  const SigningKeys holder = {std::make_shared<MemorySigningKey>(*ed25519(5))};
  EXPECT_TRUE(
      sign_shown(*files_, load_published(*files_)->offline, staged, holder).error().is(tuf::kTufRole));
  EXPECT_TRUE(expect_next_version("one", staged[0].text, *load_published(*files_)).error().is(tuf::kTufRole));
  EXPECT_TRUE(draft_targets(*files_, "one", {}, kNow).error().is(tuf::kTufRole));
}

TEST_F(ToldApartTest, AFileThatDoesNotSayItsRoleIsNotTaken) {
  begin();
  put("one", plain(3), false);
  Error why = left();
  EXPECT_TRUE(why.is(kRepositoryStaged)) << why.message();
  EXPECT_THAT(why.message(), HasSubstr("does not say which role's file it is"));
  // One file under two names is nobody's, whatever it says.
  put("two", plain(3), false);
  const auto done = publish();
  ASSERT_TRUE(done);
  ASSERT_EQ(done->left.size(), 2U);
  for (const Error& error : done->left)
    EXPECT_THAT(error.message(), HasSubstr("it is the file of another role"));
}

TEST_F(ToldApartTest, AChangeOfKeysIsPublishedWithTheRoleThatTheySign) {
  begin();
  const std::map<std::string, std::string> before = canonical();
  tuf::Targets next = top(2);
  std::get<Named>(next.delegations->roles)[0].keys = role_keys({{ed25519(7)}}, next.delegations->keys);
  put("targets", next);
  EXPECT_THAT(left().message(), HasSubstr("the published one is not signed as targets version 2 asks for"));
  EXPECT_EQ(canonical(), before) << "clients would have refused everything that is one's";
  // By the old key it does not go with the change; without the change it does.
  put("one", plain(3));
  EXPECT_THAT(left().message(), HasSubstr("the published one is not signed"));
  tuf::Targets one = plain(4);
  one.role = *tuf::RoleName::parse("one");
  put_staged("one", signed_file(one, {ed25519(7)}));
  EXPECT_TRUE(publish()->left.empty());
  expect_good(0);
  // A root is held to the same.
  targets_role_ = {{ed25519(8)}, 1};
  put_staged("root", root(2), root_role_.keys);
  EXPECT_THAT(left().message(), HasSubstr("the published targets is not signed as root version 2 asks for"));
  next = top(3);
  std::get<Named>(next.delegations->roles)[0].keys = role_keys({{ed25519(7)}}, next.delegations->keys);
  put_staged("targets", next, {ed25519(8)});
  EXPECT_TRUE(publish()->left.empty());
  expect_good(0);
}

TEST_F(ToldApartTest, ARoleThatComesBackGoesOnFromItsLastVersion) {
  begin();
  tuf::Targets next = top(2);
  std::get<Named>(next.delegations->roles).erase(std::get<Named>(next.delegations->roles).begin() + 1);
  put("targets", next);
  EXPECT_TRUE(publish()->left.empty());  // two is gone
  put("targets", top(3));
  EXPECT_THAT(left().message(), HasSubstr("the snapshot lists a role two of earlier"));
  put("two", plain(1));
  EXPECT_EQ(publish()->left.size(), 2U) << "clients have seen version 2";
  put("two", plain(3));
  EXPECT_TRUE(publish()->left.empty());
  expect_good(0);
}

TEST_F(ToldApartTest, WhoeverIsFurtherDownGivesWay) {
  begin();
  // one lists the key of targets for a role of its own, and what its holder likes.
  tuf::Targets one = plain(3);
  delegate_to(one, "mine", {{ed25519(3)}});
  delegate_to(one, "bins", {{ed25519(6)}});
  put("one", one);
  put("mine", plain(2));
  EXPECT_TRUE(publish()->left.empty());
  put("targets", top(2));
  EXPECT_TRUE(publish()->left.empty()) << "mine has this version, and is his to renew";
  // He cannot keep bins to its old key either.
  tuf::Targets next = top(3);
  std::get<Named>(next.delegations->roles)[2].keys = role_keys({{ed25519(7)}}, next.delegations->keys);
  put("targets", next);
  tuf::Targets bins = targets(2);
  bins.role = *tuf::RoleName::parse("bins");
  put_staged("bins", signed_file(bins, {ed25519(7)}));
  EXPECT_TRUE(publish()->left.empty());
  EXPECT_EQ((*load_published(*files_)->offline.bins())->delegator, "bins");
}

TEST_F(ToldApartTest, RolesWithAKeyInCommonNeverHaveTheSameVersion) {
  begin();
  put("one", plain(2));  // two has it
  EXPECT_TRUE(left().is(kRepositoryStaged));
  put("one", plain(3));
  EXPECT_TRUE(publish()->left.empty());
  put("two", plain(3));
  EXPECT_THAT(left().message(), HasSubstr("a key in common"));
  ASSERT_TRUE(unstage(*files_, "two"));
  EXPECT_EQ(draft_targets(*files_, "two", {}, kNow)->version, tuf::Version(4));
  EXPECT_EQ(draft_targets(*files_, "bins", {}, kNow)->version, tuf::Version(2)) << "nobody has its key";
  // Both at once, staged by this program.
  ASSERT_TRUE(stage(*files_, "two", *draft_targets(*files_, "two", {}, kNow)));
  EXPECT_EQ(draft_targets(*files_, "one", {}, kNow)->version, tuf::Version(5));
  put("two", plain(4));
  put("one", plain(5));
  EXPECT_TRUE(publish()->left.empty());
  expect_good(0);
}

TEST_F(ToldApartTest, AKeyThatBecomesCommonNeedsVersionsThatDiffer) {
  begin();
  tuf::Targets next = top(2);
  std::get<Named>(next.delegations->roles)[2].keys = role_keys({{ed25519(5)}}, next.delegations->keys);
  put("targets", next);  // bins would have the key of one
  EXPECT_THAT(left().message(), HasSubstr("the published bins is not signed as targets version 2 asks for"));
  std::get<Named>(next.delegations->roles)[2].keys =
      role_keys({{ed25519(5), ed25519(6)}}, next.delegations->keys);
  put("targets", next);  // and both are version 1
  EXPECT_THAT(left().message(), HasSubstr("bins and one have a key and the version 1 in common"));
  put("bins", targets(3));  // beyond all that one ever had
  EXPECT_TRUE(publish()->left.empty());
  expect_good(0);
}

TEST_F(ToldApartTest, OneRoleHasTheSameKeysWhoeverDelegatesToIt) {
  begin();
  tuf::Targets one = plain(3);
  delegate_to(one, "two", {{ed25519(7)}});
  put("one", one);
  EXPECT_TRUE(left().is(kRepositoryRole));
  one = plain(3);
  delegate_to(one, "two", {{ed25519(5), ed25519(7)}, 1});
  put("one", one);
  EXPECT_TRUE(left().is(kRepositoryRole));
  one = plain(3);
  delegate_to(one, "two", {{ed25519(5)}});
  put("one", one);
  EXPECT_TRUE(publish()->left.empty());
  expect_good(0);
}

TEST_F(ToldApartTest, ARoleIsVerifiedUnderAllThatDelegateToIt) {
  begin();
  // As another program may have published it: two by other keys below one.
  Published published = *load_published(*files_);
  tuf::Targets one = plain(3);
  one.role = *tuf::RoleName::parse("one");
  delegate_to(one, "two", {{ed25519(7)}});
  delegate_to(one, "nobody", {{ed25519(7)}});
  const std::string file = signed_file(one, {ed25519(5)});
  ASSERT_TRUE(files_->put(metadata_key("one", 3), bytes_of(file)));
  published.snapshot.set("one.json", 3, SnapshotText::Content::of(file));
  serve(published);
  const auto found = verify_published(*files_, {.now = kNow});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->problems.size(), 2U);
  EXPECT_TRUE(found->problems[0].is(tuf::kTufThreshold)) << found->problems[0].message();
  EXPECT_TRUE(found->problems[1].is(kRepositoryUnpublished)) << found->problems[1].message();
}

TEST_F(ToldApartTest, TheSnapshotListsLengthAndDigestOfWhatPeopleSign) {
  begin();
  add({set("a")});
  ASSERT_TRUE(publish());
  const Published published = *load_published(*files_);
  const tuf::Snapshot snapshot =
      tuf::Signed<tuf::Snapshot>::parse(
          *load_metadata(*files_, "snapshot", published.snapshot.version, 1'000'000))
          ->value;
  for (const auto& [file, listed] : snapshot.meta) {
    const std::string role(file.substr(0, file.size() - 5));
    const Bytes bytes = *load_metadata(*files_, role, listed.version.value(), kMostTargetsBytes);
    EXPECT_EQ(listed.is_version_only(), role.starts_with("bins-")) << role;
    EXPECT_TRUE(tuf::check_meta_file(listed, bytes)) << role;
  }
  // And is held to it: another file with the same version and good signatures.
  put_staged("x", "");
  ASSERT_TRUE(unstage(*files_, "x"));
  tuf::Targets other = plain(1);
  other.targets.set("one/evil", tuf::TargetFile{1, {{Digest(sha256({}))}, {}}, {}, {}});
  ASSERT_TRUE(files_->put(metadata_key("one", 1), bytes_of(signed_by_all(other))));
  EXPECT_TRUE(load_published(*files_).error().is(tuf::kTufHash));
}

TEST_F(ToldApartTest, AnOlderRepositoryIsBroughtThereByOneSignedStep) {
  // As the program before wrote it: no roles said, each bin with version numbers of its own.
  put_staged("root", root(), root_role_.keys);
  put("targets", targets());
  add({set("a"), set("b")});
  ASSERT_TRUE(publish());
  Published published = *load_published(*files_);
  ASSERT_TRUE(files_->put(metadata_key("targets", 1), bytes_of(signed_by_all(targets()))));
  published.snapshot.set("targets.json", 1);
  const BinLayout layout = (**published.offline.bins()).layout;
  for (std::uint32_t bin = 0; bin < layout.count(); ++bin) {
    const std::string name = layout.name(bin);
    const auto version = published.snapshot.version_of(snapshot_entry(name));
    tuf::Targets old =
        tuf::Signed<tuf::Targets>::parse(*load_metadata(*files_, name, *version, 1'000'000))->value;
    old.role.reset();
    old.version = tuf::Version(7);
    ASSERT_TRUE(files_->put(metadata_key(name, 7), bytes_of(signed_file(old, online_role_.keys))));
    published.snapshot.set(snapshot_entry(name), 7);
  }
  serve(published);
  auto found = verify_published(*files_, {.now = kNow});
  EXPECT_TRUE(found->problems.empty());
  ASSERT_EQ(found->notes.size(), 2U);
  EXPECT_THAT(found->notes[0], HasSubstr("tomme tuf renew targets"));
  EXPECT_THAT(found->notes[1], HasSubstr("hash bins have versions in common"));
  // It can be published as it is: only what changes is told apart then.
  add({set("a", 2)});
  ASSERT_EQ(publish()->bins, 1U);
  expect_good(2);
  // The step: targets is staged and signed anew.
  tuf::Targets renewed = *draft_targets(*files_, "targets", {}, kNow);
  ASSERT_TRUE(stage(*files_, "targets", renewed));
  const SigningKeys holder = {std::make_shared<MemorySigningKey>(*ed25519(3))};
  ASSERT_TRUE(sign_shown(*files_, load_published(*files_)->offline, *load_staged(*files_), holder));
  ASSERT_EQ(publish()->bins, layout.count());
  found = verify_published(*files_, {.now = kNow});
  EXPECT_TRUE(found->problems.empty());
  EXPECT_TRUE(found->notes.empty()) << found->notes[0];
  EXPECT_EQ(found->targets, 2U);
  ASSERT_EQ(publish(kNow + std::chrono::hours(1))->bins, 0U) << "once is enough";
}

/// A history of publications, with what any mirror may have kept of it.
class HistoryTest : public ToldApartTest {
 protected:
  struct File {
    std::string role;
    tuf::Signed<tuf::Targets> metadata;
    Bytes bytes;
  };
  std::vector<File> seen_;
  std::mt19937 random_{7};

  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

  void remember() {
    seen_.clear();
    std::vector<store::BlobEntry> entries;
    for (bool more = true; more;) {
      const std::string after = entries.empty() ? "" : entries.back().key.text();
      const store::BlobPage page = *files_->list(kMetadataFolder, after, 1000);
      entries.insert(entries.end(), page.entries.begin(), page.entries.end());
      more = page.more;
    }
    for (const store::BlobEntry& entry : entries) {
      const auto name = read_metadata_key(entry.key.text());
      if (!name || name->role == "root" || name->role == "snapshot") continue;
      Bytes bytes = **files_->get(entry.key, kMostTargetsBytes);
      auto metadata = tuf::Signed<tuf::Targets>::parse(bytes);
      ASSERT_TRUE(metadata);
      seen_.push_back({name->role, *std::move(metadata), std::move(bytes)});
    }
  }
  /// By versions, keys and what the snapshot lists: what every client looks at, and no more.
  bool is_taken(const File& file, const tuf::MetaFile& listed, const tuf::Keys& keys,
                const tuf::RoleKeys& role) {
    return file.metadata.value.version == listed.version &&
           tuf::check_meta_file(listed, file.bytes).has_value() &&
           tuf::verify_threshold("", "", keys, role, file.metadata.canonical, file.metadata.signatures)
               .has_value();
  }
  void expect_told_apart() {
    remember();
    const Published published = *load_published(*files_);
    const tuf::Snapshot snapshot =
        tuf::Signed<tuf::Snapshot>::parse(
            *load_metadata(*files_, "snapshot", published.snapshot.version, 1'000'000))
            ->value;
    const Bins bins = **published.offline.bins();
    std::size_t own = 0;
    for (const auto& [entry, listed] : snapshot.meta) {
      const std::string role(entry.substr(0, entry.size() - 5));
      const bool is_bin = bins.layout.bin_of_name(role).has_value();
      const auto keyring = published.offline.keyring_of(role);
      if (!is_bin && !keyring) continue;  // nobody delegates to it any more
      for (const File& file : seen_) {
        const bool taken = is_bin ? is_taken(file, listed, bins.keys, bins.role_keys)
                                  : is_taken(file, listed, *keyring->keys, *keyring->role_keys);
        if (file.role == role) own += taken ? 1 : 0;
        if (file.role != role) {
          EXPECT_FALSE(taken) << file.role << " as " << role << ", version " << listed.version.value();
        }
      }
    }
    EXPECT_GE(own, std::size_t{bins.layout.count()} + 4);
  }
  /// A publication that is killed before its timestamp: its bins may have been seen all the same.
  void interrupt(Time now) {
    const Bytes before = **files_->get(timestamp_key(), kMostTimestampBytes);
    add({set("a" + std::to_string(pick(40)), 1000), set("b" + std::to_string(pick(40)), 1000)});
    const auto unfinished = [&](const char* sql) {
      return store::transact(*database_, store::Access::write,
                             [&](store::Transaction& tx) { return tx.first<std::int64_t>(sql); });
    };
    const auto counted = *unfinished("SELECT unfinished FROM tuf_publisher WHERE one = 1");
    ASSERT_TRUE(publish(now));
    ASSERT_TRUE(files_->put(timestamp_key(), before));
    ASSERT_TRUE(unfinished("UPDATE tuf_publisher SET unfinished = 0 WHERE one = 1 RETURNING unfinished"));
    // Each start that comes to no end is counted.
    for (std::int64_t i = 0; i <= std::get<0>(*counted); ++i) ASSERT_TRUE(Publisher::open(place_, signers()));
  }
  void stage_next(const std::string& role, const std::function<void(tuf::Targets&)>& change = {}) {
    tuf::Targets draft = *draft_targets(*files_, role, {}, kNow);
    if (change) change(draft);
    ASSERT_TRUE(stage(*files_, role, draft));
    put_staged(role, signed_by_all(tuf::Signed<tuf::Targets>::parse(
                                       bytes_of(text_of(**files_->get(staged_key(role), 1'000'000))))
                                       ->value));
  }
};

TEST_F(HistoryTest, NoClientTakesTheFileOfAnotherRole) {
  begin();
  for (unsigned step = 0; step < 24; ++step) {
    switch (pick(6)) {
      case 0:
        stage_next("bins", [&](tuf::Targets& role) { ASSERT_TRUE(set_bins(role, 1 + pick(6))); });
        break;
      case 1:
        stage_next("one");
        stage_next("two");
        break;
      case 2:
        stage_next("targets", [&](tuf::Targets& role) {
          std::get<Named>(role.delegations->roles)[pick(2)].keys =
              role_keys({{ed25519(pick(2) == 0 ? 5 : 3)}}, role.delegations->keys);
        });
        break;
      case 3:
        stage_next(pick(2) == 0 ? "one" : "two");
        break;
      default:
        add({set("a" + std::to_string(pick(40)), 1 + step), set("b" + std::to_string(pick(40)), 1 + step)});
    }
    const auto done = publish(kNow + std::chrono::hours(step));
    ASSERT_TRUE(done) << done.error().message();
    if (pick(3) == 0) {
      ASSERT_NO_FATAL_FAILURE(interrupt(kNow + std::chrono::hours(step)));
    }
    ASSERT_NO_FATAL_FAILURE(expect_told_apart()) << "step " << step;
  }
}

TEST_F(HistoryTest, NothingThatWasSignedForOneRoleIsPublishedAsAnother) {
  begin();
  for (const char* role : {"one", "two", "targets", "bins"}) stage_next(role);
  std::vector<StagedFile> texts = *load_staged(*files_);
  ASSERT_TRUE(publish());
  stage_next("two");
  stage_next("one");
  const std::vector<StagedFile> later = *load_staged(*files_);
  texts.insert(texts.end(), later.begin(), later.end());
  remember();
  for (const File& file : seen_) texts.push_back({file.role, std::string(text_of(file.bytes))});
  for (const char* place : {"one", "two", "targets", "bins"}) {
    for (const StagedFile& text : texts) {
      if (text.role == place) continue;
      ASSERT_TRUE(unstage(*files_, "one") || true);
      ASSERT_TRUE(unstage(*files_, "two") || true);
      put_staged(place, text.text);
      const std::map<std::string, std::string> before = canonical();
      ASSERT_TRUE(publish());
      EXPECT_EQ(canonical(), before) << text.role << " as " << place;
      ASSERT_TRUE(unstage(*files_, place) || true);
    }
  }
}

TEST(KeyUse, SaysWhoHasAKeyInCommon) {
  tuf::Root root;
  root.root = role_keys({{ed25519(1)}}, root.keys);
  root.targets = role_keys({{ed25519(1), ed25519(3)}}, root.keys);
  root.snapshot = root.timestamp = role_keys({{p256(4)}}, root.keys);
  KeyUse keys;
  keys.add(root);
  ASSERT_EQ(keys.words().size(), 1U) << "snapshot and timestamp are one";
  EXPECT_THAT(keys.words()[0], ::testing::StartsWith("root and targets have the key "));
  EXPECT_TRUE(keys.sharing("targets").empty()) << "a root is of another type";
  tuf::Targets targets;
  targets.delegations.emplace();
  tuf::SuccinctRoles bins;
  bins.keys = role_keys({{p256(4), ed25519(3)}}, targets.delegations->keys);
  targets.delegations->roles = bins;
  keys.add(targets);
  EXPECT_EQ(keys.words().size(), 2U);
  EXPECT_TRUE(keys.shares_with_bins("targets"));
  EXPECT_FALSE(keys.shares_with_bins("nobody"));
}

}  // namespace
}  // namespace tomme::repository
