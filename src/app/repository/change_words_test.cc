#include "app/repository/change_words.h"

#include <algorithm>
#include <cctype>
#include <gmock/gmock.h>

#include "app/repository/ceremony.h"
#include "app/repository/errors.h"
#include "app/repository/repository_for_test.h"
#include "core/encoding/text.h"

namespace tomme::repository {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::HasSubstr;

RolePlan holder() {
  return {.keys = {ed25519(8)->public_key()}, .threshold = 1};
}

TEST(ChangeWords, WhatTakesAllPathsAwayIsAnAttention) {
  tuf::Targets before, after;
  before.role = after.role = *tuf::RoleName::parse("targets");
  ASSERT_TRUE(delegate(before, "bins", holder(), {"*", "*/*"}, false));
  after = before;
  std::get<std::vector<tuf::DelegatedRole>>(after.delegations->roles).clear();
  EXPECT_THAT(words_of_change("targets", &before, after, kNow),
              Contains(HasSubstr("attention: what bins and the hash bins and roles below it list cannot")));
  // A name that other programs allow cannot pass for words.
  after = before;
  auto& roles = std::get<std::vector<tuf::DelegatedRole>>(after.delegations->roles);
  roles[0].name = *tuf::RoleName::parse("dev every path");
  EXPECT_THAT(words_of_change("targets", &before, after, kNow),
              Contains(HasSubstr("delegates to \"dev every path\" every path of up to 2 segments")));
}

TEST(ChangeWords, ARoleThatIsAskedTooLateIsAnAttention) {
  tuf::Targets after;
  after.role = *tuf::RoleName::parse("targets");
  for (int i = 0; i < 32; ++i)
    ASSERT_TRUE(delegate(after, "d" + std::to_string(i), holder(), {"packages/*"}, false));
  EXPECT_THAT(words_of_change("targets", nullptr, after, kNow),
              Contains(HasSubstr("attention: 31 roles that may list the same paths are asked before d31")));
}

TEST(ChangeWords, WhatAKeyHasBesideItsPublicHalfIsSaid) {
  const auto role_with = [](const std::string& keyval) {
    const auto key = tuf::Key::parse(
        *json::parse(R"({"keytype":"ed25519","scheme":"ed25519","keyval":{)" + keyval + "}}"));
    tuf::Targets out;
    out.role = *tuf::RoleName::parse("targets");
    out.delegations.emplace();
    out.delegations->keys.emplace(tuf::KeyId("abc"), *key);
    return out;
  };
  const std::string digits = encode_hex(ed25519(8)->public_key().ed25519_point());
  const tuf::Targets plain = role_with(R"("public":")" + digits + '"');
  const tuf::Targets more = role_with(R"("other":1,"public":")" + digits + '"');
  std::string upper = digits;
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const tuf::Targets in_upper = role_with(R"("public":")" + upper + '"');
  EXPECT_THAT(words_of_change("targets", &plain, more, kNow),
              Contains("delegations: key abc: keyval: \"other\": 1, which was not there"));
  EXPECT_THAT(words_of_change("targets", &more, plain, kNow),
              Contains("delegations: key abc: keyval: \"other\": taken away, it was 1"));
  EXPECT_THAT(words_of_change("targets", &plain, in_upper, kNow),
              Contains(HasSubstr("delegations: key abc: keyval: \"public\": \"" + upper)));
  EXPECT_THAT(words_of_change("targets", nullptr, more, kNow),
              Contains("delegations: key abc: keyval: \"other\": 1"));
}

TEST(ChangeWords, AThresholdOfKeysThatSomeClientsDoNotVerifyIsAnAttention) {
  tuf::Targets after;
  after.role = *tuf::RoleName::parse("targets");
  const RolePlan plan{.keys = {tomme::testing::key(KeyType::ecdsa_p521, 0).public_key()}, .threshold = 1};
  ASSERT_TRUE(delegate(after, "d", plan, {"d/*"}, false));
  EXPECT_THAT(words_of_change("targets", nullptr, after, kNow),
              Contains(HasSubstr("attention: d cannot be read by go-tuf and tuf-js: it needs 1 signature")));
}

TEST(ChangeWords, NoRoleHasTheNameOfAMemberOfEveryObject) {
  tuf::Targets after;
  EXPECT_FALSE(delegate(after, "constructor", holder(), {"d/*"}, false));
  EXPECT_FALSE(delegate(after, "__proto__", holder(), {"d/*"}, false));
  EXPECT_TRUE(delegate(after, "constructors", holder(), {"d/*"}, false));
}

}  // namespace
}  // namespace tomme::repository
