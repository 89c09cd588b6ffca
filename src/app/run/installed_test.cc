#include "app/run/installed.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/run/installed_test_support.h"

namespace tomme::guard {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(InstalledTest, NothingNewIsNothingToTell) {
  install("demo", "1.0");
  auto check = look();
  write(site_ + "/other.py", "");
  write(site_ + "/demo-1.0.dist-info/REQUESTED", "");
  write(site_ + "/~emo-1.0.dist-info/METADATA", "Name: demo\n");
  EXPECT_THAT(after(check), IsEmpty());
}

TEST_F(InstalledTest, WhatPassedThroughCoversItsProject) {
  auto check = look();
  install("demo", "1.0");
  EXPECT_EQ(only(check, {wheel("demo", "1.0")}), InstalledFrom::delivered);
  EXPECT_EQ(only(check, {wheel("demo", "1.0")}, {project("demo")}), InstalledFrom::delivered);
  EXPECT_EQ(only(check, {sent("demo-1.0.tar.gz")}), InstalledFrom::delivered);
  EXPECT_EQ(after(check, {sent("demo-1.0.tar.gz")}).front().built_from, "demo-1.0.tar.gz");
  EXPECT_EQ(after(check, {wheel("demo", "1.0")}).front().built_from, "");
  EXPECT_EQ(only(check, {wheel("demo", "1.1"), sent("demo-2.0.tar.gz"), wheel("dem", "1.0")}),
            InstalledFrom::unjudged);
  EXPECT_EQ(only(check), InstalledFrom::unjudged);
}

TEST_F(InstalledTest, OneThatIsInstalledAgainIsNew) {
  install("demo", "1.0");
  auto check = look();
  fs::remove_all(site_ + "/demo-1.0.dist-info");
  install("demo", "1.0", "x = 2\n");
  EXPECT_EQ(only(check), InstalledFrom::unjudged);
}

TEST_F(InstalledTest, AnEnvironmentThatIsMadeMeanwhileIsSeen) {
  fs::remove_all(work_ + "/.venv");
  auto check = look();
  install("demo", "1.0");
  const auto all = after(check);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().folder, fs::canonical(site_).string());
}

TEST_F(InstalledTest, AWheelCoversItsOwnContentOnly) {
  auto check = look();
  install("demo", "1.0", "x = 2\n");
  const auto all = after(check, {wheel("demo", "1.0")});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().from, InstalledFrom::unjudged);
  EXPECT_THAT(all.front().reason, HasSubstr("demo.py is not the one of demo-1.0-py3-none-any.whl"));
  const DeliveredFile sdist = sent("demo-1.0.tar.gz");
  EXPECT_EQ(only(check, {wheel("demo", "1.0"), sdist}), InstalledFrom::unjudged)
      << "nobody builds what he has as a wheel";
  DeliveredFile metadata_only = wheel("demo", "1.0");
  metadata_only.addresses.clear();
  EXPECT_EQ(only(check, {metadata_only, sdist}), InstalledFrom::delivered) << "it was built";
  EXPECT_EQ(only(check, {metadata_only, {"demo-1.0.tar.gz", "", {}}}), InstalledFrom::unjudged)
      << "neither went to the command";
}

TEST_F(InstalledTest, FilesOfAnExpectedProjectAreRead) {
  auto check = look();
  install("demo", "1.0");
  write(site_ + "/demo.py", "x = 2\n");
  EXPECT_EQ(only(check, {wheel("demo", "1.0")}), InstalledFrom::delivered);
  EXPECT_EQ(only(check, {wheel("demo", "1.0")}, {project("demo")}), InstalledFrom::unjudged);
}

TEST_F(InstalledTest, AFileThatTheStoreHasNotCoversByItsName) {
  auto check = look();
  install("demo", "1.0");
  EXPECT_EQ(only(check, {{"demo-1.0-py3-none-any.whl", "", sha256(bytes_of("gone"))}}),
            InstalledFrom::delivered);
}

