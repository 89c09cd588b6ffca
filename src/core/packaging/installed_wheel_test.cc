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
        wheel, {.folder = "/v/lib/python3.11/site-packages",
                .dist_info = dist_info,
                .record = *rows,
                .digest_of = [this](const std::string& path) -> std::optional<Sha256> {
                  const auto file = files.find(path);
                  return file == files.end() ? std::nullopt : std::optional(sha256(bytes_of(file->second)));
                },
                .read = [this](const std::string& path, std::size_t) -> std::optional<std::string> {
                  const auto file = files.find(path);
                  return file == files.end() ? std::nullopt : std::optional(file->second);
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

/// One file of the wheel's `.data`, and what lies at a path in its place.
std::string difference_of(const std::string& in_wheel, const std::string& content, const std::string& path,
                          const std::string& there, bool reads_all = true) {
  Files files = kFiles;
  files["demo-1.0.data/" + in_wheel] = content;
  Disk disk;
  disk.reads_all = reads_all;
  disk.files[path.starts_with("./") ? path.substr(2) : path] = there;
  disk.record += path + "," + record_digest(there) + ",1\n";
  return disk.difference(wheel_with(files, record_for(files)));
}

TEST(InstalledWheel, HasItsDataWhereInstallersPutIt) {
  for (const auto& [in_wheel, path] : std::map<std::string, std::string>{
           {"purelib/d.py", "d.py"},
           {"platlib/demo/d.so", "demo/d.so"},
           {"platlib/f.so", "./f.so"},
           {"platlib/demo/e.so", "../../../lib64/python3.11/site-packages/demo/e.so"},
           {"data/share/demo.txt", "../../../share/demo.txt"},
           {"data/lib/python3.11/site-packages/e.py", "e.py"},
           {"data/lib/python3.11/e.py", "../e.py"},
           {"scripts/tool", "../../../bin/tool"},
           {"headers/d.h", "../../../include/site/python3.11/demo/d.h"},
           {"headers/e/d.h", "/v/include/demo/e/d.h"}}) {
    for (const bool reads_all : {true, false}) {
      EXPECT_EQ(difference_of(in_wheel, "x", path, "x", reads_all), "") << in_wheel;
      EXPECT_EQ(difference_of(in_wheel, "x", path, "y", reads_all), "demo-1.0.data/" + in_wheel);
    }
  }
}

TEST(InstalledWheel, MayLackWhatInstallersLeaveAway) {
  for (const char* in_wheel : {"data/share/demo.txt", "scripts/tool", "headers/d.h", "unknown/x"})
    EXPECT_EQ(difference_of(in_wheel, "x", "other", "y"), "") << in_wheel;
  for (const char* in_wheel : {"purelib/d.py", "platlib/d.so"})
    EXPECT_EQ(difference_of(in_wheel, "x", "other", "y"), "demo-1.0.data/" + std::string(in_wheel));
}

TEST(InstalledWheel, HasItsScriptsWithAnotherFirstLine) {
  const auto made = [](const std::string& there, bool reads_all = true) {
    return difference_of("scripts/tool", "#!python\nprint(1)\n", "../../../bin/tool", there, reads_all);
  };
  EXPECT_EQ(made("#!/v/bin/python\nprint(1)\n"), "");
  EXPECT_EQ(made("#!/bin/sh\n'''exec' '/a b/python' \"$0\" \"$@\"\n' '''\nprint(1)\n"), "");
  EXPECT_EQ(made("#!python\nprint(1)\n"), "");
  const std::string other = "demo-1.0.data/scripts/tool";
  EXPECT_EQ(made("#!/v/bin/python\nprint(2)\n"), other);
  EXPECT_EQ(made("#!/v/bin/python\nmore()\nprint(1)\n"), other);
  EXPECT_EQ(made("#!/bin/sh\nmore\n' '''\nprint(1)\n"), other);
  EXPECT_EQ(made("print(1)\n"), other);
  EXPECT_EQ(made("#!/v/bin/python\nprint(2)\n", false), "") << "its RECORD has the digest of what was made";
}

TEST(InstalledWheel, HasItsScriptsWithTheOptionThatPipxAdds) {
  for (const std::string where : {"scripts/tool", "data/bin/tool"}) {
    const auto made = [&](const std::string& there, const std::string& line = "#!/usr/bin/python3") {
      return difference_of(where, line + "\nprint(1)\n", "../../../bin/tool", there, true);
    };
    EXPECT_EQ(made("#!/usr/bin/python3 -E\nprint(1)\n"), "") << where;
    const std::string other = "demo-1.0.data/" + where;
    EXPECT_EQ(made("#!/usr/bin/python3 -E\nprint(2)\n"), other);
    EXPECT_EQ(made("#!/usr/bin/python3 -I\nprint(1)\n"), other);
    EXPECT_EQ(made("#!/usr/bin/python2 -E\nprint(1)\n"), other);
    EXPECT_EQ(made("#!/bin/sh -E\nprint(1)\n", "#!/bin/sh"), other);
  }
}

TEST(InstalledWheel, HasTheScriptOfAnEntryPointInTheFirstPlace) {
  Files files = kFiles;
  files["demo-1.0.data/scripts/tool-script.py"] = "#!python\nold\n";
  files["demo-1.0.dist-info/entry_points.txt"] = "[console_scripts]\ntool = demo:main\n";
  Disk disk;
  disk.reads_all = true;
  disk.files["demo-1.0.dist-info/entry_points.txt"] = files["demo-1.0.dist-info/entry_points.txt"];
  disk.record = record_for(disk.files) + "../../../bin/tool,,\n../../../bin/tool-script.py,,\n";
  disk.files["../../../bin/tool-script.py"] = "made by an installer";
  EXPECT_EQ(disk.difference(wheel_with(files, record_for(files))), "");
}

TEST(InstalledWheel, MayHaveTwoFilesForOnePlace) {
  Files files = kFiles;
  files["demo-1.0.data/purelib/demo/__init__.py"] = "x = 3\n";
  const Bytes wheel = wheel_with(files, record_for(files));
  Disk disk;
  disk.reads_all = true;
  EXPECT_EQ(disk.difference(wheel), "");
  disk.files["demo/__init__.py"] = "x = 3\n";
  EXPECT_EQ(disk.difference(wheel), "");
  disk.files["demo/__init__.py"] = "x = 2\n";
  EXPECT_NE(disk.difference(wheel), "");
}

// pip moves it there, and leaves the paths of RECORD as they were.
TEST(InstalledWheel, IsFoundInATargetFolder) {
  Files files = kFiles;
  files["demo-1.0.data/data/share/d.txt"] = "x";
  Disk disk;
  disk.reads_all = true;
  disk.files["share/d.txt"] = "x";
  disk.record += "../../share/d.txt," + record_digest("x") + ",1\n";
  EXPECT_EQ(disk.difference(wheel_with(files, record_for(files))), "");
  disk.files["share/d.txt"] = "y";
  EXPECT_NE(disk.difference(wheel_with(files, record_for(files))), "");
}

TEST(InstalledWheel, FailsWhereTheWheelIsNone) {
  EXPECT_NE(Disk().difference(to_bytes(bytes_of("no zip"))), "");
}

}  // namespace
}  // namespace tomme
