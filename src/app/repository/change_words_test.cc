#include "app/repository/change_words.h"

#include <gmock/gmock.h>

#include "app/repository/ceremony.h"
#include "app/repository/errors.h"
#include "app/repository/repository_for_test.h"

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

}  // namespace
}  // namespace tomme::repository
