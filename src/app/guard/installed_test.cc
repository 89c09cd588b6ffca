#include "app/guard/installed.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/guard/disk.h"
#include "app/guard/errors.h"
#include "app/guard/installed_verdict.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "testing/folder.h"
#include "testing/package.h"

namespace tomme::guard {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ProjectName project(std::string_view name) {
  return *ProjectName::parse(name);
}

std::string record_row(const std::string& path, std::string_view content) {
  std::string text = encode_base64(sha256(bytes_of(content)).view());
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.resize(text.find('='));
  return path + ",sha256=" + text + "," + std::to_string(content.size()) + "\n";
}

/// An environment on the disk in which a test plays the installer.
class InstalledTest : public ::testing::Test {
 protected:
  InstalledTest() : store_(*FileStore::open(folder_.path("store"))) {
    fs::create_directories(work_);
    fs::create_directories(site_);
    invocation_.argv = {"uv", "sync"};
    invocation_.directory = work_;
    invocation_.home = folder_.path("home");
    invocation_.read = disk_reader();
    invocation_.list = &list_folder;
    invocation_.resolve = disk_resolver();
  }

  void write(const std::string& path, std::string_view content) const {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << content;
  }

  /// As pip and uv leave it.
  void install(const std::string& name, const std::string& version, const std::string& code = "x = 1\n",
               const std::string& direct_url = {}, std::string metadata_name = {}) const {
    if (metadata_name.empty()) metadata_name = name;
    const std::string info = name + "-" + version + ".dist-info";
    const std::string metadata =
        "Metadata-Version: 2.1\nName: " + metadata_name + "\nVersion: " + version + "\n";
    write(site_ + "/" + name + ".py", code);
    write(site_ + "/" + info + "/METADATA", metadata);
    write(site_ + "/" + info + "/INSTALLER", "pip\n");
    if (!direct_url.empty()) write(site_ + "/" + info + "/direct_url.json", direct_url);
    write(site_ + "/" + info + "/RECORD", record_row(name + ".py", code) +
                                              record_row(info + "/METADATA", metadata) + info +
                                              "/INSTALLER,,\n" + info + "/RECORD,,\n");
  }

  /// The wheel of what `install` leaves, kept as if it had passed through.
  DeliveredFile wheel(const std::string& name, const std::string& version,
                      const std::string& code = "x = 1\n") const {
    const std::string info = name + "-" + version + ".dist-info";
    const std::string metadata = "Metadata-Version: 2.1\nName: " + name + "\nVersion: " + version + "\n";
    const Bytes content = testing::make_zip(
        {{name + ".py", code},
         {info + "/METADATA", metadata},
         {info + "/RECORD", record_row(name + ".py", code) + record_row(info + "/METADATA", metadata)}});
    auto incoming = *store_.begin();
    EXPECT_TRUE(incoming.append(content));
    const auto file = std::move(incoming).finish();
    store_.keep(*file);
    return {name + "-" + version + "-py3-none-any.whl", "https://a.test/" + name, file->digest()};
  }

  InstalledCheck look() const { return {invocation_, plan_, folder_.path("cache")}; }

  std::vector<Installed> after(InstalledCheck& check, const std::vector<DeliveredFile>& delivered = {},
                               const std::set<ProjectName>& expected = {}) const {
    return check.compare(delivered, store_, expected);
  }

  InstalledFrom only(InstalledCheck& check, const std::vector<DeliveredFile>& delivered = {},
                     const std::set<ProjectName>& expected = {}) const {
    const auto all = after(check, delivered, expected);
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? InstalledFrom::seed : all.front().from;
  }

