// One test for each advisory about a TUF client that is known to us, named after it.
#include <gtest/gtest.h>

#include "core/encoding/pem.h"
#include "core/tuf/errors.h"
#include "core/tuf/paths.h"
#include "core/tuf/repository_for_test.h"
#include "core/tuf/threshold.h"

namespace tomme::tuf {
namespace {

using testing::kDay;
using testing::kNow;
using testing::path;
using testing::Repository;
using testing::role;
using testing::Signer;
using testing::signer;
using testing::World;

/// A world whose role `name` asks for two signatures and lists these keys; all of them sign.
World with_two_needed(const std::string& name, const std::vector<Signer>& keys) {
  World world;
  world.repository.clear_keys(name);
  for (const Signer& key : keys) world.repository.add_key(name, key);
  world.repository.role_keys(name).threshold = 2;
  world.repository.publish_root();
  return world;
}

std::string repeat_signature(const std::string& file) {
  Envelope envelope = Envelope::parse(bytes_of(file)).value();
  for (int i = 0; i < 8; ++i) envelope.signatures.push_back(envelope.signatures[0]);
  return write_envelope(envelope.canonical, envelope.signatures);
}

/// The same signature again, under another spelling of the key id.
std::string alias_signature(const std::string& file) {
  Envelope envelope = Envelope::parse(bytes_of(file)).value();
  Signature again = envelope.signatures[0];
  again.keyid = KeyId(" " + again.keyid.value());
  envelope.signatures.push_back(again);
  return write_envelope(envelope.canonical, envelope.signatures);
}

TEST(TufAdvisories, CVE_2020_6174_OneSignatureSeveralTimes) {
  World world = with_two_needed("timestamp", {signer(1)});
  world.repository.tamper["timestamp"] = repeat_signature;
  EXPECT_FALSE(world.refresh());
  world.repository.tamper["timestamp"] = alias_signature;
  EXPECT_REFUSED(kTufThreshold, world.refresh());
}

TEST(TufAdvisories, CVE_2020_15093_DuplicateSignatures) {
  for (const char* name : {"root", "timestamp", "snapshot", "targets"}) {
    World world = with_two_needed(name, {signer(1), signer(2)});
    world.repository.signers[name] = {signer(1)};
    if (std::string_view(name) == "root") world.repository.publish_root();
    EXPECT_FALSE(world.refresh()) << name;
    world.repository.tamper[name] = repeat_signature;
    if (std::string_view(name) == "root")
      world.repository.roots.back() = repeat_signature(world.repository.roots.back());
    EXPECT_FALSE(world.refresh()) << name;
  }
}

TEST(TufAdvisories, CVE_2026_6966_DuplicateSignaturesOfDelegatedRoles) {
  World world;
  Repository& repository = world.repository;
  repository.add_target("team", "x");
  DelegatedRole& team = repository.delegate("targets", "team", {"*"});
  team.keys.threshold = 2;
  team.keys.keyids.push_back(signer(11).id);
  repository.delegations_of("targets").keys.emplace(signer(11).id, signer(11).listed);
  repository.bump("targets");
  repository.publish();
  EXPECT_EQ(world.role_of("x"), "tuf/threshold");
  repository.tamper["team"] = repeat_signature;
  EXPECT_EQ(world.role_of("x"), "tuf/duplicate-signature");
  repository.tamper["team"] = alias_signature;
  EXPECT_EQ(world.role_of("x"), "tuf/threshold");
  repository.tamper.clear();
  repository.signers["team"].push_back(signer(11));
  EXPECT_EQ(world.role_of("x"), "team");
}

TEST(TufAdvisories, GHSA_3633_5h82_39pq_OneKeyUnderSeveralKeyIds) {
  Signer alias = signer(1);
  alias.id = KeyId("alias");
  World world = with_two_needed("snapshot", {signer(1), alias});
  const auto refreshed = world.refresh();
  EXPECT_REFUSED(kTufThreshold, refreshed);
  EXPECT_TRUE(refreshed.error().message().contains("the same key as another one"))
      << refreshed.error().message();
  World two = with_two_needed("snapshot", {signer(1), alias, signer(2)});
  EXPECT_OK(two.refresh());
}

TEST(TufAdvisories, GoTuf733_OneKeyUnderTwoNamesOfItsType) {
  const PrivateKey key = PrivateKey::generate(KeyType::ecdsa_p256).value();
  const std::string pem = to_pem("PUBLIC KEY", key.public_key().spki());
  const auto under = [&](std::string_view type) {
    Signer out(key);
    out.listed = Key::parse(json::parse(R"({"scheme":"ecdsa-sha2-nistp256","keytype":)" + json::quote(type) +
                                        R"(,"keyval":{"public":)" + json::quote(pem) + "}}")
                                .value())
                     .value();
    out.id = out.listed.id();
    return out;
  };
  const std::vector<Signer> twice = {under("ecdsa"), under("ecdsa-sha2-nistp256")};
  ASSERT_NE(twice[0].id, twice[1].id);
  EXPECT_REFUSED(kTufThreshold, with_two_needed("targets", twice).refresh());

  const PrivateKey rsa = PrivateKey::generate(KeyType::rsa).value();
  EXPECT_REFUSED(kTufThreshold, with_two_needed("targets", {Signer(rsa, "rsassa-pss-sha256"),
                                                            Signer(rsa, "rsa-pkcs1v15-sha512")})
                                    .refresh());
}

TEST(TufAdvisories, GHSA_fphv_w9fq_2525_ThresholdBelowOne) {
  for (const char* threshold : {"0", "-1", "-9223372036854775808"}) {
    World world;
    Repository& repository = world.repository;
    std::string canonical = repository.root.to_canonical().value();
    canonical.replace(canonical.find("\"threshold\":1"), 13, "\"threshold\":" + std::string(threshold));
    const Signer& who = repository.signers["root"][0];
    const Signature signature = sign(who.key, who.listed, who.id, canonical).value();
    const std::string file = write_envelope(canonical, {&signature, 1});
    EXPECT_REFUSED(kTufShape, init_store(world.store, bytes_of(file)));
  }
}

TEST(TufAdvisories, CVE_2026_23991_ValidJsonOfTheWrongShape) {
  const std::string good = World().repository.roots[0];
  for (const char* file :
       {"null", "[]", "1", "\"\"", "{}", R"({"signed":null,"signatures":null})",
        R"({"signed":{},"signatures":[null]})", R"({"signed":[],"signatures":[]})",
        R"({"signed":{"_type":null},"signatures":[]})",
        R"({"signed":{"_type":"timestamp","spec_version":"1.0","version":1,)"
        R"("expires":"2030-01-01T00:00:00Z","meta":null},"signatures":[]})",
        R"({"signed":{"_type":"timestamp","spec_version":"1.0","version":1,)"
        R"("expires":"2030-01-01T00:00:00Z","meta":{"snapshot.json":[]}},"signatures":[]})"}) {
    for (const char* name : {"2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"}) {
      World world;
      world.repository.served[name] = file;
      EXPECT_FALSE(world.refresh()) << name << " " << file;
    }
  }
}

TEST(TufAdvisories, GoTuf749_NullWhereAValueBelongs) {
  Repository whole;
  whole.delegate("targets", "team", {"*"});
  const std::vector<std::pair<std::string, std::string>> files = {
      {"2.root.json", whole.file_of("root", whole.root)},
      {"timestamp.json", whole.file_of("timestamp", whole.timestamp)},
      {"1.snapshot.json", whole.file_of("snapshot", whole.snapshot)},
      {"1.targets.json", whole.file_of("targets", whole.roles["targets"])}};
  std::size_t tried = 0;
  for (const auto& [name, file] : files) {
    const json::Object payload = *Envelope::parse(bytes_of(file)).value().payload.object();
    for (const json::Member& member : payload) {
      std::vector<json::Member> members(payload.begin(), payload.end());
      members[static_cast<std::size_t>(&member - payload.begin())].value = nullptr;
      World world;
      const std::string canonical = json::to_olpc_canonical(json::Object(std::move(members))).value();
      const std::string role_name = name == "2.root.json"      ? "root"
                                    : name == "timestamp.json" ? "timestamp"
                                                               : name.substr(2, name.find(".json") - 2);
      const Signer& who = world.repository.signers[role_name][0];
      const Signature signature = sign(who.key, who.listed, who.id, canonical).value();
      world.repository.served[name] = write_envelope(canonical, {&signature, 1});
      const auto refreshed = world.refresh();
      ASSERT_FALSE(refreshed) << name << " " << member.name;
      EXPECT_EQ(refreshed.error().code().name, "tuf/shape") << name << " " << refreshed.error().message();
      ++tried;
    }
  }
  EXPECT_GE(tried, 22U);
}

TEST(TufAdvisories, GoTuf739_Ed25519KeyOfTheWrongLength) {
  for (const std::size_t digits : {0U, 2U, 62U, 63U, 66U, 128U}) {
    World world;
    const KeyId id("short");
    world.repository.root.keys.emplace(
        id, Key::parse(json::parse(R"({"scheme":"ed25519","keytype":"ed25519","keyval":{"public":")" +
                                   std::string(digits, '1') + R"("}})")
                           .value())
                .value());
    world.repository.role_keys("timestamp").keyids = {id};
    world.repository.publish_root();
    EXPECT_REFUSED(kTufThreshold, world.refresh());
  }
}

