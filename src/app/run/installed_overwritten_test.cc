#include <chrono>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "app/run/installed_test_support.h"

// Files of one distribution that another one's lie over, or are imported instead of.
namespace tomme::guard {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

}  // namespace
}  // namespace tomme::guard
