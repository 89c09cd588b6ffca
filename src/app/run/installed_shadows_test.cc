#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "app/run/installed_test_support.h"

// What is imported or started instead of what an expected project has.
namespace tomme::guard {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

/// Wheels in several folders of an environment and beside it.
class ShadowsTest : public InstalledTest {
 protected:
  std::map<std::string, Installed> found(InstalledCheck& check,
                                         const std::vector<DeliveredFile>& delivered) const {
    std::map<std::string, Installed> all;
    for (Installed& entry : after(check, delivered, {project("demo")}))
      all.emplace(entry.project, std::move(entry));
    return all;
  }

  /// An expected demo with `own` beside another wheel with `others`.
  std::map<std::string, Installed> beside(const Contents& own, const Contents& others,
                                          const Contents& moved = {}) const {
    fs::remove_all(work_ + "/.venv");
    auto check = look();
    const DeliveredFile demo = bring("demo", own, site_, moved);
    const DeliveredFile zeta = bring("zeta", others, site_, moved);
    return found(check, {demo, zeta});
  }
};

const std::string kEntryPoint = "[console_scripts]\ndemo = demo:main\ntool = demo:tool\n";

TEST_F(ShadowsTest, WhatAHostKeepsInItsDataFolderIsCompared) {
  const std::string own = "demo-1.0.data/purelib/demo.py";
  const Contents moved{{own, "demo.py"}};
  auto all = beside({{own, "x = 1\n"}}, {{"zeta.py", ""}}, moved);
  EXPECT_EQ(all["demo"].from, InstalledFrom::delivered) << all["demo"].reason;
  all = beside({{own, "x = 1\n"}}, {{"demo.py", "x = 2\n"}}, moved);
  EXPECT_EQ(all["demo"].from, InstalledFrom::unjudged);
  EXPECT_THAT(all["demo"].reason, HasSubstr("its demo-1.0.data/purelib/demo.py is not the one of"));
}

TEST_F(ShadowsTest, ANamespaceThatBecomesAPackageIsRefused) {
  for (const char* path : {"demo/__init__.py", "demo.py"}) {
    auto all = beside({{"demo/core.py", ""}}, {{path, "x = 2\n"}});
    EXPECT_EQ(all["demo"].from, InstalledFrom::unjudged) << path;
    EXPECT_EQ(all["demo"].reason,
              "zeta 1.0 has brought " + std::string(path) + ", which Python may import instead of its demo/");
  }
}

TEST_F(ShadowsTest, AModuleInPythonsOwnLibraryIsRefused) {
  for (const char* path : {"lib/python3.11/demo.py", "lib64/python3.11/demo/__init__.py",
                           "lib/python3.11/lib-dynload/demo.abi3.so"}) {
    auto all = beside({{"demo.py", "x = 1\n"}}, {{"zeta-1.0.data/data/" + std::string(path), "x = 2\n"}},
                      {{"zeta-1.0.data/data/" + std::string(path), "../../../" + std::string(path)}});
    EXPECT_EQ(all["demo"].from, InstalledFrom::unjudged) << path;
    EXPECT_THAT(all["zeta"].starts, ::testing::SizeIs(1)) << path;
  }
}

TEST_F(ShadowsTest, AModuleBesideScriptsIsRefused) {
  for (const auto& [path, lies] : Contents{{"scripts/demo.py", "bin/demo.py"},
                                           {"data/bin/demo/__init__.py", "bin/demo/__init__.py"},
                                           {"data/bin/demo.abi3.so", "bin/demo.abi3.so"}}) {
    auto all = beside({{"demo.py", "x = 1\n"}}, {{"zeta-1.0.data/" + path, "x = 2\n"}},
                      {{"zeta-1.0.data/" + path, "../../../" + lies}});
    EXPECT_EQ(all["demo"].from, InstalledFrom::unjudged) << path;
    EXPECT_EQ(all["demo"].reason,
              "zeta 1.0 has brought " + lies + ", which Python may import instead of its demo.py");
  }
}

TEST_F(ShadowsTest, MetadataOfItsNameBesideScriptsIsRefused) {
  const std::string path = "bin/demo-9.9.egg-info";
  auto all = beside({{"demo.py", "x = 1\n"}}, {{"zeta-1.0.data/data/" + path, "Name: demo\n"}},
                    {{"zeta-1.0.data/data/" + path, "../../../" + path}});
  EXPECT_EQ(all["demo"].reason,
            "zeta 1.0 has brought bin/demo-9.9.egg-info, which scripts may read instead of its own");
}

TEST_F(ShadowsTest, WhatScriptsAndShellsRunUnaskedIsTold) {
  for (const std::string path : {"bin/shutil.py", "bin/activate"}) {
    auto all = beside({{"demo.py", ""}}, {{"zeta-1.0.data/data/" + path, ""}},
                      {{"zeta-1.0.data/data/" + path, "../../../" + path}});
    EXPECT_EQ(all["demo"].from, InstalledFrom::delivered) << all["demo"].reason;
    EXPECT_THAT(all["zeta"].starts, ElementsAre(path));
  }
}

TEST_F(ShadowsTest, WhatLeadsPythonElsewhereIsRefused) {
  for (const std::string path : {"bin/python3._pth", "bin/pyvenv.cfg", "lib/python311.zip"}) {
    const Contents moved{{"zeta-1.0.data/data/" + path, "../../../" + path}};
    auto all = beside({{"demo.py", ""}}, {{"zeta-1.0.data/data/" + path, ""}}, moved);
    EXPECT_EQ(all["zeta"].from, InstalledFrom::unjudged) << path;
    EXPECT_TRUE(all["zeta"].may_be_any);
    EXPECT_EQ(all["zeta"].reason,
              "it has brought " + path + ", by which Python may look for all modules elsewhere");
    EXPECT_EQ(all["demo"].from, InstalledFrom::delivered);
  }
}

TEST_F(ShadowsTest, AnOverlayThatComesFirstIsRefused) {
  const std::string overlay = folder_.path("cache") + "/uv/environments-v2/a/b/lib/python3.11/site-packages";
  bring("demo", {{"demo.py", "x = 1\n"}}, site_);
  auto check = look();
  const DeliveredFile zeta = bring("zeta", {{"demo.py", "x = 2\n"}}, overlay);
  auto all = found(check, {zeta});
  EXPECT_EQ(all["demo"].from, InstalledFrom::unjudged);
  EXPECT_THAT(all["demo"].reason, HasSubstr("zeta 1.0 has brought demo.py"));
}

TEST_F(ShadowsTest, AnotherEnvironmentIsNoneOfItsBusiness) {
  invocation_.argv = {"pip", "--python", "other", "install", "zeta"};
  write(work_ + "/.venv/pyvenv.cfg", "include-system-site-packages = false\n");
  write(work_ + "/other/pyvenv.cfg", "include-system-site-packages = false\n");
  bring("demo", {{"demo.py", "x = 1\n"}}, site_);
  const std::string other = work_ + "/other/lib/python3.11/site-packages";
  fs::create_directories(other);
  auto check = look();
  const DeliveredFile zeta = bring("zeta", {{"demo.py", "x = 2\n"}}, other);
  auto all = found(check, {zeta});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all["zeta"].from, InstalledFrom::delivered);
}

