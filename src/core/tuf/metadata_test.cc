#include "core/tuf/metadata.h"

#include <filesystem>
#include <gtest/gtest.h>

#include "core/crypto/errors.h"
#include "core/crypto/vectors_for_test.h"
#include "core/encoding/errors.h"
#include "core/tuf/errors.h"
#include "core/tuf/threshold.h"

namespace tomme::tuf {
namespace {

using namespace std::string_literals;

constexpr std::string_view kRoles =
    R"("roles":{"root":{"keyids":["a"],"threshold":1},"timestamp":{"keyids":["a"],"threshold":1},)"
    R"("snapshot":{"keyids":["a"],"threshold":1},"targets":{"keyids":["a"],"threshold":1}})";
constexpr std::string_view kHead = R"("spec_version":"1.0.31","version":3,"expires":"2030-01-01T00:00:00Z")";

std::string sha(char digit) {
  return std::string(64, digit);
}

template <class T>
Result<Signed<T>> parse_payload(const std::string& payload) {
  const std::string file = R"({"signatures":[],"signed":)" + payload + "}";
  return Signed<T>::parse(bytes_of(file));
}

std::string root_with(std::string_view more, std::string_view roles = kRoles, std::string_view head = kHead) {
  return R"({"_type":"root",)" + std::string(head) + "," + std::string(roles) + "," + std::string(more) + "}";
}
std::string targets_with(std::string_view targets, std::string_view more = "") {
  return R"({"_type":"targets",)" + std::string(kHead) + R"(,"targets":)" + std::string(targets) +
         std::string(more) + "}";
}
std::string snapshot_with(std::string_view meta) {
  return R"({"_type":"snapshot",)" + std::string(kHead) + R"(,"meta":)" + std::string(meta) + "}";
}

template <class T>
void expect_refused(const std::string& payload, const ErrorCode& code, std::string_view words = "") {
  const auto parsed = parse_payload<T>(payload);
  ASSERT_FALSE(parsed) << payload;
  EXPECT_TRUE(parsed.error().is(code)) << parsed.error().code().name << ": " << parsed.error().message();
  EXPECT_TRUE(parsed.error().message().contains(words)) << parsed.error().message();
}

TEST(TufMetadata, ATargetsFileMaySayItsRole) {
  const auto said = parse_payload<Targets>(targets_with("{}", R"(,"x-tomme-role":"team")"));
  ASSERT_TRUE(said);
  EXPECT_EQ(said->value.role->text(), "team");
  EXPECT_EQ(*said->value.to_canonical(), said->canonical);
  EXPECT_EQ(said->value.unknown.size(), 0U);
  EXPECT_TRUE(expect_role("team", said->value));
  EXPECT_TRUE(expect_role("Team", said->value).error().is(kTufRole));
  EXPECT_TRUE(expect_role("Team", parse_payload<Targets>(targets_with("{}"))->value));
  for (const char* value : {"1", "null", "\"\"", "[\"team\"]"}) {
    expect_refused<Targets>(targets_with("{}", R"(,"x-tomme-role":)" + std::string(value)), kTufShape);
  }
}

TEST(TufMetadata, ShowsNoNameAsItStands) {
  const std::string name = "\\u001b[31m" + std::string(300, 'a');
  for (const std::string& hashes : {R"({})"s, R"({"md5":null})"s, R"({"sha256":"aa"})"s}) {
    const auto target =
        parse_payload<Targets>(targets_with("{\"" + name + R"(":{"length":1,"hashes":)" + hashes + "}}"));
    const auto meta = parse_payload<Snapshot>(
        snapshot_with("{\"" + name + R"(.json":{"version":1,"hashes":)" + hashes + "}}"));
    for (const std::string& message : {target.error().message(), meta.error().message()}) {
      EXPECT_TRUE(message.starts_with("\\x1b[31maaa")) << message;
      EXPECT_LT(message.size(), 300U);
    }
  }
}

TEST(TufMetadata, WritesWhatItRead) {
  const std::string root = root_with(
      R"("consistent_snapshot":true,"x-tool":{"b":[1,null],"a":"é"},"keys":{"a":{"keytype":"ed25519",)"
      R"("scheme":"ed25519","keyval":{"public":"00","private":""},"keyid_hash_algorithms":"md5","x":1},)"
      R"("b":{"keytype":"abacus","scheme":"beads","keyval":{"rods":7}}})");
  const auto parsed = parse_payload<Root>(root);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->value.to_canonical().value(), parsed->canonical);
  EXPECT_EQ(parsed->value.keys.size(), 2U);
  EXPECT_NE(parsed->value.keys.at(KeyId("b")).why_unusable(), "");

