#include "app/guard/installed.h"

#include <chrono>
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
    const std::string filename = name + "-" + version + "-py3-none-any.whl";
    return {filename, "https://a.test/" + filename, file->digest(), false, {"https://a.test/" + filename}};
  }

  /// A file that went to the command, of which the store has nothing.
  static DeliveredFile sent(const std::string& filename, const std::string& folder = "https://a.test/") {
    return {filename, folder + filename, {}, false, {folder + filename}};
  }

  DeliveredFile kept(const std::string& filename, const Bytes& content) const {
    auto incoming = *store_.begin();
    EXPECT_TRUE(incoming.append(content));
    const auto file = std::move(incoming).finish();
    store_.keep(*file);
    DeliveredFile delivered = sent(filename);
    delivered.digest = file->digest();
    return delivered;
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

/// Two wheels with a file at the same path, installed one after the other.
class OverwrittenTest : public InstalledTest {
 protected:
  static std::string info(const std::string& name) { return name + "-1.0.dist-info"; }

  DeliveredFile bring(const std::string& name, const std::string& shared, const std::string& content,
                      bool digests) {
    const std::string metadata = "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n";
    const auto row = [&](const std::string& path, std::string_view text) {
      return digests ? record_row(path, text) : path + ",,\n";
    };
    const std::string record = row(shared, content) + row(info(name) + "/METADATA", metadata);
    write(site_ + "/" + shared, content);
    write(site_ + "/" + info(name) + "/METADATA", metadata);
    write(site_ + "/" + info(name) + "/RECORD", record);
    return kept(name + "-1.0-py3-none-any.whl", testing::make_zip({{shared, content},
                                                                   {info(name) + "/METADATA", metadata},
                                                                   {info(name) + "/RECORD", record}}));
  }

  static std::map<std::string, Installed> by_name(std::vector<Installed> all) {
    std::map<std::string, Installed> found;
    for (Installed& entry : all) found.emplace(entry.project, std::move(entry));
    return found;
  }
};

TEST_F(OverwrittenTest, AFileOfAnotherDeliveredWheelIsTold) {
  for (const bool digests : {true, false}) {
    fs::remove_all(site_);
    auto check = look();
    const DeliveredFile demo = bring("demo", "tests/__init__.py", "# demo\n", digests);
    const DeliveredFile zeta = bring("zeta", "tests/__init__.py", "# zeta\n", digests);
    auto found = by_name(after(check, {demo, zeta}, {project("demo")}));
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found["demo"].from, InstalledFrom::delivered) << found["demo"].reason;
    EXPECT_EQ(found["zeta"].from, InstalledFrom::delivered);
    EXPECT_THAT(found["demo"].overwritten, ::testing::ElementsAre(::testing::Pair(
                                               "zeta 1.0", ::testing::ElementsAre("tests/__init__.py"))));
    EXPECT_THAT(found["zeta"].overwritten, IsEmpty());
    found = by_name(after(check, {demo, zeta}, {project("zeta")}));
    EXPECT_EQ(found["demo"].from, InstalledFrom::delivered) << "its signer is not expected";
    EXPECT_EQ(found["demo"].overwritten.empty(), digests) << "RECORD is believed where it has digests";
    EXPECT_EQ(by_name(after(check, {demo}, {project("demo")}))["demo"].from, InstalledFrom::unjudged)
        << "the other one did not pass";
    DeliveredFile metadata_only = zeta;
    metadata_only.addresses.clear();
    EXPECT_EQ(by_name(after(check, {demo, metadata_only}, {project("demo")}))["demo"].from,
              InstalledFrom::unjudged);
    write(site_ + "/tests/__init__.py", "# nobody's\n");
    EXPECT_EQ(by_name(after(check, {demo, zeta}, {project("demo")}))["demo"].from, InstalledFrom::unjudged);
  }
}

TEST_F(OverwrittenTest, WhatBearsTheNameOfAnExpectedProjectIsNobodyElses) {
  auto check = look();
  const DeliveredFile demo = bring("demo", "demo/__init__.py", "# demo\n", true);
  const DeliveredFile zeta = bring("zeta", "demo/__init__.py", "# zeta\n", true);
  EXPECT_EQ(by_name(after(check, {demo, zeta}, {project("demo")}))["demo"].from, InstalledFrom::unjudged);
  EXPECT_EQ(by_name(after(check, {demo, zeta}))["demo"].from, InstalledFrom::delivered);
}

TEST_F(OverwrittenTest, AWheelThatIsNotInstalledBesideExplainsNothing) {
  auto check = look();
  const DeliveredFile demo = bring("demo", "tests/__init__.py", "# demo\n", true);
  const DeliveredFile zeta = bring("zeta", "tests/__init__.py", "# zeta\n", true);
  fs::remove_all(site_ + "/zeta-1.0.dist-info");
  EXPECT_EQ(by_name(after(check, {demo, zeta}, {project("demo")}))["demo"].from, InstalledFrom::unjudged);
}