TEST_F(ShadowsTest, AScriptOfTheProjectsNameIsRefused) {
  const Contents own{{"demo.py", ""}, {info("demo") + "/entry_points.txt", kEntryPoint}};
  const Contents claims{{"zeta-1.0.data/scripts/demo", "#!python\n"}};
  for (const Contents& others :
       {claims, Contents{{info("zeta") + "/entry_points.txt", "[gui_scripts]\ndemo = zeta:main\n"}},
        Contents{{"zeta-1.0.data/data/bin/demo", "x"}}}) {
    auto all = beside(own, others);
    EXPECT_EQ(all["demo"].from, InstalledFrom::unjudged);
    EXPECT_EQ(all["demo"].reason,
              "zeta 1.0 has brought the script demo, which may be started instead of its own");
  }
}

TEST_F(ShadowsTest, ASecondWrapperOfTheSameCodeReplacesNothing) {
  const Contents own{{"demo.py", ""}, {info("demo") + "/entry_points.txt", kEntryPoint}};
  auto all = beside(own, {{info("zeta") + "/entry_points.txt", kEntryPoint}});
  EXPECT_EQ(all["demo"].from, InstalledFrom::delivered) << all["demo"].reason;
  EXPECT_THAT(all["zeta"].scripts, IsEmpty());
}

TEST_F(ShadowsTest, AScriptOfAnotherNameThatBothHaveIsTold) {
  auto all = beside({{"demo.py", ""}, {info("demo") + "/entry_points.txt", kEntryPoint}},
                    {{info("zeta") + "/entry_points.txt", "[console_scripts]\ntool = zeta:main\n"}});
  EXPECT_EQ(all["demo"].from, InstalledFrom::delivered) << all["demo"].reason;
  EXPECT_THAT(all["zeta"].scripts, ElementsAre(Pair("demo 1.0", ElementsAre("tool"))));
}