  const std::string roles =
      R"({"keys":{},"y":2,"roles":[{"name":"a/../b","keyids":["k","l"],"threshold":7,"terminating":true,)"
      R"("paths":["*/?"],"z":3},{"name":"c","keyids":[],"threshold":1,"terminating":false,)"
      R"("path_hash_prefixes":["0a","f"]}]})";
  const std::string bins =
      R"({"keys":{},"succinct_roles":{"keyids":["k"],"threshold":1,"bit_length":5,"name_prefix":"bin"}})";
  for (const std::string& delegations : {roles, bins}) {
    const auto targets = parse_payload<Targets>(targets_with(
        R"({"p/q":{"length":0,"hashes":{"sha256":")" + sha('1') +
            R"(","blake2b":"x"},"custom":{"m":"\n"},"w":[]},"a":{"length":9007199254740993,"hashes":{"sha512":")" +
            sha('2') + sha('3') + R"("}}})",
        R"(,"delegations":)" + delegations));
    ASSERT_TRUE(targets) << targets.error().message();
    EXPECT_EQ(targets->value.to_canonical().value(), targets->canonical);
  }

  const auto snapshot = parse_payload<Snapshot>(snapshot_with(
      R"({"targets.json":{"version":1},"rekor.json":{"version":2,"length":3,"hashes":{"sha256":")" +
      sha('4') + R"("},"x":1}})"));
  ASSERT_TRUE(snapshot) << snapshot.error().message();
  EXPECT_EQ(snapshot->value.to_canonical().value(), snapshot->canonical);
  EXPECT_EQ(snapshot->value.find(RoleName::targets())->version, Version(1));
  EXPECT_FALSE(snapshot->value.find(RoleName::root()));

  const auto timestamp =
      parse_payload<Timestamp>(R"({"_type":"timestamp",)" + std::string(kHead) +
                               R"(,"meta":{"other.json":{},"snapshot.json":{"version":9}},"w":"\u0001"})");
  ASSERT_TRUE(timestamp) << timestamp.error().message();
  EXPECT_EQ(timestamp->value.to_canonical().value(), timestamp->canonical);
}

TEST(TufMetadata, AnEnvelopeIsJsonEvenWhereWhatIsSignedIsNot) {
  Timestamp timestamp;
  timestamp.unknown = *json::parse("{\"note\":\"a\\nb\\u0000\\\"\\\\\"}")->object();
  const std::string canonical = timestamp.to_canonical().value();
  EXPECT_FALSE(json::parse(canonical));
  const std::string file =
      write_envelope(canonical, std::vector<Signature>{{KeyId("k\n"), "00"}, {KeyId("l"), ""}});
  const auto read = Signed<Timestamp>::parse(bytes_of(file));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->canonical, canonical);
  ASSERT_EQ(read->signatures.size(), 2U);
  EXPECT_EQ(read->signatures[0].keyid, KeyId("k\n"));
}

TEST(TufMetadata, WritesWhateverASignatureHasBesides) {
  Signature signature{KeyId("k"), "00"};
  signature.unknown = *json::parse(R"({"bundle":{"x":0.5},"\u0001":"\n","keyid":"other"})")->object();
  const std::string file = write_envelope(*Timestamp().to_canonical(), {&signature, 1});
  const auto read = Signed<Timestamp>::parse(bytes_of(file));
  ASSERT_TRUE(read) << read.error().message();
  ASSERT_EQ(read->signatures.size(), 1U);
  EXPECT_EQ(read->signatures[0].keyid, KeyId("k"));
  EXPECT_EQ(read->signatures[0].unknown.size(), 2U);
  EXPECT_EQ(write_envelope(read->canonical, read->signatures), file);
}

