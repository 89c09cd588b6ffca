#include "app/repository/strict_form.h"

#include <gmock/gmock.h>

#include "app/repository/errors.h"
#include "app/repository/repository_for_test.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"

namespace tomme::repository {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kDigest(64, 'a');

/// The members of a targets role that differ from a plain one.
std::string role_with(const std::string& targets, const std::string& more = "",
                      const std::string& expires = "2030-01-01T00:00:00Z") {
  return R"({"_type":"targets",)" + more + R"("expires":")" + expires +
         R"(","spec_version":"1.0.34","targets":{)" + targets + R"(},"version":1})";
}
std::string with_key(const std::string& key) {
  return role_with("", R"("delegations":{"keys":{"abc":)" + key + R"(},"roles":[]},)");
}
std::string key(const std::string& type, const std::string& scheme, const std::string& text) {
  return R"({"keytype":")" + type + R"(","keyval":{"public":)" + json::quote(text) + R"(},"scheme":")" +
         scheme + "\"}";
}
std::string with_role(const std::string& members) {
  return role_with("", R"("delegations":{"keys":{},"roles":[{)" + members +
                           R"(,"paths":["a"],"terminating":false,"threshold":1}]},)");
}
std::string with_pattern(const std::string& pattern) {
  return role_with("", R"("delegations":{"keys":{},"roles":[{"keyids":[],"name":"x","paths":[)" +
                           json::quote(pattern) + R"(],"terminating":false,"threshold":1}]},)");
}

TEST(StrictForm, WhatTheToolsWriteIsReadByAll) {
  const std::string pem = to_pem("PUBLIC KEY", p256(1)->public_key().spki());
  for (const std::string& good :
       {role_with(""),
        role_with(R"("a":{"hashes":{"sha256":")" + kDigest + R"("},"length":9007199254740992})"),
        role_with(R"("a":{"custom":{"x":[1,null]},"hashes":{"sha256":")" + kDigest + R"("},"length":1})"),
        role_with("", R"("Other":1,"x-y":{"k":"v"},)"), with_key(key("ecdsa", "ecdsa-sha2-nistp256", pem)),
        with_key(key("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", pem)),
        with_key(key("ed25519", "ed25519", encode_hex(ed25519(1)->public_key().ed25519_point()))),
        with_pattern("@scope/*"), with_pattern("libstdc++-*/c#/a?.whl"), with_pattern("a (1)/b!")}) {
    EXPECT_THAT(unread_elsewhere(good), IsEmpty()) << good;
  }
}

TEST(StrictForm, WhatSomeClientCannotReadIsSaid) {
  const std::string pem = to_pem("PUBLIC KEY", p256(1)->public_key().spki());
  const std::string target = R"("hashes":{"sha256":")" + kDigest + R"("},"length":1})";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {role_with("", "", "2030-01-01T00:00:00.5Z"), "'expires' is not written in whole seconds"},
      {role_with("", R"("Version":5,)"), "'Version', which go-tuf takes for 'version'"},
      {role_with("", R"("target)"
                     "\u017f"
                     R"(":{},)"),
       "which go-tuf takes for 'targets'"},
      {role_with("", R"("x":4611686018427387904,)"), "'x' has a number beyond 2^53"},
      {role_with("", R"("x":-9007199254740993,)"), "'x' has a number beyond 2^53"},
      {role_with(R"("a":{"custom":null,)" + target), "has null for 'custom'"},
      {role_with(R"("a":{"Length":7,)" + target), "'Length', which go-tuf takes for 'length'"},
      {role_with(R"("a":{"hashes":{"blake3":"00","sha256":")" + kDigest + R"("},"length":1})"),
       "a digest 'blake3' beside sha256 and sha512"},
      {role_with(R"("a":{"hashes":{"sha256":")" + kDigest + R"("},"length":9007199254740993})"),
       "a number beyond 2^53"},
      {role_with("\"\uff46\":{" + target + ",\"\U0001f600\":{" + target), "another order in tuf-js"},
      {with_key(key("dilithium", "dilithium3", "00")), "not of a known type, scheme and form"},
      {with_key(R"({"keytype":"sigstore-oidc","keyval":{"identity":"a","issuer":"b"},"scheme":"Fulcio"})"),
       "has no text 'public'"},
      {with_key(key("ecdsa", "ecdsa-sha2-nistp256", "hello\n" + pem)), "nothing around it"},
      {with_key(key("ecdsa", "ecdsa-sha2-nistp256", pem + "bye\n")), "nothing around it"},
      {with_key(R"({"keytype":"ed25519","keyval":{"other":1,"public":")" + kDigest +
                R"("},"scheme":"ed25519"})"),
       "key 'abc' has a member 'other' beside 'public', which tuf-js cannot read"},
      {with_key(R"({"keytype":"ed25519","keyval":{"private":"","public":")" + kDigest +
                R"("},"scheme":"ed25519"})"),
       "has a member 'private' beside 'public'"},
      {with_key(R"({"keytype":"ed25519","keyval":{"private":"a","public":")" + kDigest +
                R"("},"scheme":"ed25519"})"),
       "has its private half with it"},
      {with_role(R"("keyids":["abc"],"name":"x")"), "role 'x' has a key 'abc' that the file does not list"},
      {with_role(R"("keyids":[],"name":"toString")"), "a name that every object of JavaScript has"},
      {role_with("", R"("delegations":{"keys":{},"succinct_roles":{"bit_length":1,"keyids":["abc"],)"
                     R"("name_prefix":"x","threshold":1}},)"),
       "succinct_roles has a key 'abc' that the file does not list"},
      {R"({"_type":"root","expires":"2030-01-01T00:00:00Z","keys":{},"roles":{"root":{"keyids":["abc"]}}})",
       "role 'root' has a key 'abc' that the file does not list"},
      {role_with(R"("a/.b":{)" + target), "target 'a/.b' has a segment that begins with a dot"},
      {role_with(R"(".a/b":{)" + target), "begins with a dot"},
      {role_with(R"("a//b":{)" + target), "a segment that is empty"},
      {role_with(R"("/a":{)" + target), "a segment that is empty"},
      {role_with(R"("a\u007f":{)" + target), "a control character"},
      {role_with(R"("constructor":{)" + target), "a name that every object of JavaScript has"},
      {role_with(R"("a":{"hashes":{"sha256":")" + std::string(64, 'A') + R"("},"length":1})"),
       "digest 'sha256' that is not in hexadecimal digits in lower case"},
      {role_with(R"("a":{"hashes":{"sha384":"00","sha512":")" + kDigest + kDigest + R"("},"length":1})"),
       "a digest 'sha384' beside sha256 and sha512"},
      {with_pattern("[p]ackages/*"), "covers '[p]ackages/*', which clients take for different paths"},
      {with_pattern("{a,b}/*"), "different paths"},
      {with_pattern("+(a)/b"), "different paths"},
      {with_pattern("a/!b*"), "different paths"},
      {with_pattern("a/\\\\b"), "different paths"},
      {R"({"_type":"root","expires":"2030-01-01T00:00:00Z","keys":{},"roles":{"mirrors":{},"root":{}}})",
       "root has a role 'mirrors'"},
  };
  for (const auto& [text, words] : cases)
    EXPECT_THAT(unread_elsewhere(text), ElementsAre(HasSubstr(words))) << text;
}