TEST_F(InstalledTest, TwoNamesAreNobodys) {
  auto check = look();
  install("demo", "1.0", "x = 1\n", "", "other");
  const auto all = after(check, {wheel("demo", "1.0"), wheel("other", "1.0")});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all.front().from, InstalledFrom::unjudged);
  EXPECT_EQ(all.front().projects, (std::set{project("demo"), project("other")}));
}

TEST_F(InstalledTest, AProjectOfTheWorkingFolderIsOnesOwn) {
  write(work_ + "/pyproject.toml", "[project]\nname = \"my.app\"\n");
  auto check = look();
  const std::string url = "file://" + work_;
  install("my_app", "0.1", "x = 1\n", R"({"url": ")" + url + R"(", "dir_info": {"editable": true}})");
  EXPECT_EQ(only(check), InstalledFrom::own_folder);
  install("my_app", "0.1", "x = 1\n", R"({"url": ")" + url + R"(/member%2d1/", "dir_info": {}})");
  EXPECT_EQ(only(check), InstalledFrom::own_folder) << "a member of a workspace";
  install("my_app", "0.1", "x = 1\n", R"({"url": ")" + url + R"(-2", "dir_info": {}})");
  EXPECT_EQ(only(check), InstalledFrom::unjudged);
  install("my_app", "0.1", "x = 1\n", R"({"url": ")" + url + R"(/a.whl", "archive_info": {}})");
  EXPECT_EQ(only(check), InstalledFrom::unjudged);
}

TEST_F(InstalledTest, TheOwnNameWithoutAnAddressIsOnesOwnUnlessExpected) {
  write(work_ + "/pyproject.toml", "[project]\nname = \"my.app\"\n");
  auto check = look();
  install("my_app", "0.1");
  EXPECT_EQ(only(check), InstalledFrom::own_folder);
  EXPECT_EQ(only(check, {}, {project("my-app")}), InstalledFrom::unjudged);
}

TEST_F(InstalledTest, PipOfThisMachineMayBeginAnEnvironment) {
  const std::string house = invocation_.home + "/.local/share/virtualenv/wheel/house";
  auto check = look();
  install("pip", "23.0");
  EXPECT_EQ(only(check), InstalledFrom::unjudged);
  const std::string info = "pip-23.0.dist-info";
  const std::string metadata = "Metadata-Version: 2.1\nName: pip\nVersion: 23.0\n";
  const Bytes seed =
      testing::make_zip({{"pip.py", "x = 1\n"}, {info + "/METADATA", metadata}, {info + "/RECORD", ""}});
  write(house + "/pip-23.0-py3-none-any.whl", text_of(seed));
  EXPECT_EQ(only(check), InstalledFrom::seed);
  install("pip", "23.0", "x = 2\n");
  EXPECT_EQ(only(check), InstalledFrom::unjudged);
}