TEST(TufMetadata, RefusesEnvelopesOfAnotherShape) {
  const std::string good = R"("signed":{"_type":"timestamp"})";
  for (const std::string& file :
       {std::string("[]"), std::string("null"), R"({"signatures":[]})"s, "{" + good + "}",
        R"({"signatures":null,)" + good + "}", R"({"signatures":{},)" + good + "}",
        R"({"signatures":[null],)" + good + "}", R"({"signatures":[{"keyid":"a"}],)" + good + "}",
        R"({"signatures":[{"keyid":1,"sig":""}],)" + good + "}",
        R"({"signatures":[{"keyid":"a","sig":null}],)" + good + "}", R"({"signatures":[],"signed":[]})"s,
        R"({"signatures":[],"signed":null})"s}) {
    const auto parsed = Envelope::parse(bytes_of(file));
    ASSERT_FALSE(parsed) << file;
    EXPECT_TRUE(parsed.error().is(kTufShape)) << parsed.error().message();
  }
  for (const std::string_view file : {"", "{", R"({"signed":{},"signed":{},"signatures":[]})", "{}x"}) {
    EXPECT_TRUE(Envelope::parse(bytes_of(file)).error().is(kJsonInvalid)) << file;
  }
  EXPECT_TRUE(Envelope::parse(bytes_of(R"({"signatures":[],"signed":{"a":1.5}})")).error().is(kJsonShape));
}

TEST(TufMetadata, LimitsOfEnvelopes) {
  const std::string file =
      R"({"signatures":[{"keyid":"a","sig":""},{"keyid":"b","sig":""}],"signed":{"a":[1]}})";
  EXPECT_TRUE(Envelope::parse(bytes_of(file), {.bytes = file.size(), .depth = 3, .signatures = 2}));
  EXPECT_FALSE(Envelope::parse(bytes_of(file), {.bytes = file.size() - 1}));
  EXPECT_FALSE(Envelope::parse(bytes_of(file), {.depth = 2}));
  EXPECT_FALSE(Envelope::parse(bytes_of(file), {.values = 5}));
  EXPECT_FALSE(Envelope::parse(bytes_of(file), {.signatures = 1}));
}

TEST(TufMetadata, DuplicateKeyIdsInSignaturesRefuseTheFile) {
  const auto parsed =
      Envelope::parse(bytes_of(R"({"signed":{},"signatures":[{"keyid":"a","sig":"1"},{"keyid":"b","sig":""},)"
                               R"({"keyid":"a","sig":"2"}]})"));
  ASSERT_FALSE(parsed);
  EXPECT_TRUE(parsed.error().is(kTufDuplicateSignature));
}

TEST(TufMetadata, RefusesRolesOfAnotherKind) {
  expect_refused<Root>(snapshot_with("{}"), kTufType, "of type 'snapshot', not 'root'");
  expect_refused<Timestamp>(snapshot_with("{}"), kTufType);
  expect_refused<Snapshot>(targets_with("{}"), kTufType);
  expect_refused<Targets>(snapshot_with("{}"), kTufType);
}

TEST(TufMetadata, HeadsThatAreRead) {
  for (const std::string_view version : {"1.0", "1.0.0", "1.0.34", "1.99.1"}) {
    const std::string head = R"("spec_version":")" + std::string(version) +
                             R"(","version":9223372036854775806,"expires":"0001-01-01T00:00:00Z")";
    EXPECT_TRUE(parse_payload<Root>(root_with(R"("keys":{})", kRoles, head))) << version;
  }
}

