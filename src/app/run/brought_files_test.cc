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
  BroughtFiles brought(const std::string& record, PathArchiveNames::Limits limits = {}) const {
    write(site_ + "/demo-1.0.dist-info/RECORD", record);
    const DistributionReader reader(invocation_);
    const LedPlaces places(look_at_sites({site_}).places);
    PathArchiveNames archives(limits);
    return brought_by(reader.read(fs::canonical(site_ + "/demo-1.0.dist-info")), nullptr, reader, places,
                      archives);
  }
};

TEST_F(BroughtFilesTest, AreToldByARecordWhereThereIsNoWheel) {
  write(site_ + "/demo-1.0.dist-info/entry_points.txt", "[console_scripts]\ntool = demo:main\n");
  const BroughtFiles found = brought(
      "demo.py,,\n__pycache__/demo.cpython-311.pyc,,\n../late.py,,\n../lib-dynload/c.so,,\n"
      "../../../bin/demo,,\n/opt/bin/far,,\n../../../pyvenv.cfg,,\nbin/near,,\n");
  EXPECT_THAT(found.library, ElementsAre("late.py", "c.so"));
  std::vector<std::string> scripts;
  for (const auto& [name, target] : found.scripts) scripts.push_back(name);
  EXPECT_THAT(scripts, UnorderedElementsAre("demo", "far", "near", "tool"));
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

TEST_F(BroughtFilesTest, OfAnArchiveAreToldOnceHoweverOftenItIsNamed) {
  write(site_ + "/x.pth", "x.zip\n./x.zip\n");
  write(site_ + "/y.pth", "x.zip\n");
  write(site_ + "/x.zip", text_of(testing::make_zip({{"demo.py", ""}})));
  EXPECT_THAT(brought("x.zip,,\nx.zip,,\n./x.zip,,\nx.zip,,\n").led_to,
              ElementsAre(Pair(fs::canonical(site_).string(), ElementsAre("demo.py"))));
}

TEST_F(BroughtFilesTest, OfMoreNamesInArchivesThanAreLookedAtAreNotAllTold) {
  write(site_ + "/x.pth", "x.zip\n");
  write(site_ + "/x.zip", text_of(testing::make_zip({{"demo.py", ""}, {"a/b.py", ""}})));
  EXPECT_TRUE(brought("x.zip,,\n", {.names = 1}).is_led_too_far);
  EXPECT_FALSE(brought("x.zip,,\n", {.names = 2}).is_led_too_far);
}

TEST_F(BroughtFilesTest, BesideScriptsAreSeenFromThere) {
  const BroughtFiles found = brought(
      "../../../bin/demo.py,,\n../../../bin/./a/b.py,,\n../../../../.venv/bin/c.py,,\nx/../../../../bin/"
      "d.py,,\n"
      "../../../local/bin/e.py,,\n../../../share/bin/x.py,,\nbin/package.py,,\n../x.py,,\n");
  EXPECT_THAT(found.beside_scripts, ElementsAre("a/b.py", "c.py", "d.py", "demo.py", "e.py"));
  EXPECT_THAT(found.library, ElementsAre("x.py"));
}

TEST_F(BroughtFilesTest, MayLeadPythonElsewhere) {
  for (const char* path :
       {"../../../bin/python._pth", "../../../bin/python3.11._pth", "../../../bin/pyvenv.cfg",
        "../../../pyvenv.cfg", "../../../bin/pybuilddir.txt", "../../python311.zip",
        "../../../lib64/python311.zip", "../../libpython3.14.so.1.0._pth"})
    EXPECT_TRUE(leads_python_elsewhere(brought(std::string(path) + ",,\n"))) << path;
  for (const char* path : {"../../../share/python._pth", "../../../share/demo/pyvenv.cfg", "../../demo.zip",
                           "demo/python311.zip", "pyvenv.cfg", "../../../bin/python3-demo"})
    EXPECT_FALSE(leads_python_elsewhere(brought(std::string(path) + ",,\n"))) << path;
}

TEST(RunsWhen, IsToldByThePlace) {
  EXPECT_EQ(runs_when("x.pth"), RunsWhen::python_starts);
  EXPECT_EQ(runs_when("bin/python3"), RunsWhen::python_starts);
  EXPECT_EQ(runs_when("bin/shutil.py"), RunsWhen::script_starts);
  EXPECT_EQ(runs_when("bin/activate.fish"), RunsWhen::shell_enters);
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
      "../../../pyvenv.cfg,,\n../../../bin/python3.11,,\n../../../bin/python-demo,,\n"
      "../../../bin/shutil.py,,\n../../../bin/__pycache__/shutil.cpython-311.pyc,,\n../../../bin/"
      "rst2demo.py,,\n"
      "../../../bin/json/__init__.py,,\n../../../bin/json/x.py,,\n../../../bin/demo-1.0.egg-info,,\n"
      "../../../bin/activate.fish,,\n../../../bin/activate-global-python-demo,,\n");
  EXPECT_THAT(run_at_start(found, reader.read(site_ + "/demo-1.0.dist-info"), reader),
              UnorderedElementsAre("x.pth", "sitecustomize.so", "os.py", "pyvenv.cfg", "bin/python3.11",
                                   "bin/shutil.py", "bin/json/__init__.py", "bin/demo-1.0.egg-info",
                                   "bin/activate.fish"));
}

}  // namespace
}  // namespace tomme::guard
