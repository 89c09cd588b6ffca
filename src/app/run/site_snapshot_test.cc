#include "app/run/site_snapshot.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/bytes.h"
#include "testing/folder.h"
#include "testing/package.h"

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
  // The same bytes in another file, other bytes in the same one, one more, one less.
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

TEST_F(SiteSnapshotTest, HasThemInAnyCaseAsPythonDoes) {
  put("site/a-1.0.DIST-INFO/METADATA");
  put("site/b-1.0.EGG-INFO/PKG-INFO");
  put("site/c-1.0.Egg-Info");
  put("site/d-1.0-py3.11.EGG/EGG-INFO/PKG-INFO");
  put("site/e.egg-link", "/nowhere\n");
  EXPECT_THAT(names_in(take_snapshot({site_})),
              ElementsAre("site/a-1.0.DIST-INFO", "site/b-1.0.EGG-INFO", "site/c-1.0.Egg-Info",
                          "site/d-1.0-py3.11.EGG", "site/e.egg-link"));
}

TEST_F(SiteSnapshotTest, HasWhatPathFilesLeadTo) {
  put("site/zz.pth", "# a comment\nimport os\nvend\n../beside \n" + folder_.path("far") + "\r\nabsent\n");
  put("site/e.egg-link", " linked\n.\n");
  put("site/vend/a-1.0.dist-info/METADATA");
  put("site/vend/more.pth", "deeper\n");
  put("site/vend/deeper/x-1.0.dist-info/METADATA");  // Python does not follow either
  put("beside/b-1.0.dist-info/METADATA");
  put("far/c.egg/EGG-INFO/PKG-INFO");
  put("site/linked/d.egg-info/PKG-INFO");
  EXPECT_THAT(names_in(take_snapshot({site_})),
              ElementsAre("beside/b-1.0.dist-info", "far/c.egg", "site/e.egg-link", "site/linked/d.egg-info",
                          "site/vend/a-1.0.dist-info"));
}

TEST_F(SiteSnapshotTest, HasAnEggAndAnArchiveThatAPathFileNames) {
  put("site/zz.pth", "../one.egg\n../two.zip\n../three.zip\n");
  put("one.egg/egg-info/PKG-INFO");
  folder_.write("two.zip",
                text_of(testing::make_zip({{"demo.py", ""}, {"demo-1.0.dist-info/METADATA", ""}})));
  put("three.zip", "no archive");
  const SiteSnapshot snapshot = take_snapshot({site_});
  EXPECT_THAT(names_in(snapshot), ElementsAre("one.egg", "three.zip/*", "two.zip/demo-1.0.dist-info"));
  EXPECT_TRUE(is_unlooked(folder_.path("three.zip/*")));
  EXPECT_FALSE(is_unlooked(folder_.path("two.zip/demo-1.0.dist-info")));
}

TEST_F(SiteSnapshotTest, LeavesArchivesUnlookedThatPythonMayReadOtherwise) {
  const std::string whole(text_of(testing::make_zip({{"a@1.egg-info", "x"}, {"b.py", "x"}})));
  const auto with = [&whole](std::string_view from, std::string_view to) {
    std::string text = whole;
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
    return text;
  };
  std::string lzma = whole;
  const std::size_t header = whole.find("PK\1\2");
  lzma[header + 10] = 14;
  put("site/zz.pth", "../whole.zip\n../lzma.zip\n../nul.zip\n../moved.zip\n");
  put("whole.zip", whole);
  put("lzma.zip", lzma);
  put("nul.zip", with("a@1", std::string_view("a\0001", 3)));
  // The end record tells where the directory is in the file without what is before it.
  put("moved.zip", "#!python\n" + whole);
  EXPECT_THAT(names_in(take_snapshot({site_})),
              ElementsAre("lzma.zip/*", "moved.zip/*", "nul.zip/*", "whole.zip/a@1.egg-info"));
}

TEST_F(SiteSnapshotTest, LeavesArchivesOfTooManyDistributionsUnlooked) {
  const auto archive = [](int count) {
    std::vector<testing::ArchiveFile> files;
    for (int i = 0; i < count; ++i) files.push_back({"d" + std::to_string(i) + "-1.dist-info/METADATA", ""});
    return std::string(text_of(testing::make_zip(files)));
  };
  put("site/zz.pth", "../a.zip\n../b.zip\n../c.zip\n");
  put("a.zip", archive(2));
  put("b.zip", archive(2));
  put("c.zip", archive(1));
  EXPECT_THAT(names_in(take_snapshot({site_}, {.archived_distributions = 3})),
              ElementsAre("a.zip/d0-1.dist-info", "a.zip/d1-1.dist-info", "b.zip/*", "c.zip/d0-1.dist-info"));
  EXPECT_THAT(names_in(take_snapshot({site_}, {.archived_names = 1})),
              ElementsAre("a.zip/d0-1.dist-info", "a.zip/d1-1.dist-info", "b.zip/*", "c.zip/*"));
}

