#include "app/guard/site_snapshot.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "testing/folder.h"

namespace tomme::guard {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SiteSnapshotTest : public ::testing::Test {
 protected:
  void put(const std::string& path, std::string_view content = "x") const {
    fs::create_directories(fs::path(folder_.path(path)).parent_path());
    folder_.write(path, content);
  }
  std::vector<std::string> names_in(const SiteSnapshot& snapshot) const {
    std::vector<std::string> names;
    for (const auto& [path, state] : snapshot) names.push_back(fs::relative(path, folder_.path()));
    return names;
  }

  const testing::TestFolder folder_;
  const std::string site_ = folder_.path("site");
};

TEST_F(SiteSnapshotTest, HasWhatInstallersCallADistribution) {
  put("site/a-1.0.dist-info/METADATA");
  put("site/b-1.0.egg-info/PKG-INFO");
  put("site/c-1.0.egg-info");
  put("site/d-1.0-py3.11.egg/EGG-INFO/PKG-INFO");
  put("site/e.py");
  put("site/f/__init__.py");
  put("site/~g-1.0.dist-info/METADATA");  // what pip moves aside for a moment
  put("site/.h-1.0.dist-info/METADATA");
  EXPECT_THAT(names_in(take_snapshot({site_, folder_.path("absent"), folder_.path("site/e.py")})),
              ElementsAre("site/a-1.0.dist-info", "site/b-1.0.egg-info", "site/c-1.0.egg-info",
                          "site/d-1.0-py3.11.egg"));
}

TEST_F(SiteSnapshotTest, HasAFolderOnceHoweverItIsReached) {
  put("site/a-1.0.dist-info/METADATA");
  fs::create_directory_symlink(site_, folder_.path("lib64"));
  EXPECT_THAT(names_in(take_snapshot({folder_.path("lib64"), site_ + "/../site", site_})),
              ElementsAre("site/a-1.0.dist-info"));
}

TEST_F(SiteSnapshotTest, SeesWhatIsInstalledAgain) {
  for (const char* name : {"a", "b", "c"}) {
    put("site/" + std::string(name) + "-1.0.dist-info/METADATA");
    put("site/" + std::string(name) + "-1.0.dist-info/RECORD");
  }
  const SiteSnapshot before = take_snapshot({site_});
  EXPECT_THAT(new_or_changed(before, take_snapshot({site_})), IsEmpty());
  // The same octets in another file, other octets in the same one, one more, one less.
  fs::rename(site_ + "/a-1.0.dist-info/RECORD", site_ + "/kept");
  put("site/a-1.0.dist-info/RECORD");
  put("site/b-1.0.dist-info/METADATA", "other");
  put("site/d-2.0.dist-info/METADATA");
  fs::remove_all(site_ + "/c-1.0.dist-info");
  EXPECT_THAT(new_or_changed(before, take_snapshot({site_})),
              ElementsAre(fs::canonical(site_ + "/a-1.0.dist-info").string(),
                          fs::canonical(site_ + "/b-1.0.dist-info").string(),
                          fs::canonical(site_ + "/d-2.0.dist-info").string()));
}

}  // namespace
}  // namespace tomme::guard
