#include "io/remote/tuf_folder.h"

#include <csignal>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "io/system/errors.h"
#include "testing/folder.h"

namespace tomme {
namespace {

using namespace std::chrono_literals;
using testing::TestFolder;
using tuf::RoleName;

mode_t mode_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777;
}

TEST(TufFolderTest, KeepsBytesUnderNamesWithoutVersionForThisUserOnly) {
  const TestFolder parent;
  auto folder = TufFolder::open(parent.path("a/b"));
  ASSERT_TRUE(folder) << folder.error().message();
  EXPECT_EQ(mode_of(parent.path("a")), 0700U);
  EXPECT_EQ(mode_of(parent.path("a/b")), 0700U);
  EXPECT_FALSE(folder->load(RoleName::root()).value());
  const std::string bytes("{\"a\" : 1}\0 \n", 12);
  ASSERT_TRUE(folder->store(RoleName::root(), bytes_of(bytes)));
  ASSERT_TRUE(folder->store(RoleName::parse("../x/y").value(), bytes_of("odd")));
  EXPECT_EQ(text_of(*folder->load(RoleName::root()).value()), bytes);
  EXPECT_EQ(text_of(*folder->load(RoleName::parse("../x/y").value()).value()), "odd");
  EXPECT_EQ(list_folder(parent.path("a/b")),
            (std::vector<std::string>{"..%2Fx%2Fy.json", ".lock", "root.json"}));
  EXPECT_EQ(mode_of(parent.path("a/b/root.json")), 0600U);
}

TEST(TufFolderTest, AFullDiskLeavesWhatWasThere) {
  const TestFolder parent;
  auto folder = TufFolder::open(parent.path("a"));
  ASSERT_TRUE(folder->store(RoleName::targets(), bytes_of("old")));
  // A limit of this process stands for the full disk; its signal would end the process.
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto stored = folder->store(RoleName::targets(), bytes_of("longer than four bytes"));
  const auto root = folder->store(RoleName::root(), bytes_of("longer than four bytes"));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(stored);
  EXPECT_TRUE(stored.error().is(kFileWrite)) << stored.error().message();
  EXPECT_FALSE(root);
  EXPECT_EQ(text_of(*folder->load(RoleName::targets()).value()), "old");
  EXPECT_EQ(list_folder(parent.path("a")), (std::vector<std::string>{".lock", "targets.json"}));
}

TEST(TufFolderTest, WhatIsNoFileIsAnErrorAndNeverNothing) {
  const TestFolder parent;
  auto folder = TufFolder::open(parent.path("a"));
  ASSERT_EQ(::mkdir(parent.path("a/root.json").c_str(), 0700), 0);
  const auto loaded = folder->load(RoleName::root());
  ASSERT_FALSE(loaded);
  EXPECT_TRUE(loaded.error().is(kFileRead)) << loaded.error().message();
  ASSERT_EQ(::mkfifo(parent.path("a/timestamp.json").c_str(), 0600), 0);
  EXPECT_FALSE(folder->load(RoleName::timestamp()));
  ASSERT_TRUE(folder->store_file("state", bytes_of("12345")));
  EXPECT_TRUE(folder->load_file("state", 5));
  const auto large = folder->load_file("state", 4);
  ASSERT_FALSE(large);
  EXPECT_TRUE(large.error().is(kFileTooLarge));
}

TEST(TufFolderTest, RefusesAFolderThatEverybodyMayWrite) {
  const TestFolder parent;
  ASSERT_EQ(::mkdir(parent.path("a").c_str(), 0700), 0);
  ASSERT_EQ(::chmod(parent.path("a").c_str(), 0777), 0);
  const auto folder = TufFolder::open(parent.path("a"));
  ASSERT_FALSE(folder);
  EXPECT_TRUE(folder.error().is(kFolderUnsafe)) << folder.error().message();
  const auto file = TufFolder::open(parent.write("b", ""));
  ASSERT_FALSE(file);
  EXPECT_TRUE(file.error().is(kFileRead)) << file.error().message();
}

TEST(TufFolderTest, ForgetsEverythingButTheRoot) {
  const TestFolder parent;
  auto folder = TufFolder::open(parent.path("a"));
  ASSERT_TRUE(folder->store(RoleName::root(), bytes_of("r")));
  ASSERT_TRUE(folder->store(RoleName::timestamp(), bytes_of("t")));
  ASSERT_TRUE(folder->store_file("targets/x", bytes_of("x")));
  EXPECT_EQ(text_of(*folder->load_file("targets/x", 9).value()), "x");
  ASSERT_TRUE(folder->forget_all_but_root());
  EXPECT_EQ(list_folder(parent.path("a")), (std::vector<std::string>{".lock", "root.json"}));
}

TEST(TufFolderTest, OneAtATimeAndTheOtherSaysSo) {
  const TestFolder parent;
  auto first = TufFolder::open(parent.path("a"));
  ASSERT_TRUE(first);
  int told = 0;
  TufFolderOptions options{.lock_wait = 60ms, .waiting = [&] { ++told; }};
  const auto second = TufFolder::open(parent.path("a"), options);
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is(kFileLocked)) << second.error().message();
  EXPECT_EQ(told, 1);
  std::jthread ends([&] {
    std::this_thread::sleep_for(60ms);
    first = std::unexpected(Error(kFileLocked, "ended"));
  });
  options.lock_wait = 10s;
  EXPECT_TRUE(TufFolder::open(parent.path("a"), options));
}

TEST(TufFolderTest, TheLockEndsWithItsProcess) {
  const TestFolder parent;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto folder = TufFolder::open(parent.path("a"));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_TRUE(TufFolder::open(parent.path("a"), {.lock_wait = 0ms}));
}

TEST(TufFolderTest, ALinkInPlaceOfTheLockOrTheNewFileIsNotFollowed) {
  const TestFolder parent;
  const std::string victim = parent.write("victim", "whole");
  {
    auto folder = TufFolder::open(parent.path("a"));
    ASSERT_EQ(::symlink(victim.c_str(), parent.path("a/.new").c_str()), 0);
    EXPECT_FALSE(folder->store(RoleName::targets(), bytes_of("x")));
  }
  ::unlink(parent.path("a/.lock").c_str());
  ASSERT_EQ(::symlink(victim.c_str(), parent.path("a/.lock").c_str()), 0);
  EXPECT_FALSE(TufFolder::open(parent.path("a")));
  EXPECT_EQ(read_file(victim, 10).value(), "whole");
}

TEST(TufFolderTest, ReadingMakesNothing) {
  const TestFolder parent;
  const TufFolderOptions reading{.access = TufFolderOptions::Access::reading};
  const auto missing = TufFolder::open(parent.path("a"), reading);
  ASSERT_FALSE(missing);
  EXPECT_FALSE(exists(parent.path("a")));
  ASSERT_EQ(::mkdir(parent.path("a").c_str(), 0700), 0);
  parent.write("a/root.json", "r");
  auto folder = TufFolder::open(parent.path("a"), reading);
  ASSERT_TRUE(folder);
  EXPECT_EQ(text_of(*folder->load(RoleName::root()).value()), "r");
  EXPECT_EQ(list_folder(parent.path("a")), std::vector<std::string>{"root.json"});
}

}  // namespace
}  // namespace tomme