TEST_F(ShadowsTest, TheFolderOfItsMetadataIsNobodyElses) {
  auto check = look();
  const DeliveredFile demo = bring("demo", {{"demo.py", "x = 1\n"}}, site_);
  const DeliveredFile zeta =
      bring("zeta",
            {{info("demo") + "/RECORD", "demo.py,,\ndemo/__init__.py,,\ndemo-1.0.dist-info/METADATA,,\n"},
             {"demo/__init__.py", "x = 2\n"}},
            site_);
  auto all = found(check, {demo, zeta});
  EXPECT_EQ(all["demo"].from, InstalledFrom::unjudged) << "what it has is what its wheel says";
  fs::remove_all(site_ + "/zeta-1.0.dist-info");
  const DeliveredFile other = bring("zeta", {{info("demo") + "/REQUESTED", ""}}, site_);
  all = found(check, {demo, other});
  EXPECT_THAT(all["demo"].reason, HasSubstr("zeta 1.0 has brought its demo-1.0.dist-info"));
}

TEST_F(ShadowsTest, WhatLiesOverFilesOfABuiltProjectIsRefused) {
  const auto overwritten = [&](const std::string& content) {
    fs::remove_all(site_);
    auto check = look();
    bring("demo", {{"demo/__init__.py", "x = 1\n"}, {"tests/a.py", "1"}}, site_);
    const DeliveredFile zeta = bring("zeta", {{"demo/__init__.py", content}, {"tests/a.py", "2"}}, site_);
    return found(check, {sent("demo-1.0.tar.gz"), zeta})["demo"];
  };
  EXPECT_EQ(overwritten("x = 1\n").from, InstalledFrom::delivered);
  EXPECT_EQ(overwritten("x = 2\n").reason, "zeta 1.0 has brought demo/__init__.py, which replaces its own");
}

TEST_F(ShadowsTest, WhatRunsWheneverPythonStartsIsTold) {
  for (const char* path : {"zeta.pth", "sitecustomize.py", "usercustomize/__init__.py"}) {
    auto all = beside({{"demo.py", ""}}, {{path, "import zeta\n"}});
    EXPECT_EQ(all["demo"].from, InstalledFrom::delivered) << all["demo"].reason;
    EXPECT_THAT(all["zeta"].starts, ElementsAre(path));
  }
  auto all = beside({{"demo.py", ""}, {"demo.pth", "import demo\n"}}, {{"zeta.pth", "# import\nzeta_lib\n"}});
  EXPECT_THAT(all["zeta"].starts, IsEmpty()) << "no code";
  EXPECT_THAT(all["demo"].starts, IsEmpty()) << "by its signer";
}

TEST_F(ShadowsTest, APathFileThatLeadsToANamespacesNameIsRefused) {
  const Contents others{{"zeta.pth", "early\n"}, {"early/demo.py", "x = 2\n"}};
  EXPECT_EQ(beside({{"demo/core.py", ""}}, others)["demo"].from, InstalledFrom::unjudged);
  EXPECT_EQ(beside({{"demo.py", ""}}, others)["demo"].from, InstalledFrom::delivered) << "comes behind it";
}

TEST_F(ShadowsTest, APathFileOfAnotherWheelLeadsThereAsWell) {
  fs::create_directory_symlink("lib", (fs::create_directories(work_ + "/.venv/lib"), work_ + "/.venv/lib64"));
  const std::string zip(text_of(testing::make_zip({{"demo.py", "x = 2\n"}})));
  for (const auto& [leads, brings] :
       {std::pair<Contents, Contents>{{{"zeta.pth", "early\n"}}, {{"early/demo.py", ""}}},
        {{{"zeta.pth", "x.zip\n"}}, {{"x.zip", zip}}},
        {{{"zeta.pth", "../../../lib64/python3.11/site-packages/early\n"}},
         {{"early/demo/__init__.py", ""}}}}) {
    fs::remove_all(site_);
    auto check = look();
    const std::vector<DeliveredFile> delivered{bring("demo", {{"demo/core.py", ""}}, site_),
                                               bring("zeta", leads, site_), bring("yota", brings, site_)};
    auto all = found(check, delivered);
    EXPECT_EQ(all["demo"].from, InstalledFrom::unjudged) << leads.begin()->second;
    EXPECT_THAT(all["demo"].reason, HasSubstr("yota 1.0 has brought demo"));
  }
}