TEST_F(SiteSnapshotTest, HasAnEggThatIsAnArchive) {
  put("site/zz.pth", "../sub/demo-2.0-py3.11.egg\n");
  fs::create_directories(folder_.path("sub"));
  folder_.write("sub/demo-2.0-py3.11.egg",
                text_of(testing::make_zip({{"demo.py", ""}, {"Egg-Info/PKG-INFO", ""}})));
  EXPECT_THAT(names_in(take_snapshot({site_})), ElementsAre("sub/demo-2.0-py3.11.egg"));
}

TEST_F(SiteSnapshotTest, GoesUpFromTheFolderAsItIsSpelled) {
  put("deep/er/v/site/zz.pth", "../../.v/x\n");
  put("deep/er/v/x/a-1.0.dist-info/METADATA");
  fs::create_directory_symlink(folder_.path("deep/er/v"), folder_.path(".v"));
  const SiteLook look = look_at_sites({folder_.path(".v/site")});
  EXPECT_THAT(names_in(look.distributions), ElementsAre("deep/er/v/x/a-1.0.dist-info"));
  ASSERT_EQ(look.places.size(), 1U);
  EXPECT_EQ(look.places[0].site, fs::canonical(folder_.path("deep/er/v/site")));
  EXPECT_EQ(look.places[0].named, folder_.path(".v/x"));
  EXPECT_EQ(look.places[0].real, fs::canonical(folder_.path("deep/er/v/x")));
}

TEST_F(SiteSnapshotTest, HasWhatLiesBesidePythonsOwnModules) {
  const std::string packages = folder_.path("lib/python3.11/site-packages");
  fs::create_directories(packages);
  put("lib/python3.11/a-1.0.egg-info/PKG-INFO");
  put("lib/python3.11/lib-dynload/b-1.0.egg-info");
  put("lib/c-1.0.egg-info/PKG-INFO");
  EXPECT_THAT(names_in(take_snapshot({packages})),
              ElementsAre("lib/python3.11/a-1.0.egg-info", "lib/python3.11/lib-dynload/b-1.0.egg-info"));
}

TEST_F(SiteSnapshotTest, LeavesPlacesOfAProcessUnlooked) {
  put("site/zz.pth", "/proc/self/cwd\n");
  put("site/e.egg-link", "../../../../../../../../proc/self/cwd\n");
  EXPECT_THAT(names_in(take_snapshot({site_})),
              ElementsAre("site/e.egg-link", "site/e.egg-link/*", "site/zz.pth/*"));
}

TEST_F(SiteSnapshotTest, SaysWherePathFilesAreAboveTheLimits) {
  put("site/a.pth", "one\ntwo\n");
  put("site/b.pth", "one\ntwo\nthree\n");
  put("site/c.pth", std::string(101, '#'));
  EXPECT_THAT(names_in(take_snapshot({site_}, {.bytes = 100, .places = 2})),
              ElementsAre("site/b.pth/*", "site/c.pth/*"));
}

TEST(PathFile, IsReadAsOldAndNewPythonsDo) {
  EXPECT_THAT(places_named_in("/s/x.pth", "a\rb\r\nc\n\n  \n/d/e\n../f/./g\n"),
              ElementsAre("/d/e", "/f/g", "/s/a", "/s/b", "/s/c"));
  EXPECT_THAT(places_named_in("/s/x.pth",
                              "\xef\xbb\xbf"
                              "a\n"),
              ::testing::Contains("/s/a"));
  EXPECT_THAT(places_named_in("/s/x.pth", "a\fb\n"), ElementsAre("/s/a", "/s/a\fb", "/s/b"));
  EXPECT_THAT(places_named_in("/s/x.egg-link", "  a\n"), ElementsAre("/s/  a", "/s/a"));
}

TEST(PathFile, HasNothingBehindALineThatPythonStrips) {
  for (const std::string blank : {"\x1f", "\u0085", "\u00a0", "\u1680", "\u2003", "\u2028", "\u202f",
                                  "\u205f", "\u3000", "\xa0", "\x85", " \u3000\t\u00a0"})
    EXPECT_THAT(places_named_in("/s/x.pth", "a" + blank + "\n"), ::testing::Contains("/s/a")) << blank;
  EXPECT_THAT(places_named_in("/s/x.pth", "\u3000\n\u00e0"), ::testing::Contains("/s/\u00e0"));
}

TEST(PathFile, IsOfAProcessWhereverItGoesUp) {
  for (const char* path : {"/proc/self/cwd", "//proc/1/root", "/a/../proc/self", "/dev/fd/3", "/dev/stdin"})
    EXPECT_TRUE(is_of_a_process(path)) << path;
  for (const char* path : {"/process/x", "/v/proc/self", "/dev/shm/x", "/"})
    EXPECT_FALSE(is_of_a_process(path)) << path;
}

}  // namespace
}  // namespace tomme::guard
