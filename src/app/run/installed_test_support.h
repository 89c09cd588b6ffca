#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/run/disk.h"
#include "app/run/installed.h"
#include "core/encoding/text.h"
#include "testing/folder.h"
#include "testing/package.h"

/// What the tests of the look at environments share.
namespace tomme::guard {

inline ProjectName project(std::string_view name) {
  return *ProjectName::parse(name);
}

inline std::string record_row(const std::string& path, std::string_view content) {
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
    std::filesystem::create_directories(work_);
    std::filesystem::create_directories(site_);
    invocation_.argv = {"uv", "sync"};
    invocation_.directory = work_;
    invocation_.home = folder_.path("home");
    invocation_.read = disk_reader();
    invocation_.list = &list_folder;
    invocation_.resolve = disk_resolver();
  }

  void write(const std::string& path, std::string_view content) const {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
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

  using Contents = std::map<std::string, std::string>;
  static std::string info(const std::string& name) { return name + "-1.0.dist-info"; }
  /// As installers do it: what the wheel has in its `.data` lies where `moved` says, seen from `site`.
  DeliveredFile bring(const std::string& name, Contents files, const std::string& site,
                      const Contents& moved = {}) const {
    files[info(name) + "/METADATA"] = "Metadata-Version: 2.1\nName: " + name + "\nVersion: 1.0\n";
    std::string promised;
    std::string record;
    std::vector<testing::ArchiveFile> entries;
    for (const auto& [path, content] : files) {
      const auto place = moved.find(path);
      const std::string there = place == moved.end() ? path : place->second;
      write(site + "/" + there, content);
      record += record_row(there, content);
      promised += record_row(path, content);
      entries.push_back({path, content});
    }
    write(site + "/" + info(name) + "/RECORD", record);
    entries.push_back({info(name) + "/RECORD", promised});
    return kept(name + "-1.0-py3-none-any.whl", testing::make_zip(entries));
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

}  // namespace tomme::guard