TEST_F(InstalledTest, AnAddressWithoutANameCoversWhatCameFromIt) {
  auto check = look();
  install("demo", "1.0", "x = 1\n", R"({"url": "https://a.test/dl/7", "archive_info": {}})");
  const DeliveredFile file = sent("7", "https://a.test/dl/");
  EXPECT_EQ(only(check, {file}), InstalledFrom::delivered);
  EXPECT_EQ(only(check, {file}, {project("demo")}), InstalledFrom::unjudged);
  EXPECT_EQ(only(check, {sent("other-1.0.tar.gz")}), InstalledFrom::unjudged);
}

std::string direct_url(const std::string& url, const std::string& more = R"("archive_info": {})") {
  return R"({"url": ")" + url + R"(", )" + more + "}";
}

TEST_F(InstalledTest, AFileOfTheSameNameDoesNotCoverWhatCameFromElsewhere) {
  auto check = look();
  const DeliveredFile sdist = sent("demo-1.0.tar.gz");
  const DeliveredFile judged = wheel("demo", "1.0");
  for (const std::string& direct :
       {direct_url("https://a.test/other-1.0.tar.gz"), direct_url("https://b.test/demo-1.0.tar.gz"),
        direct_url("https://a.test/demo-1.0.tar.gz?of=1"), direct_url("file:///v/demo-1.0-py3-none-any.whl"),
        direct_url("file:///v/demo", R"("dir_info": {})"),
        direct_url("https://a.test/demo-1.0.tar.gz", R"("dir_info": {})"),
        direct_url("https://a.test/demo-1.0.tar.gz", R"("vcs_info": {"vcs": "git", "commit_id": "0"})"),
        std::string("no document"), std::string(R"({"archive_info": {}})")}) {
    install("demo", "1.0", "x = 1\n", direct);
    EXPECT_EQ(only(check, {sdist}), InstalledFrom::unjudged) << direct;
    EXPECT_EQ(only(check, {judged}), InstalledFrom::unjudged) << direct;
    EXPECT_EQ(only(check, {judged, sdist}, {project("demo")}), InstalledFrom::unjudged) << direct;
    EXPECT_THAT(after(check, {sdist}).front().reason, HasSubstr("it came from ")) << direct;
  }
}

TEST_F(InstalledTest, ADirectUrlThatNobodyCanReadIsOne) {
  auto check = look();
  install("demo", "1.0");
  fs::create_directories(site_ + "/demo-1.0.dist-info/direct_url.json");
  EXPECT_EQ(only(check, {sent("demo-1.0.tar.gz")}), InstalledFrom::unjudged);
}

TEST_F(InstalledTest, TheFileOfExactlyThatAddressCovers) {
  auto check = look();
  const DeliveredFile judged = wheel("demo", "1.0");
  const std::string url = "https://a.test/demo-1.0-py3-none-any.whl";
  const std::string hex = judged.digest->to_hex();
  for (const std::string& direct :
       {direct_url(url),
        direct_url("https://ann:secret@A.test:443/x/../demo-1.0-py3-none-any.whl#sha256=" + hex),
        direct_url(url, R"("archive_info": {"hash": "sha256=)" + hex + R"(", "hashes": {"sha256": ")" + hex +
                            R"("}})")}) {
    install("demo", "1.0", "x = 1\n", direct);
    EXPECT_EQ(only(check, {judged}, {project("demo")}), InstalledFrom::delivered) << direct;
  }
  const std::string other(64, 'a');
  for (const std::string& info : {R"("archive_info": {"hash": "sha256=)" + other + R"("})",
                                  R"("archive_info": {"hashes": {"sha256": ")" + other + R"("}})"}) {
    install("demo", "1.0", "x = 1\n", direct_url(url, info));
    EXPECT_EQ(only(check, {judged}), InstalledFrom::unjudged) << info;
  }
  install("demo", "1.0", "x = 2\n", direct_url("https://a.test/demo-1.0.tar.gz"));
  EXPECT_EQ(only(check, {judged, sent("demo-1.0.tar.gz")}), InstalledFrom::delivered)
      << "the address says which of both";
}

