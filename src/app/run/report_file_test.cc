#include "app/run/report_file.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "io/system/errors.h"

namespace tomme::guard {
namespace {

class ReportFileTest : public testing::Test {
 protected:
  ReportFileTest() {
    std::string name = std::filesystem::temp_directory_path().string() + "/tomme-report.XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~ReportFileTest() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::string content(const std::string& name) const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void have(const std::string& name, std::string_view text) const { std::ofstream(path(name)) << text; }
  static void write(const std::string& to, std::string_view text) {
    const Result<ReportFile> place = ReportFile::open(to);
    ASSERT_TRUE(place) << place.error().message();
    ASSERT_TRUE(place->begin("begun"));
    const Result<void> written = place->write(text);
    ASSERT_TRUE(written) << written.error().message();
  }
  std::string refusal(const std::string& to) const {
    const Result<ReportFile> place = ReportFile::open(to, 50);
    if (place) return "";
    EXPECT_TRUE(place.error().is(kFileWrite));
    return place.error().message();
  }

  std::string folder_;
};

TEST_F(ReportFileTest, MakesAndReplacesAFile) {
  write(path("new.json"), "one");
  EXPECT_EQ(content("new.json"), "one");
  write(path("new.json"), "2");
  EXPECT_EQ(content("new.json"), "2");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1)
      << "something is left beside it";
}

TEST_F(ReportFileTest, NoOldReportStandsWhileTheRunIsOn) {
  have("old.json", "exit 0");
  const Result<ReportFile> place = ReportFile::open(path("old.json"));
  ASSERT_TRUE(place);
  EXPECT_EQ(content("old.json"), "exit 0");
  ASSERT_TRUE(place->begin("not ended"));
  EXPECT_EQ(content("old.json"), "not ended");
}

TEST_F(ReportFileTest, ALinkStaysAndItsTargetIsReplaced) {
  have("real.json", "old");
  std::filesystem::create_directory(path("there"));
  std::filesystem::create_symlink("real.json", path("link"));
  std::filesystem::create_symlink("../link", path("there/far"));
  write(path("there/far"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(path("there/far")) && std::filesystem::is_symlink(path("link")));
  EXPECT_FALSE(std::filesystem::is_symlink(path("real.json")));
  EXPECT_EQ(content("real.json"), "new");
}

TEST_F(ReportFileTest, ALinkToNothingMakesItsTarget) {
  std::filesystem::create_symlink("to-be", path("link"));
  write(path("link"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(content("to-be"), "new");
}

TEST_F(ReportFileTest, FollowsNoLinkOfSomebodyElseWhereAnybodyMayMakeOne) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make a link of somebody else";
  have("mine", "precious");
  std::filesystem::create_directory(path("tmp"));
  ASSERT_EQ(::chmod(path("tmp").c_str(), 01777), 0);
  std::filesystem::create_symlink("../mine", path("tmp/report.json"));
  ASSERT_EQ(::lchown(path("tmp/report.json").c_str(), 12345, 12345), 0);
  EXPECT_TRUE(refusal(path("tmp/report.json")).ends_with("it is a link that another user made"));
  EXPECT_EQ(content("mine"), "precious");
}

TEST_F(ReportFileTest, WritesIntoAFifo) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] { got = content("fifo"); });
  write(path("fifo"), "whole");
  reader.join();
  EXPECT_EQ(got, "whole");
  EXPECT_TRUE(std::filesystem::is_fifo(path("fifo")));
}

TEST_F(ReportFileTest, DoesNotWaitForEverForAReader) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_TRUE(refusal(path("fifo")).ends_with("no program reads from this FIFO"));
}

TEST_F(ReportFileTest, WritesIntoADevice) {
  write("/dev/null", "gone");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(ReportFileTest, WritesBehindWhatAnOpenDescriptorHasAndKeepsItFromTheCommand) {
  have("log", "before ");
  const int log =
      ::open(path("log").c_str(), O_WRONLY | O_APPEND);  // NOLINT(android-cloexec-open): on purpose
  write("/dev/fd/" + std::to_string(log), "after");
  EXPECT_EQ(content("log"), "before after");
  EXPECT_NE(::fcntl(log, F_GETFD) & FD_CLOEXEC, 0);
  ::close(log);
}

TEST_F(ReportFileTest, AReaderThatWentAwayIsAnError) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Result<ReportFile> place = ReportFile::open("/dev/fd/" + std::to_string(ends[1]));
  ::close(ends[0]);
  ASSERT_TRUE(place);
  EXPECT_FALSE(place->write("lost"));
  ::close(ends[1]);
}

TEST_F(ReportFileTest, SaysWhyAPlaceCannotBe) {
  EXPECT_TRUE(refusal(folder_).ends_with("it is a folder"));
  EXPECT_TRUE(refusal(path("no/where.json")).ends_with("No such file or directory"));
  EXPECT_TRUE(refusal("/dev/fd/987").ends_with("Bad file descriptor"));
  std::filesystem::create_symlink("b", path("a"));
  std::filesystem::create_symlink("a", path("b"));
  EXPECT_TRUE(refusal(path("a")).ends_with("its links lead in a circle"));
  have("read-only", "");
  const int reading = ::open(path("read-only").c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_TRUE(refusal("/dev/fd/" + std::to_string(reading)).ends_with("it is open for reading only"));
  ::close(reading);
}

TEST_F(ReportFileTest, NoNameIsNoReport) {
  const Result<ReportFile> place = ReportFile::open("");
  ASSERT_TRUE(place);
  EXPECT_TRUE(place->begin("x") && place->write("x"));
}

}  // namespace
}  // namespace tomme::guard