TEST(TufAdvisories, GoTuf721_TargetWithEmptyHashes) {
  World world;
  world.repository.roles["targets"].targets.set("x", TargetFile{.length = 1});
  EXPECT_REFUSED(kTufShape, world.refresh());
  EXPECT_FALSE(check_target(TargetFile{.length = 1}, bytes_of("x")));
}

TEST(TufAdvisories, GoTuf716_SuccinctBitLengthOutOfRange) {
  for (const unsigned bits : {0U, 33U, 64U, 4294967295U}) {
    World world;
    world.repository.delegations_of("targets").roles = SuccinctRoles{.bit_length = bits, .name_prefix = "b"};
    EXPECT_REFUSED(kTufShape, world.refresh());
  }
}

TEST(TufAdvisories, GoTuf713_KeyIdsAreOnlyTexts) {
  World world;
  Signer odd = signer(1);
  for (const char* id : {"", "/", "zz", "\n\"\\", "\xf0\x9f\x98\x80"}) {
    odd.id = KeyId(id);
    world.repository.rotate_key("timestamp", odd);
    world.repository.publish_root();
    EXPECT_OK(world.refresh());
  }
}

TEST(TufAdvisories, CVE_2026_24686_NamesAreNeverFolders) {
  for (const char* name : {"../x", "/x", "a/../../x", "..", "."}) {
    for (const std::string& local : {local_metadata_name(role(name)), local_target_name(path(name))}) {
      EXPECT_FALSE(local.contains('/')) << local;
      EXPECT_TRUE(local != "." && local != "..") << local;
    }
  }
}