/// Wheels with files at many paths.
class StrangerTest : public OverwrittenTest {
 protected:
  using Contents = std::map<std::string, std::string>;

  /// Puts the files in place, and what lists them; the wheel is kept as if it had passed through.
  DeliveredFile bring_all(const std::string& name, Contents files, const std::string& not_listed = "") {
    files[info(name) + "/METADATA"] = "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n";
    std::string record;
    std::vector<testing::ArchiveFile> entries;
    for (const auto& [path, content] : files) {
      write(site_ + "/" + path, content);
      if (path != not_listed) record += record_row(path, content);
      entries.push_back({path, content});
    }
    write(site_ + "/" + info(name) + "/RECORD", record);
    entries.push_back({info(name) + "/RECORD", record});
    return kept(name + "-1.0-py3-none-any.whl", testing::make_zip(entries));
  }

  /// What becomes of an expected demo with `own` beside another wheel with `others`.
  std::map<std::string, Installed> beside(const Contents& own, const Contents& others,
                                          const std::string& not_listed = "") {
    fs::remove_all(site_);
    auto check = look();
    const DeliveredFile demo = bring_all("demo", own);
    const DeliveredFile zeta = bring_all("zeta", others, not_listed);
    return by_name(after(check, {demo, zeta}, {project("demo")}));
  }
};

TEST_F(StrangerTest, AFileThatIsImportedInsteadOfAnExpectedOneIsRefused) {
  for (const char* path :
       {"demo/__init__.py", "demo.abi3.so", "demo.pyc", "__pycache__/demo.cpython-311.pyc"}) {
    for (const char* not_listed : {"", path}) {
      if (*not_listed != 0 && !std::string_view(path).ends_with(".pyc")) continue;  // is seen to be missing
      auto found = beside({{"demo.py", "x = 1\n"}}, {{path, "x = 2\n"}}, not_listed);
      EXPECT_EQ(found["demo"].from, InstalledFrom::unjudged) << path;
      EXPECT_EQ(found["demo"].reason, "zeta 1.0 has brought " + std::string(path) +
                                          ", which Python may import instead of its demo.py");
      EXPECT_EQ(found["zeta"].from, InstalledFrom::delivered);
    }
  }
  auto found = beside({{"demo/__init__.py", ""}, {"demo/x.py", ""}},
                      {{"demo/__pycache__/x.cpython-311.pyc", "x = 2\n"}});
  EXPECT_EQ(found["demo"].from, InstalledFrom::unjudged);
}

TEST_F(StrangerTest, AFileThatIsImportedInsteadIsRefusedInDataFoldersToo) {
  fs::remove_all(site_);
  auto check = look();
  const DeliveredFile demo = bring_all("demo", {{"demo.py", "x = 1\n"}});
  bring_all("zeta", {{"demo/__init__.py", ""}});
  const std::string record = record_row("demo/__init__.py", "");
  for (const char* folder : {"purelib", "platlib", "data", "data/lib/python3.11/site-packages"}) {
    const DeliveredFile zeta =
        kept("zeta-1.0-py3-none-any.whl",
             testing::make_zip({{"zeta-1.0.data/" + std::string(folder) + "/demo/__init__.py", ""},
                                {info("zeta") + "/RECORD", record}}));
    EXPECT_EQ(by_name(after(check, {demo, zeta}, {project("demo")}))["demo"].from, InstalledFrom::unjudged)
        << folder;
  }
}

TEST_F(StrangerTest, APluginIsOnlyTold) {
  auto found = beside({{"demo/__init__.py", ""}, {"demo/plugins/x.py", ""}},
                      {{"demo/plugins/y.py", ""}, {"demo/z.abi3.so", ""}, {"zeta.py", ""}});
  EXPECT_EQ(found["demo"].from, InstalledFrom::delivered) << found["demo"].reason;
  EXPECT_THAT(found["zeta"].among,
              ::testing::ElementsAre(::testing::Pair(
                  "demo 1.0", ::testing::ElementsAre("demo/plugins/y.py", "demo/z.abi3.so"))));
}

TEST_F(StrangerTest, ANamespaceIsEverybodys) {
  auto found = beside({{"demo/x.py", ""}}, {{"demo/y.py", ""}, {"demo/z/__init__.py", ""}});
  EXPECT_EQ(found["demo"].from, InstalledFrom::delivered) << found["demo"].reason;
  EXPECT_THAT(found["zeta"].among, IsEmpty());
}

TEST_F(StrangerTest, AProjectThatIsNotExpectedIsLeftAlone) {
  auto check = look();
  const DeliveredFile demo = bring_all("demo", {{"demo.py", ""}});
  const DeliveredFile zeta = bring_all("zeta", {{"demo/__init__.py", ""}});
  EXPECT_EQ(by_name(after(check, {demo, zeta}))["demo"].from, InstalledFrom::delivered);
  EXPECT_EQ(by_name(after(check, {demo, zeta}, {project("zeta")}))["demo"].from, InstalledFrom::delivered);
}

