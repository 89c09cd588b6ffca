#include "app/repository/layout.h"

#include <gtest/gtest.h>

#include "app/repository/errors.h"

namespace tomme::repository {
namespace {

TEST(Layout, ReadsItsOwnNames) {
  const std::string longest(128, 'r');
  for (const std::string_view role : {"root", "targets", "bins-0f", "a.b", longest.c_str()}) {
    ASSERT_TRUE(expect_role_name(role));
    const auto name = read_metadata_key(metadata_key(role, 17).text());
    ASSERT_TRUE(name) << role;
    EXPECT_EQ(name->role, role);
    EXPECT_EQ(name->version, 17U);
  }
  EXPECT_EQ(timestamp_key().text(), "metadata/timestamp.json");
  EXPECT_EQ(staged_key("root").text(), "staged/root.json");
}

TEST(Layout, KnowsWhatIsNotItsOwn) {
  for (const char* key :
       {"metadata/timestamp.json", "metadata/root.json", "metadata/0.root.json", "metadata/01.root.json",
        "metadata/1.json", "metadata/1..json", "metadata/-1.root.json", "metadata/1.root.json.bak",
        "targets/1.root.json", "metadata1.root.json", "metadata/99999999999999999999999.root.json",
        "metadata/", "metadata/.json"}) {
    EXPECT_FALSE(read_metadata_key(key)) << key;
  }
}

TEST(Layout, HoldsRolesToNamesThatNeedNoQuotes) {
  for (const std::string& role : {std::string(), std::string("a/b"), std::string(".a"), std::string("a b"),
                                  std::string("a%"), std::string(129, 'r')}) {
    EXPECT_EQ(expect_role_name(role).error().code().name, kRepositoryRole.name) << role;
  }
}

TEST(Layout, PutsTheDigestBeforeTheLastPartOfATarget) {
  const Sha256 digest = sha256({});
  EXPECT_EQ(target_key("a/b/c.whl", digest)->text(), "targets/a/b/" + digest.to_hex() + ".c.whl");
  EXPECT_EQ(target_key("c.whl", digest)->text(), "targets/" + digest.to_hex() + ".c.whl");
  for (const char* path : {"../x", "a/../x", "/x", "a//x", "a/", "a b", ".hidden/x"}) {
    EXPECT_EQ(target_key(path, digest).error().code().name, kRepositoryTarget.name) << path;
  }
}

}  // namespace
}  // namespace tomme::repository