TEST(TufAdvisories, CVE_2022_29173_RollbackIsComparedWithWhatIsStored) {
  World world;
  world.repository.timestamp.version = Version(7);
  world.repository.snapshot.version = Version(6);
  world.repository.publish();
  EXPECT_OK(world.refresh());
  for (const auto& [timestamp, snapshot] : {std::pair{7, 7}, std::pair{9, 6}, std::pair{1, 1}}) {
    World next = world;  // another process with the same store
    next.repository.timestamp.version = Version(static_cast<std::uint64_t>(timestamp));
    next.repository.snapshot.version = Version(static_cast<std::uint64_t>(snapshot));
    next.repository.list_snapshot();
    EXPECT_REFUSED(kTufRollback, next.refresh());
    EXPECT_EQ(next.store.trusted(), "root 1, snapshot 7, targets 1, timestamp 8");
  }
}

TEST(TufAdvisories, CVE_2024_47534_DelegationsAreFollowedFromTheTop) {
  World world;
  Repository& repository = world.repository;
  repository.delegate("targets", "A", {"a"});
  repository.delegate("targets", "B", {"*"});
  repository.delegate("A", "C", {"*"});
  repository.add_target("A", "x", "A's, but x is not delegated to A");
  repository.add_target("C", "x", "C's, but only A delegates to C");
  repository.add_target("B", "x", "right");
  repository.bump("targets");
  repository.publish();
  const auto found = world.find("x");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->role.text(), "B");
}

// A delegator in the middle of the diamond is reached by two ways: what it says is taken as each way verifies
// it.
TEST(TufAdvisories, TOB_SIGSTORE_14_CachedRoleOfAnotherDelegator) {
  World world;
  Repository& repository = world.repository;
  repository.delegate("targets", "A", {"a/*"});
  repository.delegate("targets", "B", {"b/*"});
  repository.delegate("B", "shared", {"*/*"}, false, 21);
  repository.delegate("A", "shared", {"*/*"}, false, 20);
  repository.delegate("shared", "leaf", {"*/*"}, false, 22);
  repository.add_target("leaf", "a/x");
  repository.add_target("leaf", "b/x");
  repository.bump("targets");
  repository.publish();
  repository.signers["shared"] = {signer(20)};
  Updater updater = Updater::open(world.store, repository, world.options).value();
  EXPECT_TRUE(updater.find_target(path("a/x")).value());
  EXPECT_REFUSED(kTufThreshold, updater.find_target(path("b/x")));
  EXPECT_EQ(world.role_of("b/x"), "tuf/threshold");
}