TEST(TufMetadata, HeadsThatAreRefused) {
  const auto head = [](std::string_view spec, std::string_view version, std::string_view expires) {
    return root_with(R"("keys":{})", kRoles,
                     R"("spec_version":)" + std::string(spec) + R"(,"version":)" + std::string(version) +
                         R"(,"expires":)" + std::string(expires));
  };
  const std::string_view date = R"("2030-01-01T00:00:00Z")";
  for (const std::string_view spec : {R"("2.0")", R"("0.9.1")", R"("1")", R"("1.")", R"("1.0.")",
                                      R"("1.0.0.0")", R"("1.x")", R"("10.0")", R"("")", R"(" 1.0")"}) {
    expect_refused<Root>(head(spec, "1", date), kTufSpecVersion);
  }
  expect_refused<Root>(head("1", "1", date), kTufShape, "'spec_version' is a whole number");
  for (const std::string_view version : {"0", "-1", "\"1\"", "null", "true", "9223372036854775807", "[]"}) {
    expect_refused<Root>(head("\"1.0\"", version, date), kTufShape, "'version'");
  }
  for (const std::string_view version : {"1.0", "1e3"}) {
    expect_refused<Root>(head("\"1.0\"", version, date), kJsonShape);
  }
  for (const std::string_view expires :
       {R"("2030-01-01T00:00:00.Z")", R"("2030-01-01T00:00:00,1Z")", R"("2030-01-01T00:00:00.1")",
        R"("2030-01-01T00:00:00.123456789012345678901Z")", R"("2021-12-18T13:28:12.99008-06:00")",
        R"("2030-01-01T00:00:00+00:00")", R"("2030-01-01 00:00:00Z")", R"("2030-02-30T00:00:00Z")",
        R"("2030-01-01T00:00:60Z")", R"("2030-01-01T00:00:00z")", R"("2030-01-01")", R"("")", "1893456000",
        "null"}) {
    expect_refused<Root>(head("\"1.0\"", "1", expires), kTufShape, "'expires'");
  }
}

TEST(TufMetadata, AFractionOfASecondIsCutOff) {
  for (const std::string_view expires : {"2030-01-01T00:00:00.1Z", "2030-01-01T00:00:00.939082663Z",
                                         "2030-01-01T00:00:00.9999999999999999999Z"}) {
    std::string text = R"({"signed":{"_type":"timestamp",)" + std::string(kHead) +
                       R"(,"meta":{"snapshot.json":{"version":1}}},"signatures":[]})";
    const std::string whole = "2030-01-01T00:00:00Z";
    text.replace(text.find(whole), whole.size(), expires);
    const auto parsed = Signed<Timestamp>::parse(bytes_of(text));
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(to_rfc3339(parsed->value.expires), whole);
    EXPECT_TRUE(parsed->canonical.contains(expires));  // what was signed stays what it is
  }
}

TEST(TufMetadata, RootsThatAreRefused) {
  const auto role = [](std::string_view root) {
    return R"("roles":{"root":)" + std::string(root) +
           R"(,"timestamp":{"keyids":[],"threshold":1},"snapshot":{"keyids":[],"threshold":1},)" +
           R"("targets":{"keyids":[],"threshold":1}})";
  };
  EXPECT_TRUE(parse_payload<Root>(root_with(R"("keys":{})", role(R"({"keyids":["a"],"threshold":9})"))));
  for (const std::string_view threshold : {"0", "-1", "-9223372036854775808", "\"1\"", "null", "true"}) {
    expect_refused<Root>(
        root_with(R"("keys":{})", role(R"({"keyids":["a"],"threshold":)" + std::string(threshold) + "}")),
        kTufShape, "'threshold'");
  }
  for (const std::string_view wrong :
       {R"({"keyids":["a","a"],"threshold":1})", R"({"keyids":[1],"threshold":1})",
        R"({"keyids":"a","threshold":1})", R"({"threshold":1})", R"({"keyids":[]})", "null", "[]"}) {
    expect_refused<Root>(root_with(R"("keys":{})", role(wrong)), kTufShape);
  }
  for (const std::string_view keys :
       {"null", "[]", R"({"a":null})", R"({"a":{"keytype":"ed25519","scheme":"ed25519"}})",
        R"({"a":{"keytype":"ed25519","scheme":"ed25519","keyval":"00"}})",
        R"({"a":{"keytype":1,"scheme":"ed25519","keyval":{}}})", R"({"a":{"keytype":"x","keyval":{}}})"}) {
    expect_refused<Root>(root_with(R"("keys":)" + std::string(keys)), kTufShape);
  }
  expect_refused<Root>(root_with(R"("consistent_snapshot":true)"), kTufShape, "'keys' is missing");
  expect_refused<Root>(root_with(R"("keys":{},"consistent_snapshot":null)"), kTufShape,
                       "consistent_snapshot");
  expect_refused<Root>(root_with(R"("keys":{})", R"("roles":{"root":{"keyids":[],"threshold":1}})"),
                       kTufShape, "'timestamp' is missing");
}