TEST_F(StrangerTest, AnExpectedProjectOfBeforeIsRefusedWhenItIsShadowedNow) {
  bring_all("demo", {{"demo.py", ""}});
  auto check = look();
  const DeliveredFile zeta = bring_all("zeta", {{"demo/__init__.py", ""}});
  auto found = by_name(after(check, {zeta}, {project("demo")}));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found["demo"].from, InstalledFrom::unjudged);
}

// What was built has no wheel that could tell; pip lists what it compiled of it.
TEST_F(StrangerTest, WhatWasBuiltIsReadByItsRecord) {
  auto check = look();
  const DeliveredFile demo = bring_all("demo", {{"demo/__init__.py", ""}});
  const std::string compiled = "demo/__pycache__/__init__.cpython-311.pyc";
  bring_all("zeta", {{"demo/__init__.py", ""}, {compiled, ""}});
  const DeliveredFile zeta = sent("zeta-1.0.tar.gz");
  EXPECT_EQ(by_name(after(check, {demo, zeta}, {project("demo")}))["demo"].from, InstalledFrom::delivered);
  bring_all("zeta", {{compiled, ""}});
  EXPECT_EQ(by_name(after(check, {demo, zeta}, {project("demo")}))["demo"].from, InstalledFrom::unjudged);
}

// Once the whole wheel was read anew for each such file: 13 s for these.
TEST_F(StrangerTest, VeryManyCommonPathsTakeTimeThatGrowsWithTheirNumber) {
  constexpr int kFiles = 4000;
  Contents own;
  Contents others;
  for (int i = 0; i < kFiles; ++i) {
    const std::string path = "shared/f" + std::to_string(i) + ".py";
    own[path] = "demo" + std::to_string(i);
    others[path] = "zeta" + std::to_string(i);
  }
  auto check = look();
  const DeliveredFile demo = bring_all("demo", own);
  const DeliveredFile zeta = bring_all("zeta", others);
  const auto start = std::chrono::steady_clock::now();
  auto found = by_name(after(check, {demo, zeta}, {project("demo")}));
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(found["demo"].from, InstalledFrom::delivered) << found["demo"].reason;
  EXPECT_EQ(found["demo"].overwritten["zeta 1.0"].size(), static_cast<std::size_t>(kFiles));
  EXPECT_LT(took, std::chrono::seconds(6));
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

TEST(InstalledVerdict, TellsWhatAnotherWheelHasOverwritten) {
  Installed entry = entry_of("demo", InstalledFrom::delivered);
  entry.overwritten = {{"alpha 1.0", {"tests/__init__.py"}}, {"zeta 1.0", {"a.py", "b.py"}}};
  const Told all = told({entry}, {.proof_required = true, .expected = {project("demo")}});
  EXPECT_FALSE(all.refused);
  EXPECT_THAT(all.notes,
              ::testing::ElementsAre(
                  "demo 1.0 is as it passed through, but its tests/__init__.py was overwritten by alpha 1.0",
                  "demo 1.0 is as it passed through, but its a.py and 1 more were overwritten by zeta 1.0"));
}

TEST(InstalledVerdict, RefusesWhatMayBeAnExpectedProject) {
  Installed entry;
  entry.project = "zz.pth";
  entry.folder = "/v";
  entry.reason = "it leads to more than can be looked at";
  entry.may_be_any = true;
  EXPECT_TRUE(told({entry}, {.expected = {project("demo")}}).refused);
  EXPECT_FALSE(told({entry}, {}).refused);
}

TEST(InstalledVerdict, TellsWhatOthersHavePutAmongTheFilesOfAnExpectedProject) {
  Installed entry = entry_of("zeta", InstalledFrom::delivered);
  entry.among = {{"demo 1.0", {"demo/plugins/x.py", "demo/plugins/y.py"}}};
  EXPECT_THAT(
      told({entry}, {}).notes,
      ::testing::ElementsAre("zeta 1.0 has put demo/plugins/x.py and 1 more among the files of demo 1.0"));
}

TEST(InstalledVerdict, TellsWhatOfAnExpectedProjectWasBuiltHere) {
  Installed entry = entry_of("demo", InstalledFrom::delivered);
  entry.built_from = "demo-1.0.tar.gz";
  const Told all = told({entry}, {.expected = {project("demo")}});
  EXPECT_FALSE(all.refused);
  EXPECT_THAT(all.notes, ::testing::ElementsAre("demo 1.0 was built here from demo-1.0.tar.gz: what a build "
                                                "made can be compared with nothing"));
  EXPECT_THAT(told({entry}, {.expected = {project("other")}}).notes, IsEmpty());
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
