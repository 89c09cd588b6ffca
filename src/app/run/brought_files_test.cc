#include "app/run/brought_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/run/installed_test_support.h"

namespace tomme::guard {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(BroughtFiles, OfAPathFileMayBeCode) {
  for (const char* text : {"import x", "import\tx\n", "a\nimport x\n", "a\rimport x", "\xef\xbb\xbfimport x",
                           "a\xe2\x80\xa8import x", "a\x0cimport x"})
    EXPECT_TRUE(has_code(text)) << text;
  for (const char* text :
       {"", "import", "important\n", "lib/import x\n", "# import x\n", "\timport x", "early\n"})
    EXPECT_FALSE(has_code(text)) << text;
}

class BroughtFilesTest : public InstalledTest {
 protected:
  BroughtFiles brought(const std::string& record) const {
    write(site_ + "/demo-1.0.dist-info/RECORD", record);
    const DistributionReader reader(invocation_);
    const LedPlaces places(look_at_sites({site_}).places);
    return brought_by(reader.read(fs::canonical(site_ + "/demo-1.0.dist-info")), nullptr, reader, places);
  }
};

TEST_F(BroughtFilesTest, AreToldByARecordWhereThereIsNoWheel) {
  write(site_ + "/demo-1.0.dist-info/entry_points.txt", "[console_scripts]\ntool = demo:main\n");
  const BroughtFiles found = brought(
      "demo.py,,\n__pycache__/demo.cpython-311.pyc,,\n../late.py,,\n../lib-dynload/c.so,,\n"
      "../../../bin/demo,,\n/opt/bin/far,,\n../../../pyvenv.cfg,,\nbin/near,,\n");
  EXPECT_THAT(found.library, ElementsAre("late.py", "c.so"));
  EXPECT_THAT(found.scripts, UnorderedElementsAre("demo", "far", "near", "tool"));
  EXPECT_THAT(found.site, ::testing::Contains("demo.py"));
  EXPECT_THAT(found.site, ::testing::Not(::testing::Contains("__pycache__/demo.cpython-311.pyc")));
  EXPECT_TRUE(found.environment.contains("pyvenv.cfg"));
}

TEST_F(BroughtFilesTest, AreSeenFromWhereAPathFileLeads) {
  write(site_ + "/anothers.pth", "early\n../../../../linked/deep\n" + site_ + "\n");
  fs::create_directories(site_ + "/early");
  fs::create_directories(work_ + "/.venv/deep");
  fs::create_directory_symlink(".venv", work_ + "/linked");
  const BroughtFiles found =
      brought("early/demo.py,,\n../../../deep/a/b.py,,\n../../../../linked/deep/c.py,,\nother.py,,\n");
  EXPECT_THAT(found.led_to, ElementsAre(Pair(fs::canonical(site_).string(),
                                             UnorderedElementsAre("demo.py", "a/b.py", "c.py"))));
  EXPECT_FALSE(found.is_led_too_far);
}

TEST_F(BroughtFilesTest, OfAnArchiveOnPythonsPathAreWhatIsInIt) {
  write(site_ + "/x.pth", "x.zip\n");
  write(site_ + "/x.zip", text_of(testing::make_zip({{"demo.py", ""}, {"a/b.py", ""}})));
  EXPECT_THAT(brought("x.zip,,\n").led_to,
              ElementsAre(Pair(fs::canonical(site_).string(), UnorderedElementsAre("demo.py", "a/b.py"))));
}

TEST_F(BroughtFilesTest, InPlacesWithinPlacesWithoutEndAreNotFollowed) {
  std::string path;
  std::string named;
  for (int i = 0; i < 20; ++i) named += (path += "x/") + "\n";
  write(site_ + "/x.pth", named);
  fs::create_directories(site_ + "/" + path);
  EXPECT_TRUE(brought(path + "demo.py,,\n").is_led_too_far);
}

TEST_F(BroughtFilesTest, MayRunWheneverPythonStarts) {
  write(site_ + "/x.pth", "import x\n");
  write(site_ + "/y.pth", "early\n");
  const DistributionReader reader(invocation_);
  const BroughtFiles found = brought(
      "x.pth,,\ny.pth,,\nsitecustomize.so,,\nsub/sitecustomize.py,,\n../os.py,,\n../os.txt,,\n"
      "../../../pyvenv.cfg,,\n../../../bin/python3.11,,\n../../../bin/python-demo,,\n");
  EXPECT_THAT(run_at_start(found, reader.read(site_ + "/demo-1.0.dist-info"), reader),
              UnorderedElementsAre("x.pth", "sitecustomize.so", "os.py", "pyvenv.cfg", "bin/python3.11"));
}

}  // namespace
}  // namespace tomme::guard