TEST(TufAdvisories, GHSA_qp9x_wp8f_qgjj_PatternsKnowCase) {
  EXPECT_FALSE(path_matches("Targets/*.TGZ", "targets/a.tgz"));
  EXPECT_FALSE(path_matches("targets/*.tgz", "Targets/a.tgz"));
}

TEST(TufAdvisories, GHSA_77hh_43cm_v8j6_OnlyDelegatedRolesAreFound) {
  const Delegations none;
  EXPECT_EQ(none.find(RoleName::targets()), nullptr);
  Delegations bins;
  bins.roles = SuccinctRoles{.bit_length = 4, .name_prefix = "bin"};
  EXPECT_NE(bins.find(role("bin-f")), nullptr);
  for (const char* other : {"bin", "bin-", "bin-g", "bin-10", "root", "snapshot"}) {
    EXPECT_EQ(bins.find(role(other)), nullptr) << other;
  }
}

TEST(TufAdvisories, CVE_2021_41131_RoleNamesThatTraverse) {
  World world;
  world.repository.delegate("targets", "../../etc/cron.d/x", {"*"});
  world.repository.bump("targets");
  world.repository.publish();
  EXPECT_EQ(world.role_of("missing"), "-");
  EXPECT_EQ(world.repository.requests.back(), "1...%2F..%2Fetc%2Fcron.d%2Fx.json");
  EXPECT_EQ(local_metadata_name(role("../../etc/cron.d/x")), "..%2F..%2Fetc%2Fcron.d%2Fx.json");
}

TEST(TufAdvisories, CVE_2020_15163_RefusedRootIsNotKept) {
  World world;
  Repository& repository = world.repository;
  const std::string before = world.store.files["root"];
  repository.clear_keys("root");
  repository.add_key("root", signer(66));
  repository.publish_root();  // signed by the new key only
  EXPECT_REFUSED(kTufThreshold, world.refresh());
  EXPECT_EQ(world.store.files["root"], before);
  EXPECT_REFUSED(kTufThreshold, world.refresh());
  repository.signers["root"] = {signer(1)};  // and by the old key only: the new one is not verified by itself
  repository.roots.back() = repository.file_of("root", repository.root);
  EXPECT_REFUSED(kTufThreshold, world.refresh());
  EXPECT_EQ(world.store.files["root"], before);
}

TEST(TufAdvisories, CVE_2020_6173_HugeNumberOfSignatures) {
  const auto with = [](std::size_t number) {
    return [number](const std::string& file) {
      Envelope envelope = Envelope::parse(bytes_of(file)).value();
      while (envelope.signatures.size() < number) {
        envelope.signatures.push_back(
            {KeyId(std::to_string(envelope.signatures.size())), std::string(128, '0')});
      }
      return write_envelope(envelope.canonical, envelope.signatures);
    };
  };
  World world;
  world.repository.tamper["targets"] = with(1000);
  EXPECT_OK(world.refresh());
  World more;
  more.repository.tamper["targets"] = with(1001);
  EXPECT_REFUSED(kTufShape, more.refresh());
}

TEST(TufAdvisories, CVE_2026_6967_DelegatedRolesAreCheckedLikeOthers) {
  for (const std::string what : {"expiry", "hash", "length", "version"}) {
    World world;
    Repository& repository = world.repository;
    repository.lists_hashes = what == "hash" || what == "length";
    repository.add_target("team", "x");
    repository.delegate("targets", "team", {"*"});
    repository.bump("targets");
    if (what == "expiry") repository.roles["team"].expires = kNow;
    repository.publish();
    if (what == "hash") repository.roles["team"].expires += kDay;
    if (what == "length") repository.tamper["team"] = [](std::string file) { return file + " "; };
    if (what == "version") {
      repository.bump("team");
      repository.served["1.team.json"] = repository.file_of("team", repository.roles["team"]);
    }
    EXPECT_TRUE(world.role_of("x").starts_with("tuf/")) << what;
    EXPECT_FALSE(world.store.files.contains("team")) << what << ": kept";
  }
}