  const testing::TestFolder folder_;
  const std::string work_ = folder_.path("work");
  const std::string site_ = work_ + "/.venv/lib/python3.11/site-packages";
  FileStore store_;
  Invocation invocation_;
  Plan plan_;
};

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
  EXPECT_EQ(only(check, {{"demo-1.0.tar.gz", "", {}}}), InstalledFrom::delivered);
  EXPECT_EQ(only(check, {wheel("demo", "1.1"), {"demo-2.0.tar.gz", "", {}}, wheel("dem", "1.0")}),
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
  EXPECT_EQ(only(check, {wheel("demo", "1.0"), {"demo-1.0.tar.gz", "", {}}}), InstalledFrom::delivered)
      << "it was built";
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
  const DeliveredFile file{"7", "https://a.test/dl/7", {}};
  EXPECT_EQ(only(check, {file}), InstalledFrom::delivered);
  EXPECT_EQ(only(check, {file}, {project("demo")}), InstalledFrom::unjudged);
  EXPECT_EQ(only(check, {{"other-1.0.tar.gz", "https://a.test/dl/7", {}}}), InstalledFrom::unjudged);
}

TEST_F(InstalledTest, EggsOfOldAreSeen) {
  auto check = look();
  write(site_ + "/demo-1.0-py3.11.egg-info/PKG-INFO", "Name: demo\nVersion: 1.0\n");
  write(site_ + "/flat-2.0-py3.11.egg-info", "Name: flat\nVersion: 2.0\n");
  const auto all = after(check, {{"demo-1.0.tar.gz", "", {}}, {"flat-2.0.zip", "", {}}});
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

// --- what becomes of it

Installed entry_of(std::string name, InstalledFrom from = InstalledFrom::unjudged) {
  const std::set<ProjectName> projects{project(name)};
  return {std::move(name),
          "1.0",
          "/v",
          from,
          from == InstalledFrom::unjudged ? "no file of it passed through" : "",
          projects};
}

struct Told {
  bool refused;
  std::vector<std::string> notes;
};
Told told(std::vector<Installed> all, const InstalledRules& rules, bool judged = true,
          bool let_through = false) {
  Report report;
  if (judged)
    report.judged({"a-1.zip",
                   "https://a.test/a-1.zip",
                   {},
                   DistributionJudge(nullptr, {}).judge_unattestable("a-1.zip")});
  if (let_through) report.tunnelled("b.test:443");
  auto notes = report_installed(std::move(all), rules, report);
  return {report.any_refused(), std::move(notes)};
}

TEST(InstalledVerdict, IsANoteByDefault) {
  const Told all = told({entry_of("demo"), entry_of("more"), entry_of("mine", InstalledFrom::own_folder),
                         entry_of("fine", InstalledFrom::delivered), entry_of("pip", InstalledFrom::seed)},
                        {});
  EXPECT_FALSE(all.refused);
  EXPECT_THAT(all.notes,
              ::testing::UnorderedElementsAre(
                  "installed without being judged: demo 1.0, more 1.0 in /v: no file of it passed through",
                  "mine 1.0 was installed from your own folder"));
}

TEST(InstalledVerdict, IsARefusalWhereProofIsRequiredOrTheSignerExpected) {
  const InstalledRules required{.proof_required = true};
  const InstalledRules expected{.expected = {project("demo")}};
  EXPECT_TRUE(told({entry_of("demo")}, required).refused);
  EXPECT_TRUE(told({entry_of("demo")}, expected).refused);
  EXPECT_FALSE(told({entry_of("other")}, expected).refused);
  EXPECT_TRUE(told({entry_of("other")}, expected, false).refused)
      << "nothing was judged, and something is new";
  EXPECT_FALSE(told({}, expected, false).refused);
  for (const auto from : {InstalledFrom::delivered, InstalledFrom::own_folder, InstalledFrom::seed}) {
    EXPECT_FALSE(told({entry_of("demo", from)}, required).refused);
  }
}

TEST(InstalledVerdict, LetsPassWhatAHostWasAllowedFor) {
  const InstalledRules rules{.proof_required = true, .expected = {project("demo")}};
  EXPECT_FALSE(told({entry_of("other")}, rules, true, true).refused);
  EXPECT_EQ(told({entry_of("other")}, rules, true, true).notes.size(), 1U);
  EXPECT_TRUE(told({entry_of("demo")}, rules, true, true).refused);
}

TEST(InstalledVerdict, IsInTheReport) {
  Report report;
  (void)report_installed({entry_of("demo")}, {.proof_required = true}, report);
  EXPECT_THAT(report.table({}),
              HasSubstr("REFUSED     demo 1.0: installed without being judged: demo 1.0 in /v"));
  const auto value = json::parse(report.to_json(1, {}));
  ASSERT_TRUE(value);
  const json::Array& list = *value->object()->find("installed")->array();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(*list[0].object()->find("from")->text(), "unjudged");
  EXPECT_EQ(*list[0].object()->find("project")->text(), "demo");
}

TEST_F(InstalledTest, WhatWasThereIsTold) {
  install("demo", "1.0");
  auto check = look();
  ASSERT_EQ(check.before(project("Demo")).size(), 1U);
  EXPECT_THAT(check.before(project("demo")).front(), HasSubstr("demo 1.0 in /"));
}

}  // namespace
}  // namespace tomme::guard