TEST(TufMetadata, TargetsThatAreRefused) {
  const std::string hash = R"("hashes":{"sha256":")" + sha('a') + R"("})";
  for (const std::string& target :
       {R"({"length":1,"hashes":{}})"s, R"({"length":1})"s, "{" + hash + "}", R"({"length":-1,)" + hash + "}",
        R"({"length":null,)" + hash + "}", R"({"length":1,"hashes":{"sha256":"aa"}})"s,
        R"({"length":1,"hashes":{"sha256":1}})"s, R"({"length":1,"hashes":{"md5":null}})"s,
        R"({"length":1,"hashes":{"sha256":")" + sha('A') + R"("}})", R"({"length":1,"hashes":null})"s,
        "null"s, R"({"length":18446744073709551615,)" + hash + "}"}) {
    expect_refused<Targets>(targets_with(R"({"p":)" + target + "}"), kTufShape);
  }
  expect_refused<Targets>(targets_with("[]"), kTufShape);
  for (const std::string_view meta :
       {R"({"a.json":{}})", R"({"a.json":{"version":0}})", R"({"a.json":{"version":1,"hashes":{}}})",
        R"({"a.json":{"version":1,"length":null}})", R"({"a.json":1})", "[]"}) {
    expect_refused<Snapshot>(snapshot_with(meta), kTufShape);
  }
}

TEST(TufMetadata, DelegationsThatAreRefused) {
  const auto refuse = [](std::string_view delegations, std::string_view words = "") {
    expect_refused<Targets>(targets_with("{}", R"(,"delegations":)" + std::string(delegations)), kTufShape,
                            words);
  };
  const auto role = [](std::string_view name, std::string_view rest) {
    return R"({"name":)" + std::string(name) + R"(,"keyids":[],"threshold":1)" + std::string(rest) + "}";
  };
  const auto roles = [](const std::string& list) { return R"({"keys":{},"roles":[)" + list + "]}"; };
  const std::string paths = R"(,"terminating":false,"paths":["*"])";
  refuse("null");
  refuse(R"({"keys":{}})", "roles");
  refuse(R"({"roles":[]})", "keys");
  refuse(R"({"keys":{},"roles":null})");
  refuse(R"({"keys":{},"roles":{}})");
  refuse(
      R"({"keys":{},"roles":[],"succinct_roles":{"keyids":[],"threshold":1,"bit_length":1,"name_prefix":"b"}})",
      "is beside");
  refuse(roles(role(R"("a")", paths) + "," + role(R"("a")", paths)), "two delegated roles");
  for (const std::string_view name :
       {R"("root")", R"("timestamp")", R"("snapshot")", R"("targets")", R"("")", "1"})
    refuse(roles(role(name, paths)));
  refuse(roles(role("\"" + std::string(RoleName::kMaxBytes + 1, 'a') + "\"", paths)));
  EXPECT_TRUE(parse_payload<Targets>(targets_with(
      "{}", R"(,"delegations":)" + roles(role("\"" + std::string(RoleName::kMaxBytes, 'a') + "\"", paths)))));
  refuse(roles(role(R"("a")", R"(,"terminating":false)")), "neither");
  refuse(roles(role(R"("a")", paths + R"(,"path_hash_prefixes":["0"])")), "both");
  refuse(roles(role(R"("a")", R"(,"paths":["*"])")), "terminating");
  refuse(roles(role(R"("a")", R"(,"terminating":1,"paths":["*"])")), "terminating");
  refuse(roles(role(R"("a")", R"(,"terminating":false,"paths":[1])")));
  refuse(roles(role(R"("a")", R"(,"terminating":false,"paths":null)")));
  for (const std::string& prefix : {""s, "G"s, "A"s, std::string(65, 'a')}) {
    refuse(roles(role(R"("a")", R"(,"terminating":false,"path_hash_prefixes":[")" + prefix + R"("])")));
  }
  for (const std::string_view bits : {"0", "33", "-1", "null", "\"8\"", "4294967297"}) {
    refuse(R"({"keys":{},"succinct_roles":{"keyids":[],"threshold":1,"name_prefix":"b","bit_length":)" +
               std::string(bits) + "}}",
           "'bit_length'");
  }
  refuse(R"({"keys":{},"succinct_roles":{"keyids":[],"threshold":1,"bit_length":1,"name_prefix":")" +
             std::string(RoleName::kMaxBytes, 'p') + R"("}})",
         "name_prefix");
}