class StrictFormTest : public RepositoryTest {};

TEST_F(StrictFormTest, AFileThatSomeClientRefusesIsNotPublished) {
  put_first_staged();
  ASSERT_TRUE(publish());
  tuf::Root next = root(2);
  next.unknown_roles = json::Object({{"mirrors", json::Object()}});
  put_staged("root", next, root_role_.keys);
  tuf::Targets odd = targets(2);
  odd.role = *tuf::RoleName::parse("targets");
  std::string canonical = *odd.to_canonical();
  canonical.insert(canonical.find("Z\",\"spec_version"), ".25");
  put_staged("targets", signed_text(canonical, targets_role_.keys));
  const auto done = publish();
  ASSERT_TRUE(done);
  ASSERT_EQ(done->left.size(), 2U);
  for (const Error& left : done->left) EXPECT_TRUE(left.is(kRepositoryClients)) << left.message();
  EXPECT_THAT(done->left[0].message(), HasSubstr("python-tuf"));
  expect_good(0);
}

TEST_F(StrictFormTest, WhatIsPublishedSoAlreadyDoesNotStopItsHolders) {
  tuf::Root old = root();
  old.unknown_roles = json::Object({{"mirrors", json::Object()}});
  put_first_staged();
  const std::string published = *old.to_canonical();
  old.version = tuf::Version(2);
  EXPECT_FALSE(expect_read_by_all(*old.to_canonical(), ""));
  EXPECT_TRUE(expect_read_by_all(*old.to_canonical(), published));
  old.unknown_roles = json::Object({{"others", json::Object()}});
  EXPECT_FALSE(expect_read_by_all(*old.to_canonical(), published));
}

TEST(StrictForm, WhatThereIsAlreadyOfAKindDoesNotHideMoreOfIt) {
  const auto of = [](std::size_t names) {
    std::string targets;
    for (std::size_t i = 0; i < names; ++i) {
      targets += (i == 0 ? "\"a/." : ",\"a/.") + std::to_string(i) + R"(":{"hashes":{"sha256":")" + kDigest +
                 R"("},"length":1})";
    }
    return role_with(targets);
  };
  EXPECT_EQ(unread_elsewhere(of(kMostUnread + 2)).size(), kMostUnread);
  EXPECT_TRUE(expect_read_by_all(of(kMostUnread + 1), of(kMostUnread + 1)));
  EXPECT_FALSE(expect_read_by_all(of(kMostUnread + 2), of(kMostUnread + 1)));
}

TEST_F(StrictFormTest, OneRowDoesNotTakeItsBinFromAClient) {
  const auto made = [](const std::string& path, std::uint64_t length, const char* custom) {
    return Change::set(path, *TargetFile::make(length, sha256({}), custom));
  };
  const std::uint64_t most = std::uint64_t{1} << 53;
  for (const auto& bad :
       {made("\U0001f600", 1, ""), made("a/.b", 1, ""), made("a//b", 1, ""), made("toString", 1, ""),
        made("a\x7f", 1, ""), made("a", most + 1, ""), made("a", 1, R"({"n":9007199254740993})"),
        made("a", 1, "{\"\U0001f600\":1,\"\uff46\":2}")}) {
    ASSERT_TRUE(bad);
    const auto added = Queue(*database_).add(std::vector{*bad});
    ASSERT_FALSE(added);
    EXPECT_TRUE(added.error().is(kRepositoryTarget));
    // Another program's row.
    ASSERT_TRUE(store::transact(*database_, store::Access::write,
                                [&](store::Transaction& tx) { return Queue::add(tx, std::vector{*bad}); }));
  }
  for (const auto& good : {made("\uff46", 1, ""), made("日本", most, ""), made("a", 1, "{\"\U0001f600\":1}")})
    EXPECT_TRUE(Queue(*database_).add(std::vector{*good}));
  const auto taken = Queue(*database_).take(100);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->unreadable, 8U);
  EXPECT_EQ(taken->changes.size(), 3U);
}

}  // namespace
}  // namespace tomme::repository
