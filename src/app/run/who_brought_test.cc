#include "app/run/who_brought.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "app/run/installed_test_support.h"

// What a judged wheel brings that looks like a distribution of its own.
namespace tomme::guard {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const std::string kDemo = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n";

class WhoBroughtTest : public InstalledTest {
 protected:
  DeliveredFile zeta(const Contents& files, const Contents& moved = {}) const {
    return bring("zeta", files, site_, moved);
  }

  /// What is made of the distribution that zeta has brought with it.
  Installed other(InstalledCheck& check, const std::vector<DeliveredFile>& delivered,
                  const std::set<ProjectName>& expected = {}) const {
    for (Installed& entry : after(check, delivered, expected)) {
      if (entry.project != "zeta") return entry;
    }
    ADD_FAILURE() << "nothing but zeta";
    return {};
  }

  void is_zetas(const Contents& files, const std::string& what, const Contents& moved = {}) const {
    fs::remove_all(work_ + "/.venv");
    fs::create_directories(site_);
    auto check = look();
    const DeliveredFile wheel = zeta(files, moved);
    for (const std::set<ProjectName>& expected : {std::set<ProjectName>{}, {project("demo")}}) {
      const Installed found = other(check, {wheel, sent("demo-1.0.tar.gz")}, expected);
      EXPECT_EQ(found.from, InstalledFrom::unjudged) << what;
      EXPECT_EQ(found.reason, "zeta 1.0 has brought its " + what);
    }
  }
};

TEST_F(WhoBroughtTest, ASourceDistributionCoversNothingThatAWheelBrings) {
  is_zetas({{"demo.py", ""}, {"demo-1.0-py3.11.egg-info", kDemo}}, "demo-1.0-py3.11.egg-info");
  is_zetas({{"demo.py", ""}, {"demo-1.0.egg-info/PKG-INFO", kDemo}}, "demo-1.0.egg-info");
  is_zetas({{"x.pth", "extra\n"}, {"extra/demo-1.0.dist-info/METADATA", kDemo}}, "demo-1.0.dist-info");
  is_zetas({{"x.pth", "extra/demo-1.0.egg\n"}, {"extra/demo-1.0.egg/EGG-INFO/PKG-INFO", kDemo}},
           "demo-1.0.egg");
  const std::string data = "zeta-1.0.data/data/lib/python3.11/site-packages/demo-1.0.egg-info/PKG-INFO";
  is_zetas({{data, kDemo}}, "demo-1.0.egg-info",
           {{data, "../../../lib/python3.11/site-packages/demo-1.0.egg-info/PKG-INFO"}});
}

TEST_F(WhoBroughtTest, NorWhatIsInAnArchive) {
  const std::string zip(text_of(testing::make_zip({{"demo-1.0.dist-info/METADATA", kDemo}})));
  is_zetas({{"x.pth", "x.zip\n"}, {"x.zip", zip}}, "demo-1.0.dist-info");
  const std::string egg(text_of(testing::make_zip({{"EGG-INFO/PKG-INFO", kDemo}})));
  is_zetas({{"x.pth", "sub/demo-1.0-py3.11.egg\n"}, {"sub/demo-1.0-py3.11.egg", egg}}, "demo-1.0-py3.11.egg");
}

TEST_F(WhoBroughtTest, ItIsSeenThroughALinkAndWithoutARecord) {
  fs::create_directory_symlink("lib", work_ + "/.venv/lib64");
  auto check = look();
  const std::string data = "zeta-1.0.data/data/lib64/python3.11/site-packages/demo-1.0.egg-info/PKG-INFO";
  const DeliveredFile wheel =
      zeta({{data, kDemo}}, {{data, "../../../lib64/python3.11/site-packages/demo-1.0.egg-info/PKG-INFO"}});
  EXPECT_THAT(other(check, {wheel, sent("demo-1.0.tar.gz")}).reason, HasSubstr("zeta 1.0 has brought"));
  write(site_ + "/zeta-1.0.dist-info/RECORD", "zeta.py,,\n");
  EXPECT_THAT(other(check, {wheel, sent("demo-1.0.tar.gz")}).reason, HasSubstr("zeta 1.0 has brought"))
      << "another wheel may have written over it";
}

TEST_F(WhoBroughtTest, ItIsNotOnesOwn) {
  write(work_ + "/pyproject.toml", "[project]\nname = \"demo\"\n");
  const std::string direct = R"({"url": "file://)" + work_ + R"(", "dir_info": {}})";
  is_zetas({{"x.pth", "extra\n"},
            {"extra/demo-1.0.dist-info/METADATA", kDemo},
            {"extra/demo-1.0.dist-info/direct_url.json", direct}},
           "demo-1.0.dist-info");
  is_zetas({{"demo-1.0.egg-info", kDemo}}, "demo-1.0.egg-info");
  is_zetas({{"demo.egg-link", work_ + "\n.\n"}}, "demo.egg-link");
}

TEST_F(WhoBroughtTest, APathOfAProcessIsNobodysOwn) {
  write(work_ + "/pyproject.toml", "[project]\nname = \"demo\"\n");
  for (const char* path : {"/proc/self/cwd", "/x/../proc/self/cwd", "/dev/fd/3"}) {
    auto check = look();
    install("demo", "1.0", "x = 1\n", R"({"url": "file://)" + std::string(path) + R"(", "dir_info": {}})");
    EXPECT_EQ(only(check), InstalledFrom::unjudged) << path;
    fs::remove_all(site_);
    write(site_ + "/zz.pth", std::string(path) + "\n");
    const auto all = after(check);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(all.front().may_be_any) << path;
    fs::remove_all(site_);
  }
}

TEST_F(WhoBroughtTest, ASeedDoesNotComeFromAWheelOfTheSameRun) {
  const std::string metadata = "Metadata-Version: 2.1\nName: pip\nVersion: 23.0\n";
  const std::string seed(text_of(testing::make_zip({{"pip.py", "x = 1\n"},
                                                    {"pip-23.0.dist-info/METADATA", metadata},
                                                    {"pip-23.0.dist-info/RECORD", ""}})));
  auto check = look();
  const std::string house = "virtualenv/seed/wheels/embed/pip-23.0-py3-none-any.whl";
  DeliveredFile wheel = zeta({{house, seed}});
  install("pip", "23.0");
  EXPECT_EQ(other(check, {wheel}).from, InstalledFrom::unjudged);
  // As if it had been there before, or had come with virtualenv itself.
  fs::remove_all(site_ + "/zeta-1.0.dist-info");
  EXPECT_EQ(only(check), InstalledFrom::seed);
  const std::string info = site_ + "/virtualenv-1.0.dist-info";
  write(info + "/METADATA", "Metadata-Version: 2.1\nName: virtualenv\nVersion: 1.0\n");
  write(info + "/RECORD", record_row(house, seed));
  std::map<std::string, InstalledFrom> from;
  for (const Installed& entry : after(check)) from[entry.project] = entry.from;
  EXPECT_EQ(from["pip"], InstalledFrom::seed);
  for (const Installed& entry : after(check, {}, {project("pip")})) from[entry.project] = entry.from;
  EXPECT_EQ(from["pip"], InstalledFrom::unjudged) << "its signer did not sign what virtualenv has";
}

TEST_F(WhoBroughtTest, HonestNeighboursAreDelivered) {
  auto check = look();
  const DeliveredFile wheel = zeta(
      {{"zeta/_vendor/demo-1.0.dist-info/METADATA", kDemo}, {"x.pth", "zeta\n"}, {"zeta/__init__.py", ""}});
  install("demo", "1.0");
  for (const Installed& entry : after(check, {wheel, this->wheel("demo", "1.0")}, {project("demo")}))
    EXPECT_EQ(entry.from, InstalledFrom::delivered) << entry.project << " " << entry.reason;
}

}  // namespace
}  // namespace tomme::guard