TEST_F(InstalledTest, WhatIsBuiltIsWhatTheSourceDistributionSays) {
  auto check = look();
  install("demo", "1.0");
  const auto packed = [](const std::string& said) {
    return testing::make_tar_gz({{"demo-1.0/src/demo.py", std::string(70'000, '#')},
                                 {"demo-1.0/demo.egg-info/PKG-INFO", "Name: inner\nVersion: 9\n"},
                                 {"demo-1.0/PKG-INFO", said}});
  };
  const auto from = [&](const std::string& said) {
    return only(check, {kept("demo-1.0.tar.gz", packed(said))});
  };
  EXPECT_EQ(from("Metadata-Version: 2.1\nName: Demo\nVersion: 1.0.0\n"), InstalledFrom::delivered);
  EXPECT_EQ(from("Name: UNKNOWN\nVersion: 0.0.0\n"), InstalledFrom::delivered) << "as some old ones have it";
  EXPECT_EQ(from("Name: other\nVersion: 1.0\n"), InstalledFrom::unjudged);
  EXPECT_EQ(from("Name: demo\nVersion: 1.1\n"), InstalledFrom::unjudged);
  const auto zip = [&](const std::string& version) {
    return kept("demo-main.zip",
                testing::make_zip({{"demo-main/PKG-INFO", "Name: demo\nVersion: " + version + "\n"}}));
  };
  EXPECT_EQ(only(check, {zip("1.0")}), InstalledFrom::delivered);
  EXPECT_EQ(only(check, {zip("2.0")}), InstalledFrom::unjudged);
  EXPECT_EQ(only(check, {kept("demo-1.0.tar.gz", to_bytes(bytes_of("no archive")))}),
            InstalledFrom::delivered);
}

TEST_F(InstalledTest, AFolderInAnEnvironmentIsNotOnesOwn) {
  write(work_ + "/.venv/pyvenv.cfg", "home = /usr/bin\n");
  write(work_ + "/cloned/.git/HEAD", "");
  auto check = look();
  const auto from = [&](const std::string& folder) {
    write(folder + "/pyproject.toml", "[project]\nname = 'demo'\n");
    install("demo", "1.0", "x = 1\n", R"({"url": "file://)" + folder + R"(", "dir_info": {}})");
    return only(check);
  };
  EXPECT_EQ(from(work_ + "/packages/demo"), InstalledFrom::own_folder);
  EXPECT_EQ(from(work_ + "/.venv/share/demo"), InstalledFrom::unjudged);
  EXPECT_EQ(from(site_ + "/vendored"), InstalledFrom::unjudged);
  EXPECT_EQ(from(work_ + "/cloned"), InstalledFrom::unjudged) << "another checkout";
}

TEST_F(InstalledTest, AnExpectedProjectOfAFolderIsOnesOwnOnlyInItsOwnFolder) {
  const std::string member = work_ + "/packages/demo";
  write(work_ + "/pyproject.toml", "[project]\nname = \"app\"\n");
  write(member + "/pyproject.toml", "[project]\nname = \"demo\"\n");
  const auto from = [&](const std::set<ProjectName>& expected) {
    fs::remove_all(site_);
    auto check = look();
    install("demo", "1.0", "x = 1\n", direct_url("file://" + member, R"("dir_info": {"editable": true})"));
    const auto all = after(check, {}, expected);
    EXPECT_EQ(all.size(), 1U);
    return all.front();
  };
  EXPECT_EQ(from({}).from, InstalledFrom::own_folder);
  EXPECT_EQ(from({project("other")}).from, InstalledFrom::own_folder);
  EXPECT_EQ(from({project("demo")}).from, InstalledFrom::unjudged);
  EXPECT_THAT(from({project("demo")}).reason,
              HasSubstr("/packages/demo, a folder, and its signer is expected"));
  invocation_.argv = {"uv", "--directory", "packages/demo/", "sync"};
  EXPECT_EQ(from({project("demo")}).from, InstalledFrom::own_folder) << "who develops it says what is in it";
}

TEST_F(InstalledTest, WhatAPathFileLeadsToIsInstalled) {
  const std::string info = "/demo-9.0.dist-info/METADATA";
  const std::string metadata = "Name: demo\nVersion: 9.0\n";
  for (const std::string& place : {site_ + "/vend", folder_.path("far")}) {
    auto check = look();
    write(site_ + "/zz.pth", place + "\n");
    write(place + info, metadata);
    const auto all = after(check, {wheel("demo", "1.0")}, {project("demo")});
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all.front().from, InstalledFrom::unjudged);
    EXPECT_EQ(all.front().projects, std::set{project("demo")});
    EXPECT_EQ(only(check), InstalledFrom::unjudged) << "the environment is nearer than the working folder";
    fs::remove_all(place);
  }
}

TEST_F(InstalledTest, WhatAPathFileOfTheOwnProjectLeadsToIsOnesOwn) {
  write(work_ + "/pyproject.toml", "[project]\nname = \"app\"\n");
  auto check = look();
  write(site_ + "/__editable__.app-0.1.pth", work_ + "/src\n");
  write(work_ + "/src/app.egg-info/PKG-INFO", "Name: app\nVersion: 0.1\n");
  EXPECT_EQ(only(check), InstalledFrom::own_folder);
  EXPECT_EQ(only(check, {}, {project("app")}), InstalledFrom::own_folder)
      << "who develops it says what is in it";
  write(work_ + "/src/app.egg-info/PKG-INFO", "Name: demo\nVersion: 0.1\n");
  EXPECT_EQ(only(check, {}, {project("demo")}), InstalledFrom::unjudged);
}

TEST_F(InstalledTest, AnEggLinkStandsForAFolder) {
  auto check = look();
  write(site_ + "/demo.egg-link", "vend\n.\n");
  EXPECT_EQ(only(check, {sent("demo-main.zip"), wheel("demo", "1.0")}), InstalledFrom::unjudged);
  EXPECT_THAT(after(check).front().reason, HasSubstr("demo.egg-link leads there"));
  write(site_ + "/demo.egg-link", work_ + "\n.\n");
  EXPECT_EQ(only(check), InstalledFrom::own_folder);
  EXPECT_EQ(only(check, {}, {project("demo")}), InstalledFrom::unjudged);
}

TEST_F(InstalledTest, DistributionsInAnyCaseAreInstalled) {
  for (const char* name : {"/demo-9.0.EGG-INFO/PKG-INFO", "/demo-9.0.DIST-INFO/METADATA",
                           "/demo-9.0-py3.11.EGG/EGG-INFO/PKG-INFO", "/demo-9.0.Egg-Info"}) {
    fs::remove_all(site_);
    auto check = look();
    write(site_ + name, "Name: demo\nVersion: 9.0\n");
    EXPECT_EQ(only(check, {wheel("demo", "1.0")}, {project("demo")}), InstalledFrom::unjudged) << name;
  }
}

TEST_F(InstalledTest, WhatLeadsToMoreThanCanBeLookedAtMayBeOfAnyProject) {
  auto check = look();
  write(site_ + "/zz.pth", std::string(300 * 1024, '#'));
  const auto all = after(check, {}, {project("demo")});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_TRUE(all.front().may_be_any);
  EXPECT_EQ(all.front().project, "zz.pth");
  EXPECT_EQ(all.front().from, InstalledFrom::unjudged);
}

TEST_F(InstalledTest, EggsOfOldAreSeen) {
  auto check = look();
  write(site_ + "/demo-1.0-py3.11.egg-info/PKG-INFO", "Name: demo\nVersion: 1.0\n");
  write(site_ + "/flat-2.0-py3.11.egg-info", "Name: flat\nVersion: 2.0\n");
  const auto all = after(check, {sent("demo-1.0.tar.gz"), sent("flat-2.0.zip")});
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].from, InstalledFrom::delivered);
  EXPECT_EQ(all[1].from, InstalledFrom::delivered);
}

