#include "app/relay/wheel_content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/folder.h"
#include "testing/package.h"

namespace tomme::guard {
namespace {

using ::testing::UnorderedElementsAre;

class WheelContentTest : public ::testing::Test {
 protected:
  std::unique_ptr<WheelContent> open(const Bytes& content) const {
    auto incoming = *store_.begin();
    EXPECT_TRUE(incoming.append(content));
    return WheelContent::open(std::move(incoming).finish());
  }

  const testing::TestFolder folder_;
  FileStore store_ = *FileStore::open(folder_.path("store"));
};

TEST_F(WheelContentTest, KnowsWhereItsFilesMayComeToLie) {
  const auto wheel = open(testing::make_zip({{"demo.py", "1"},
                                             {"demo-1.0.data/purelib/a.py", "2"},
                                             {"demo-1.0.data/platlib/b/c.so", "3"},
                                             {"demo-1.0.data/scripts/demo", "4"},
                                             {"demo-1.0.data/data/lib/python3.11/site-packages/d.py", "5"}}));
  ASSERT_TRUE(wheel);
  EXPECT_THAT(wheel->paths(),
              UnorderedElementsAre("demo.py", "a.py", "b/c.so", "d.py", "lib/python3.11/site-packages/d.py"));
  EXPECT_TRUE(wheel->has("demo.py", sha256(bytes_of("1"))));
  EXPECT_TRUE(wheel->has("a.py", sha256(bytes_of("2"))));
  EXPECT_TRUE(wheel->has("d.py", sha256(bytes_of("5"))));
  EXPECT_FALSE(wheel->has("demo.py", sha256(bytes_of("2"))));
  EXPECT_FALSE(wheel->has("scripts/demo", sha256(bytes_of("4"))));
}

TEST_F(WheelContentTest, KnowsWhatGoesIntoTheEnvironment) {
  const auto wheel = open(
      testing::make_zip({{"demo.py", "1"},
                         {"demo-1.0.data/scripts/demo", "2"},
                         {"demo-1.0.data/data/bin/more", "3"},
                         {"demo-1.0.data/data/lib/python3.11/a.py", "4"},
                         {"demo-1.0.data/data/lib64/pypy3.10/lib-dynload/b.so", "5"},
                         {"demo-1.0.data/data/lib/python311.zip", "6"},
                         {"demo-1.0.data/data/lib/python3.11/site-packages/c.py", "7"},
                         {"demo-1.0.data/data/lib/other/d.py", "8"},
                         {"demo-1.0.dist-info/entry_points.txt", "[console_scripts]\ntool = demo:main\n"}}));
  ASSERT_TRUE(wheel);
  EXPECT_THAT(wheel->library_paths(), UnorderedElementsAre("a.py", "b.so", "python311.zip"));
  EXPECT_THAT(wheel->environment_paths(),
              ::testing::IsSupersetOf({"bin/demo", "bin/more", "lib/other/d.py"}));
  for (const char* name : {"demo", "more", "tool"}) EXPECT_TRUE(wheel->has_script(name)) << name;
  EXPECT_FALSE(wheel->has_script("demo.py"));
}

TEST_F(WheelContentTest, TellsNothingOfWhatCannotBeRead) {
  EXPECT_EQ(WheelContent::open(nullptr), nullptr);
  const auto wheel = open(to_bytes(bytes_of("no archive")));
  ASSERT_TRUE(wheel);
  EXPECT_EQ(wheel->archive(), nullptr);
  EXPECT_TRUE(wheel->paths().empty());
  EXPECT_FALSE(wheel->has("demo.py", sha256(bytes_of("1"))));
}

}  // namespace
}  // namespace tomme::guard
