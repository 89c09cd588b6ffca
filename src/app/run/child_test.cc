#include "app/run/child.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <signal.h>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "app/installers/errors.h"
#include "app/run/disk.h"
#include "testing/folder.h"

namespace tomme::guard {
namespace {

using tomme::testing::TestFolder;

using std::chrono::milliseconds;
using std::chrono::steady_clock;

ChildCommand shell(const std::string& script) {
  return {{"sh", "-c", script}, {{"PATH", "/usr/bin:/bin"}, {"TOLD", "yes"}}};
}

/// A folder of its own, removed at the end.
std::string contents(const std::string& path) {
  return disk_reader()(path, 1000).value_or("(none)");
}

bool wait_for(const std::string& path) {
  for (int i = 0; i < 500; ++i) {
    if (access(path.c_str(), F_OK) == 0) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return false;
}

TEST(RunChild, ReturnsWhatAShellWould) {
  EXPECT_EQ(run_child(shell("exit 0")).value(), 0);
  EXPECT_EQ(run_child(shell("exit 7")).value(), 7);
  EXPECT_EQ(run_child(shell("kill -SEGV $$")).value(), 128 + SIGSEGV);
  EXPECT_EQ(run_child(shell("kill -TERM $$")).value(), 128 + SIGTERM);
  EXPECT_EQ(run_child({{"true"}, {{"PATH", "/nowhere::/usr/bin:/bin"}}}).value(), 0);
}

TEST(RunChild, HandsOverThisEnvironmentAndNoOther) {
  setenv("TOMME_TEST_OURS", "1", 1);
  EXPECT_EQ(run_child(shell("test \"$TOLD\" = yes && test -z \"$TOMME_TEST_OURS\"")).value(), 0);
  unsetenv("TOMME_TEST_OURS");
}

TEST(RunChild, NamesACommandThatCannotBeStarted) {
  struct Case {
    std::string program;
    std::string_view says;
  };
  for (const Case& c : {Case{"no-such-program", "not found on PATH"},
                        Case{"/no/such/program", "No such file"}, Case{"/etc/passwd", "Permission denied"},
                        Case{"/tmp", "Permission denied"}, Case{"", "no command"}}) {
    Result<int> result = run_child({{c.program}, {{"PATH", "/usr/bin:/bin"}}});
    ASSERT_FALSE(result.has_value()) << c.program;
    EXPECT_TRUE(result.error().is(kGuardCommand));
    EXPECT_NE(result.error().message().find(c.says), std::string::npos) << result.error().message();
  }
  TestFolder folder;
  std::ofstream(folder.path("bad")) << "#!/no/such/interpreter\n";
  (void)!std::system(("chmod +x " + folder.path("bad")).c_str());
  EXPECT_TRUE(run_child({{folder.path("bad")}, {}}).error().is(kGuardCommand));
  EXPECT_TRUE(run_child({{}, {}}).error().is(kGuardCommand));
}

TEST(RunChild, PassesSignalsOnAndOutlivesThem) {
  for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    TestFolder folder;
    std::string ready = folder.path("ready");
    std::thread sender([&] {
      if (wait_for(ready)) kill(getpid(), number);
    });
    std::string trap = std::to_string(number);
    Result<int> result = run_child(shell("trap 'exit 42' " + trap + "; : > " + ready +
                                         "; i=0; while [ $i -lt 100 ]; do sleep 0.05; i=$((i+1)); done"));
    sender.join();
    EXPECT_EQ(result.value(), 42) << number;
  }
}

TEST(RunChild, PutsSignalHandlingBack) {
  struct sigaction before{}, after{};
  sigaction(SIGINT, nullptr, &before);
  ASSERT_EQ(run_child(shell("exit 0")).value(), 0);
  sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

TEST(RunChild, LeavesIgnoredSignalsIgnoredAndBrokenPipesDeadly) {
  signal(SIGHUP, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(run_child(shell("kill -HUP $$; exit 5")).value(), 5);
  EXPECT_EQ(run_child(shell("kill -PIPE $$; exit 5")).value(), 128 + SIGPIPE);
  signal(SIGHUP, SIG_DFL);
  signal(SIGPIPE, SIG_DFL);
}

TEST(RunChild, StopsWithAllThatItStarted) {
  TestFolder folder;
  std::stop_source stop;
  std::thread stopper([&] {
    if (wait_for(folder.path("ready"))) stop.request_stop();
  });
  // The grandchild has lost its parent by then, and does not heed SIGTERM.
  Result<int> result =
      run_child(shell("(trap '' TERM; sh -c 'echo $$ > " + folder.path("pid") +
                      "; while :; do sleep 0.05; done') & while [ ! -s " + folder.path("pid") +
                      " ]; do sleep 0.01; done; : > " + folder.path("ready") + "; wait"),
                {stop.get_token(), milliseconds(300)});
  stopper.join();
  EXPECT_EQ(result.value(), 128 + SIGTERM);
  pid_t left = static_cast<pid_t>(std::stol(contents(folder.path("pid"))));
  EXPECT_EQ(kill(left, 0), -1);
}

TEST(RunChild, StopLeavesAloneWhatWasThereBefore) {
  const pid_t earlier = fork();
  if (earlier == 0) {
    execl("/bin/sleep", "sleep", "30", nullptr);
    _exit(127);
  }
  TestFolder folder;
  std::stop_source stop;
  std::thread stopper([&] {
    if (wait_for(folder.path("ready"))) stop.request_stop();
  });
  Result<int> result =
      run_child(shell(": > " + folder.path("ready") + "; sleep 30"), {stop.get_token(), milliseconds(300)});
  stopper.join();
  EXPECT_EQ(result.value(), 128 + SIGTERM);
  EXPECT_EQ(waitpid(earlier, nullptr, WNOHANG), 0);
  kill(earlier, SIGKILL);
  waitpid(earlier, nullptr, 0);
}

TEST(RunChild, KillsWhatDoesNotHeedTheStop) {
  TestFolder folder;
  std::stop_source stop;
  std::thread stopper([&] {
    if (wait_for(folder.path("ready"))) stop.request_stop();
  });
  auto start = steady_clock::now();
  Result<int> result =
      run_child(shell("trap '' TERM; : > " + folder.path("ready") + "; while :; do sleep 0.05; done"),
                {stop.get_token(), milliseconds(200)});
  stopper.join();
  EXPECT_EQ(result.value(), 128 + SIGKILL);
  EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(RunChild, LeavesABackgroundProcessOfAnOrdinaryEndAlone) {
  TestFolder folder;
  ASSERT_EQ(run_child(shell("sleep 30 >/dev/null 2>&1 & echo $! > " + folder.path("pid"))).value(), 0);
  pid_t left = static_cast<pid_t>(std::stol(contents(folder.path("pid"))));
  EXPECT_EQ(kill(left, 0), 0);
  kill(left, SIGKILL);
  waitpid(left, nullptr, 0);
}

TEST(RunChild, HandsDownPipesButNoSockets) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  int sockets[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets), 0);
  std::string ours = "/proc/self/fd/" + std::to_string(pipe_ends[0]);
  std::string not_ours = "/proc/self/fd/" + std::to_string(sockets[0]);
  EXPECT_EQ(run_child(shell("test -e " + ours + " && ! test -e " + not_ours)).value(), 0);
  for (int fd : {pipe_ends[0], pipe_ends[1], sockets[0], sockets[1]}) close(fd);
}

TEST(DiskReader, ReadsRegularFilesOnly) {
  TestFolder folder;
  std::ofstream(folder.path("text")) << "0123456789";
  EXPECT_EQ(disk_reader()(folder.path("text"), 4), "0123");
  EXPECT_EQ(disk_reader()(folder.path("text"), 100), "0123456789");
  EXPECT_FALSE(disk_reader()(folder.path("none"), 4).has_value());
  EXPECT_FALSE(disk_reader()("/tmp", 4).has_value());
  ASSERT_EQ(std::system(("mkfifo " + folder.path("fifo")).c_str()), 0);
  EXPECT_FALSE(disk_reader()(folder.path("fifo"), 4).has_value());
}

}  // namespace
}  // namespace tomme::guard
