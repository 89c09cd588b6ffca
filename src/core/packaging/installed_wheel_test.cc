#include "core/packaging/installed_wheel.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

#include "core/encoding/text.h"
#include "testing/package.h"

namespace tomme {
namespace {

using testing::make_zip;
using Files = std::map<std::string, std::string>;

std::string record_digest(std::string_view content) {
  std::string text = encode_base64(sha256(bytes_of(content)).view());
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  text.resize(text.find('='));
  return "sha256=" + text;
}

std::string record_for(const Files& files) {
  std::string text;
  for (const auto& [path, content] : files) text += path + "," + record_digest(content) + ",1\n";
  return text;
}

const Files kFiles{{"demo/__init__.py", "x = 1\n"},
                   {"demo-1.0.dist-info/METADATA", "Name: demo\nVersion: 1.0\n"},
                   {"demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n"},
                   {"demo-1.0.data/scripts/demo", "#!python\n"}};

Bytes wheel_with(const Files& files, const std::string& record) {
  std::vector<testing::ArchiveFile> entries;
  for (const auto& [path, content] : files) entries.push_back({path, content});
  entries.push_back({"demo-1.0.dist-info/RECORD", record});
  return make_zip(entries);
}

/// As an installer leaves the wheel; a test changes what it likes.
struct Disk {
  Files files = kFiles;
  std::string record;
  std::string dist_info = "demo-1.0.dist-info";
  bool reads_all = false;

  Disk() {
    files.erase("demo-1.0.data/scripts/demo");
    files["demo-1.0.dist-info/INSTALLER"] = "pip\n";
    record = record_for(files) + "demo/__pycache__/__init__.cpython-311.pyc,,\n../../../bin/demo," +
             record_digest("#!/usr/bin/python3\n") + ",1\ndemo-1.0.dist-info/RECORD,,\n";
  }

  std::string difference(const Bytes& wheel) const {
    const auto rows = parse_record(record);
    if (!rows) return rows.error().message();
    const auto found = difference_from_wheel(
        wheel, {.dist_info = dist_info,
                .record = *rows,
                .digest_of = [this](const std::string& path) -> std::optional<Sha256> {
                  const auto file = files.find(path);
                  return file == files.end() ? std::nullopt : std::optional(sha256(bytes_of(file->second)));
                },
                .reads_all = reads_all});
    return found ? found->value_or("") : found.error().message();
  }
};

const Bytes kWheel = wheel_with(kFiles, record_for(kFiles));

TEST(InstalledWheel, IsWhatInstallersMakeOfIt) {
  Disk disk;
  EXPECT_EQ(disk.difference(kWheel), "");
  disk.reads_all = true;
  EXPECT_EQ(disk.difference(kWheel), "");
}

TEST(InstalledWheel, HasAllFilesOfTheWheel) {
  Disk disk;
  Files more = kFiles;
  more["demo/more.py"] = "y = 2\n";
  EXPECT_EQ(disk.difference(wheel_with(more, record_for(more))), "demo/more.py");
}

TEST(InstalledWheel, HasTheirDigests) {
  Files other = kFiles;
  other["demo/__init__.py"] = "x = 2\n";
  EXPECT_EQ(Disk().difference(wheel_with(other, record_for(other))), "demo/__init__.py");
}

TEST(InstalledWheel, HasTheMetadataThatItsRecordPromises) {
  Disk disk;
  disk.files["demo-1.0.dist-info/METADATA"] = "Name: demo\nVersion: 1.0\nRequires-Dist: more\n";
  EXPECT_EQ(disk.difference(kWheel), "demo-1.0.dist-info/METADATA");
}

TEST(InstalledWheel, IsReadWhereItsRecordIsNotBelieved) {
  Disk disk;
  disk.files["demo/__init__.py"] = "x = 2\n";
  EXPECT_EQ(disk.difference(kWheel), "");
  disk.reads_all = true;
  EXPECT_EQ(disk.difference(kWheel), "demo/__init__.py");
}

TEST(InstalledWheel, IsReadWhereItsRecordHasNoDigest) {
  Disk disk;
  disk.record.clear();
  for (const auto& [path, content] : disk.files) disk.record += path + ",,\n";
  EXPECT_EQ(disk.difference(kWheel), "");
  disk.files["demo/__init__.py"] = "x = 2\n";
  EXPECT_EQ(disk.difference(kWheel), "demo/__init__.py");
  disk.files.erase("demo/__init__.py");
  EXPECT_EQ(disk.difference(kWheel), "demo/__init__.py");
}

TEST(InstalledWheel, MayHaveAWrongRecordOfItsOwn) {
  Files wrong = kFiles;
  wrong["demo/__init__.py"] = "another";
  EXPECT_EQ(Disk().difference(wheel_with(kFiles, record_for(wrong))), "") << "poetry writes the right digest";
  EXPECT_EQ(Disk().difference(wheel_with(kFiles, "")), "");
}

TEST(InstalledWheel, MayBeInAFolderOfAnotherSpelling) {
  Disk disk;
  disk.dist_info = "Demo-1.0.0.dist-info";
  Files moved;
  for (const auto& [path, content] : disk.files) {
    moved[path.starts_with("demo-1.0.dist-info") ? disk.dist_info + path.substr(18) : path] = content;
  }
  disk.files = moved;
  disk.record = record_for(moved);
  EXPECT_EQ(disk.difference(kWheel), "");
}

TEST(InstalledWheel, FailsWhereTheWheelIsNone) {
  EXPECT_NE(Disk().difference(to_bytes(bytes_of("no zip"))), "");
}

}  // namespace
}  // namespace tomme
