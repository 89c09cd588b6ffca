// measure COMMAND…: runs it once and says on stdout what it took, as one line of JSON:
//
//   {"wall_us": …, "cpu_us": …, "peak_kib": …, "exit": …}
//
// A Python process would not do as the parent: the kernel counts the memory of who forks to the child's peak.
// What the command prints goes to standard error.
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

long microseconds(const timeval& time) {
  return static_cast<long>(time.tv_sec) * 1'000'000 + static_cast<long>(time.tv_usec);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  const auto started = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (const int error = posix_spawnp(&child, argv[1], &actions, nullptr, argv + 1, environ); error != 0) {
    std::fprintf(stderr, "measure: %s: %s\n", argv[1], std::strerror(error));
    return 3;
  }
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  const auto wall =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - started);
  std::printf("{\"wall_us\": %ld, \"cpu_us\": %ld, \"peak_kib\": %ld, \"exit\": %d}\n",
              static_cast<long>(wall.count()), microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
              usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