// Every root of the public-good instance but the first, whose date has an offset, and all other roles.
TEST(TufMetadata, ReadsRealRepositories) {
  if (!vectors::present()) GTEST_SKIP() << "needs the real repositories in " << vectors::folder();
  std::size_t read = 0;
  for (const char* folder : {"public-good/metadata", "tuf-static/tuf-on-ci-0.11/metadata",
                             "tuf-static/sigstore-root-signing/metadata"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(vectors::folder() / folder)) {
      const std::string name = entry.path().filename().string();
      if (!entry.is_regular_file() || !name.ends_with(".json")) continue;
      const std::string text = vectors::read(entry.path());
      const bool old = name == "1.root.json" && !entry.path().string().contains("tuf-on-ci");
      const auto check = [&]<class T>(const Result<Signed<T>>& parsed) {
        if (old) {
          ASSERT_FALSE(parsed) << entry.path();
          EXPECT_TRUE(parsed.error().message().contains("'expires' is")) << parsed.error().message();
          return;
        }
        ASSERT_TRUE(parsed) << entry.path() << ": " << parsed.error().message();
        // Their dates have a fraction of a second, which is not kept.
        const bool has_fraction = name == "2.root.json" || name == "3.root.json";
        EXPECT_EQ(parsed->value.to_canonical().value() == parsed->canonical, !has_fraction) << entry.path();
        ++read;
      };
      if (name.ends_with("root.json")) {
        check(Signed<Root>::parse(bytes_of(text)));
      } else if (name.ends_with("timestamp.json")) {
        check(Signed<Timestamp>::parse(bytes_of(text)));
      } else if (name.ends_with("snapshot.json")) {
        check(Signed<Snapshot>::parse(bytes_of(text)));
      } else {
        check(Signed<Targets>::parse(bytes_of(text)));
      }
    }
  }
  EXPECT_GE(read, 30U);
}

// Roots 4 to 15: hexadecimal points, two names of one key type, empty signatures, a key id that is no hash.
TEST(TufMetadata, EveryRealRootIsSignedByItself) {
  if (!vectors::present()) GTEST_SKIP() << "needs the real repositories in " << vectors::folder();
  for (int version = 4; version <= 15; ++version) {
    const std::string text =
        vectors::read("public-good/metadata/root_history/" + std::to_string(version) + ".root.json");
    const auto root = Signed<Root>::parse(bytes_of(text));
    ASSERT_TRUE(root) << version << root.error().message();
    const Root& value = root->value;
    const auto verified =
        verify_threshold("root", "itself", value.keys, value.root, root->canonical, root->signatures);
    EXPECT_TRUE(verified) << version << ": " << verified.error().message();
  }
}

}  // namespace
}  // namespace tomme::tuf
