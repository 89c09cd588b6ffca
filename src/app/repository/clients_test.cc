#include "app/repository/clients.h"

#include <gmock/gmock.h>

#include "testing/keys.h"

namespace tomme::repository {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

tuf::Keys listed(const tuf::Key& key) {
  return {{key.id(), key}};
}
const PublicKey& public_key(KeyType type) {
  return testing::key(type, 0).public_key();
}

TEST(ClientsTest, NamesThoseThatCannotVerifyAKey) {
  for (const KeyType type : {KeyType::ed25519, KeyType::ecdsa_p256, KeyType::rsa})
    EXPECT_THAT(words_of_keys(listed(tuf::Key::of(public_key(type)))), IsEmpty());
  const tuf::Key p384 = tuf::Key::of(public_key(KeyType::ecdsa_p384));
  EXPECT_THAT(words_of_keys(listed(p384)),
              ElementsAre("tuf-js 5, tough and sigstore-java cannot verify what the key " +
                          p384.id().value().substr(0, 12) + " signs (ECDSA P-384)"));
  EXPECT_THAT(words_of_keys(listed(tuf::Key::of(public_key(KeyType::ecdsa_p521)))),
              ElementsAre(HasSubstr("go-tuf, tuf-js, tough and sigstore-java")));
  const auto pkcs1 = tuf::Key::of(public_key(KeyType::rsa), "rsa-pkcs1v15-sha256");
  ASSERT_TRUE(pkcs1);
  EXPECT_THAT(words_of_keys(listed(*pkcs1)), ElementsAre(HasSubstr("with PKCS#1 v1.5)")));
}

TEST(ClientsTest, NamesThoseThatAThresholdKeepsOut) {
  const auto words = [](std::uint64_t threshold, std::initializer_list<KeyType> types) {
    tuf::Keys keys;
    tuf::RoleKeys role{.keyids = {}, .threshold = threshold, .unknown = {}};
    for (const KeyType type : types) {
      const tuf::Key key = tuf::Key::of(public_key(type));
      keys.emplace(key.id(), key);
      role.keyids.push_back(key.id());
    }
    return words_of_threshold("root", role, keys).value_or("");
  };
  using enum KeyType;
  EXPECT_EQ(words(1, {ed25519, ecdsa_p521}), "");
  EXPECT_EQ(words(2, {ed25519, ecdsa_p256, ecdsa_p521}), "");
  EXPECT_EQ(
      words(2, {ed25519, ecdsa_p521}),
      "root cannot be read by go-tuf and tuf-js: it needs 2 signatures, of which 1 can be verified there");
  EXPECT_EQ(words(1, {ecdsa_p384}),
            "root cannot be read by tuf-js 5: it needs 1 signature, of which 0 can be verified there");
  EXPECT_THAT(words(2, {ecdsa_p384, ecdsa_p521}), HasSubstr("by go-tuf and tuf-js: it needs 2"));
  EXPECT_EQ(words(3, {ed25519, ecdsa_p521}), "");
}

TEST(ClientsTest, NamesTheOneThatFindsNothingByDigestsOfPaths) {
  tuf::DelegatedRole role{
      *tuf::RoleName::parse("x"), {}, false, tuf::DelegatedRole::HashPrefixes{{"ab"}}, {}};
  EXPECT_THAT(words_of_prefixes(role).value_or(""), HasSubstr("go-tuf up to 2.4.2 finds no target of x"));
  role.covers = tuf::DelegatedRole::Paths{{"*"}};
  EXPECT_FALSE(words_of_prefixes(role));
}

TEST(ClientsTest, NamesThoseThatCannotReadBins) {
  const auto words = [](unsigned bits) { return words_of_bins(*BinLayout::make("bins", bits)); };
  EXPECT_THAT(words(1), ElementsAre(HasSubstr("tough and sigstore-java")));
  EXPECT_THAT(words(11), SizeIs(1));
  EXPECT_THAT(words(12), ElementsAre(HasSubstr("tough"), HasSubstr("tuf-js needs 5 s")));
  EXPECT_THAT(words(13), ElementsAre(HasSubstr("tough"), HasSubstr("tuf-js needs 23 s")));
  EXPECT_THAT(words(15), ElementsAre(HasSubstr("tough"), HasSubstr("tuf-js needs minutes")));
}

TEST(ClientsTest, NamesTheRoleThatIsAskedTooLate) {
  PatternWork work;
  std::vector<tuf::DelegatedRole> roles;
  const auto add = [&](const std::string& name, const char* pattern) {
    roles.push_back({*tuf::RoleName::parse(name), {}, false, tuf::DelegatedRole::Paths{{pattern}}, {}});
  };
  for (int i = 0; i < 31; ++i) add("d" + std::to_string(i), "packages/*");
  for (int i = 0; i < 40; ++i) add("e" + std::to_string(i), ("e" + std::to_string(i) + "/*").c_str());
  EXPECT_FALSE(words_of_many_roles(roles, work));
  add("last", "*/*");
  const auto words = words_of_many_roles(roles, work);
  ASSERT_TRUE(words);
  EXPECT_THAT(*words, HasSubstr("are asked before last: clients ask 32 for one path"));
  PatternWork little(1000);
  EXPECT_THAT(*words_of_many_roles(roles, little), HasSubstr("too many to compare"));
}

}  // namespace
}  // namespace tomme::repository
