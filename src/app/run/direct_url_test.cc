#include "app/run/direct_url.h"

#include <gtest/gtest.h>

namespace tomme::guard {
namespace {

TEST(DirectUrl, SaysWhereSomethingCameFrom) {
  const DirectUrl file = direct_url_in(R"({"url": "https://a.test/x-1.whl", "archive_info": {}})");
  EXPECT_EQ(file.url, "https://a.test/x-1.whl");
  EXPECT_FALSE(file.key.empty());
  EXPECT_TRUE(direct_url_in(R"({"url": "file:///p", "dir_info": {}})").is_folder);
  EXPECT_TRUE(direct_url_in(R"({"url": "https://a.test/x.git", "vcs_info": {}})").key.empty());
  EXPECT_EQ(direct_url_in("no document").url, "an address that cannot be read");
}

TEST(DirectUrl, OfAFileIsAPath) {
  EXPECT_EQ(path_of("file:///a%20b"), "/a b");
  EXPECT_EQ(path_of("file://localhost/a"), "/a");
  EXPECT_EQ(path_of("https://a.test/a"), std::nullopt);
}

}  // namespace
}  // namespace tomme::guard