TEST(TufAdvisories, CVE_2026_6968_AbsoluteTargetNames) {
  EXPECT_EQ(local_target_name(path("/etc/passwd")), "%2Fetc%2Fpasswd");
  EXPECT_EQ(target_request_path(path("/etc/passwd"), std::nullopt).value(),
            "/etc/passwd");  // below the base URL
  World world;
  world.repository.add_target("targets", "/etc/passwd");
  EXPECT_EQ(world.role_of("/etc/passwd"), "targets");
  EXPECT_EQ(world.role_of("etc/passwd"), "-");
}

TEST(TufAdvisories, CVE_2021_41149_TargetNamesThatTraverse) {
  EXPECT_EQ(local_target_name(path("../../x")), "..%2F..%2Fx");
  EXPECT_REFUSED(kTufTargetPath, target_request_path(path("../../x"), std::nullopt));
  EXPECT_EQ(local_metadata_name(role("../../x")), "..%2F..%2Fx.json");  // CVE-2021-41150
}

TEST(TufAdvisories, CVE_2025_2885_RootVersionIsTheVeryNext) {
  for (const std::uint64_t version : {1U, 3U, 99U}) {
    World world;
    world.repository.root.version = Version(version);
    world.repository.publish_root(false);
    EXPECT_REFUSED(kTufVersion, world.refresh());
    EXPECT_EQ(world.store.trusted(), "root 1");
  }
}

TEST(TufAdvisories, CVE_2025_2886_TerminatingDelegationsEndTheSearch) {
  World world;
  Repository& repository = world.repository;
  repository.delegate("targets", "A", {"*"}, true);
  repository.delegate("targets", "B", {"*"});
  repository.add_target("B", "x");
  repository.bump("targets");
  repository.publish();
  EXPECT_EQ(world.role_of("x"), "-");
  EXPECT_EQ(world.role_of("x"), "-");  // and with A from the store
}

TEST(TufAdvisories, CVE_2025_2887_DelegatedRollbackIsSeen) {
  World world;
  Repository& repository = world.repository;
  repository.add_target("team", "x");
  repository.delegate("targets", "team", {"*"});
  repository.roles["team"].version = Version(5);
  repository.publish();
  EXPECT_EQ(world.role_of("x"), "team");
  repository.roles["team"].version = Version(4);
  repository.publish();
  EXPECT_EQ(world.role_of("x"), "tuf/rollback");
}

TEST(TufAdvisories, CVE_2025_2888_RefusedTimestampIsNotCached) {
  World world;
  EXPECT_OK(world.refresh());
  const std::string before = world.store.files["timestamp"];
  world.repository.snapshot.version = Version(2);
  world.repository.publish_timestamp();
  world.repository.timestamp.expires = kNow;
  EXPECT_REFUSED(kTufExpired, world.refresh());
  EXPECT_EQ(world.store.files["timestamp"], before);
}

TEST(TufAdvisories, SigstoreRuby89_RollbackProtection) {
  World world;
  world.repository.publish();
  EXPECT_OK(world.refresh());
  world.repository.timestamp.version = Version(1);
  EXPECT_REFUSED(kTufRollback, world.refresh());
}

TEST(TufAdvisories, Sigstore1091_FreshMetadataIsStillRefreshed) {
  World world;
  EXPECT_OK(world.refresh());
  world.repository.rotate_key("timestamp", signer(70));  // recovery after a compromise
  world.repository.publish_root();
  world.repository.publish();
  EXPECT_OK(world.refresh());
  EXPECT_EQ(world.store.trusted(), "root 2, snapshot 2, targets 1, timestamp 2");
}

TEST(TufAdvisories, PhpTuf385_BinsAreOneObject) {
  World world;
  Repository& repository = world.repository;
  SuccinctRoles bins{.keys = {.keyids = {signer(10).id}}, .bit_length = 14, .name_prefix = "bin"};
  repository.delegations_of("targets").keys.emplace(signer(10).id, signer(10).listed);
  repository.delegations_of("targets").roles = bins;
  const std::string name = bins.bin_for(path("x")).text();
  repository.add_role(name);
  repository.add_target(name, "x");
  repository.bump("targets");
  repository.publish();
  EXPECT_EQ(world.role_of("x"), name);
  EXPECT_LT(world.store.files["targets"].size(), 1500U);
}

}  // namespace
}  // namespace tomme::tuf