TEST_F(ShadowsTest, ANewPathFileLeadsToWhatCameBefore) {
  bring("demo", {{"demo/core.py", ""}}, site_);
  bring("yota", {{"early/demo.py", ""}, {"early/late-1.0.egg-info", "Name: late\nVersion: 1.0\n"}}, site_);
  auto check = look();
  const DeliveredFile zeta = bring("zeta", {{"zeta.pth", "early\n"}}, site_);
  auto all = found(check, {zeta, sent("late-1.0.tar.gz")});
  EXPECT_THAT(all["demo"].reason, HasSubstr("yota 1.0 has brought demo.py"));
  EXPECT_EQ(all["late"].from, InstalledFrom::unjudged);
  EXPECT_THAT(all["late"].reason, HasSubstr("yota 1.0 has brought"));
}

TEST_F(ShadowsTest, WhereAPathFileOfAnOverlayLeadsComesFirst) {
  const std::string overlay = folder_.path("cache") + "/uv/environments-v2/a/b/lib/python3.11/site-packages";
  const std::string zip(text_of(testing::make_zip({{"demo.py", "x = 2\n"}})));
  for (const Contents& others : {Contents{{"zeta.pth", "early\n"}, {"early/demo.py", "x = 2\n"}},
                                 Contents{{"zeta.pth", "x.zip\n"}, {"x.zip", zip}}}) {
    fs::remove_all(overlay);
    bring("demo", {{"demo.py", "x = 1\n"}}, site_);
    auto check = look();
    const DeliveredFile zeta = bring("zeta", others, overlay);
    auto all = found(check, {zeta});
    EXPECT_EQ(all["demo"].from, InstalledFrom::unjudged);
    EXPECT_THAT(all["demo"].reason, HasSubstr("zeta 1.0 has brought demo.py"));
  }
}

TEST_F(ShadowsTest, AFileThatIsAnExpectedProjectsEggInfoIsNobodyElses) {
  auto check = look();
  write(site_ + "/demo-1.0-py3.11.egg-info", "Name: demo\nVersion: 1.0\n");
  const DeliveredFile zeta =
      bring("zeta", {{"demo-1.0-py3.11.egg-info", "Name: demo\nVersion: 1.0\n"}}, site_);
  EXPECT_EQ(found(check, {sent("demo-1.0.tar.gz"), zeta})["demo"].from, InstalledFrom::unjudged);
}

TEST_F(ShadowsTest, AModuleOfTheNameOfAProjectThatIsNotThereIsTold) {
  for (const Contents& others : {Contents{{"demo.py", "x = 2\n"}},
                                 Contents{{"zeta.pth", "early\n"}, {"early/demo/__init__.py", "x = 2\n"}}}) {
    fs::remove_all(site_);
    auto check = look();
    const DeliveredFile zeta = bring("zeta", others, site_);
    auto all = found(check, {zeta});
    EXPECT_EQ(all["zeta"].from, InstalledFrom::delivered);
    EXPECT_THAT(all["zeta"].stands_for, ElementsAre(Pair(project("demo"), HasSubstr("demo"))));
  }
  EXPECT_THAT(beside({{"demo.py", ""}}, {{"demo/x.txt", ""}})["zeta"].stands_for, IsEmpty());
}

TEST_F(ShadowsTest, HonestNeighboursAreLeftAlone) {
  auto all = beside({{"demo/__init__.py", ""}, {"google/demo/x.py", ""}},
                    {{"demo-stubs/__init__.pyi", ""},
                     {"google/zeta/y.py", ""},
                     {"tests/__init__.py", ""},
                     {"zeta-1.0.data/scripts/zeta", "#!python\n"},
                     {"zeta-1.0.data/scripts/rst2zeta.py", "#!python\n"},
                     {"zeta-1.0.data/scripts/activate-global-zeta", "#!python\n"},
                     {"bin/__init__.py", ""},
                     {"bin/demo.py", ""},
                     {"zeta-1.0.data/data/share/demo/x.txt", ""},
                     {"zeta-1.0.data/headers/demo.h", ""}});
  EXPECT_EQ(all["demo"].from, InstalledFrom::delivered) << all["demo"].reason;
  EXPECT_EQ(all["zeta"].from, InstalledFrom::delivered);
  EXPECT_THAT(all["zeta"].among, IsEmpty());
  EXPECT_THAT(all["zeta"].starts, IsEmpty());
  EXPECT_THAT(all["zeta"].scripts, IsEmpty());
}

}  // namespace
}  // namespace tomme::guard