TEST(InstalledFile, IsCutWhereverAnInstallerCould) {
  const ProjectName demo = project("demo");
  for (const char* name : {"demo-1.0-py3-none-any.whl", "Demo-1.0.0-py2.py3-none-any.whl", "demo-1.0.tar.gz",
                           "demo-v1.0.zip", "demo-1.0.tar.bz2", "demo-1.0.tgz", "demo-main.zip"}) {
    EXPECT_TRUE(is_file_of(name, demo, "1.0")) << name;
  }
  for (const char* name :
       {"demo-1.1-py3-none-any.whl", "demo_x-1.0-py3-none-any.whl", "demo-evil-1.0.tar.gz",
        "demo-evil-1.0.tgz", "demo-1.0", "demo.tar.gz", "other-1.0.tar.gz", "demo-1.1.tar.bz2"}) {
    EXPECT_FALSE(is_file_of(name, demo, "1.0")) << name;
  }
  EXPECT_TRUE(is_file_of("demo-1-1.tar.gz", demo, "1.post1"));
  EXPECT_TRUE(is_file_of("demo-1-1.tar.gz", project("demo-1"), "1"));
  EXPECT_TRUE(is_file_of("demo-2004d.tar.gz", demo, "2004d"));
}

TEST_F(InstalledTest, WhatWasThereIsTold) {
  install("demo", "1.0");
  auto check = look();
  ASSERT_EQ(check.before(project("Demo")).size(), 1U);
  EXPECT_THAT(check.before(project("demo")).front(), HasSubstr("demo 1.0 in /"));
}

}  // namespace
}  // namespace tomme::guard
