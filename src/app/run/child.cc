#include "app/run/child.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <thread>
#include <unistd.h>

#include "app/installers/errors.h"
#include "app/run/disk.h"
#include "app/run/errors.h"
#include "core/encoding/text.h"
#include "io/system/file.h"

namespace tomme::guard {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// ---- signals

constexpr std::array<int, 4> kPassedOn{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
constexpr std::uint8_t kWake = 0;
/// Where the handler writes; -1 while nobody waits.
std::atomic<int> signal_pipe{-1};
static_assert(std::atomic<int>::is_always_lock_free);

/// What the terminal sends goes to the whole group, the child included; it must not get it twice.
void on_signal(int number, siginfo_t* info, void*) {
  int saved = errno;
  bool from_terminal = info->si_code == SI_KERNEL;
  auto byte = static_cast<std::uint8_t>(from_terminal ? number | 0x80 : number);
  int fd = signal_pipe.load();
  if (fd >= 0) (void)!write(fd, &byte, 1);
  errno = saved;
}

/// Catches the signals for its life. One that is ignored (nohup, `&` in a script) stays so for the child too.
class SignalWatch {
 public:
  Result<void> start() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return fail(kGuardChild, "no pipe: " + system_reason());
    read_.emplace(ends[0]);
    write_.emplace(ends[1]);
    signal_pipe = ends[1];
    struct sigaction action{};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigfillset(&action.sa_mask);
    for (std::size_t i = 0; i < kPassedOn.size(); ++i) {
      sigaction(kPassedOn[i], nullptr, &before_[i]);
      if (before_[i].sa_handler != SIG_IGN) sigaction(kPassedOn[i], &action, nullptr);
    }
    return {};
  }
  ~SignalWatch() {
    if (!write_) return;
    for (std::size_t i = 0; i < kPassedOn.size(); ++i) sigaction(kPassedOn[i], &before_[i], nullptr);
    signal_pipe = -1;
  }
  SignalWatch() = default;
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  int fd() const { return read_->fd(); }
  void wake() const { (void)!write(write_->fd(), &kWake, 1); }

  struct Caught {
    int number;
    bool from_terminal;
  };
  /// Nothing when the pipe is empty; number 0 for a wake-up.
  std::optional<Caught> next() const {
    std::uint8_t byte = 0;
    if (read(read_->fd(), &byte, 1) != 1) return std::nullopt;
    return Caught{byte & 0x7f, (byte & 0x80) != 0};
  }

 private:
  std::optional<Descriptor> read_;
  std::optional<Descriptor> write_;
  std::array<struct sigaction, kPassedOn.size()> before_{};
};

/// Puts the modes of the terminal back, which a killed child may have left without echo.
class TerminalModes {
 public:
  TerminalModes() { is_terminal_ = tcgetattr(STDIN_FILENO, &modes_) == 0; }
  ~TerminalModes() {
    if (!is_terminal_ || tcgetpgrp(STDIN_FILENO) != getpgrp()) return;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &modes_);
  }
  TerminalModes(const TerminalModes&) = delete;
  TerminalModes& operator=(const TerminalModes&) = delete;

 private:
  bool is_terminal_ = false;
  termios modes_{};
};

// ---- descendants

/// Orphans of the child become ours while this lives, so that they can be found.
class Reaper {
 public:
  Reaper() {
    prctl(PR_GET_CHILD_SUBREAPER, &before_);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
  }
  ~Reaper() { prctl(PR_SET_CHILD_SUBREAPER, before_); }
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

 private:
  int before_ = 0;
};

/// The parent's id in /proc/PID/stat: the second field behind the name, which may hold anything but ends at
/// the last parenthesis.
std::optional<pid_t> parent_of(const std::string& pid) {
  std::string path = "/proc/" + pid + "/stat";
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return std::nullopt;
  char text[512];
  ssize_t size = read(file.fd(), text, sizeof text - 1);
  if (size <= 0) return std::nullopt;
  std::string_view line(text, static_cast<std::size_t>(size));
  std::size_t close = line.rfind(')');
  if (close == std::string_view::npos || close + 4 >= line.size()) return std::nullopt;
  return static_cast<pid_t>(std::atol(std::string(line.substr(close + 4)).c_str()));
}

std::vector<std::pair<pid_t, pid_t>> all_processes() {
  std::vector<std::pair<pid_t, pid_t>> all;
  DIR* proc = opendir("/proc");
  if (proc == nullptr) return all;
  while (const dirent* entry = readdir(proc)) {
    std::string name = entry->d_name;
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (auto parent = parent_of(name)) all.emplace_back(static_cast<pid_t>(std::atol(name.c_str())), *parent);
  }
  closedir(proc);
  return all;
}

/// Running or ended.
bool have_children() {
  siginfo_t info{};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 || errno != ECHILD;
}

/// Processes below this one, without those that were there in `before`.
std::vector<pid_t> below_us(const std::vector<pid_t>& before) {
  if (!have_children()) return {};  // as at most starts: hundreds of files in /proc need not be read
  std::vector<std::pair<pid_t, pid_t>> all = all_processes();
  std::vector<pid_t> found{getpid()};
  for (std::size_t i = 0; i < found.size(); ++i) {
    for (const auto& [pid, parent] : all) {
      if (parent == found[i] && std::ranges::find(before, pid) == before.end()) found.push_back(pid);
    }
  }
  found.erase(found.begin());
  return found;
}

void signal_all(const std::vector<pid_t>& pids, int number) {
  for (pid_t pid : pids) kill(pid, number);
}

/// Orphans that ended; a child of somebody else in this process is not touched.
void collect_ended(const std::vector<pid_t>& pids) {
  for (pid_t pid : pids) waitpid(pid, nullptr, WNOHANG);
}

void end_leftovers(const std::vector<pid_t>& before, milliseconds patience) {
  steady_clock::time_point until = steady_clock::now() + patience;
  std::vector<pid_t> left = below_us(before);
  signal_all(left, SIGTERM);
  while (!left.empty() && steady_clock::now() < until) {
    std::this_thread::sleep_for(milliseconds(10));
    collect_ended(left);
    left = below_us(before);
  }
  signal_all(left, SIGKILL);
  if (!left.empty()) std::this_thread::sleep_for(milliseconds(20));
  collect_ended(left);
}

// ---- start

bool is_executable(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(path.c_str(), X_OK) == 0;
}

Result<std::string> find_program(const ChildCommand& command) {
  if (command.argv.empty() || command.argv[0].empty())
    return fail(kGuardCommand, "there is no command to run");
  const std::string& name = command.argv[0];
  if (name.contains('/')) {
    if (is_executable(name)) return name;
    int wrong = access(name.c_str(), F_OK) == 0 ? EACCES : ENOENT;
    return fail(kGuardCommand, printable(name) + ": " + system_reason(wrong));
  }
  auto path = command.environment.find("PATH");
  std::string_view rest =
      path != command.environment.end() ? std::string_view(path->second) : "/usr/bin:/bin";
  while (true) {
    std::size_t end = rest.find(':');
    std::string dir(rest.substr(0, end));
    std::string candidate = (dir.empty() ? "." : dir) + "/" + name;
    if (is_executable(candidate)) return candidate;
    if (end == std::string_view::npos) return fail(kGuardCommand, printable(name) + ": not found on PATH");
    rest.remove_prefix(end + 1);
  }
}

/// Ours that lead to the network, should a library have forgotten to mark them; pipes and files may be meant
/// for the child (`-r <(…)`).
void close_sockets(posix_spawn_file_actions_t& actions) {
  DIR* open_files = opendir("/proc/self/fd");
  if (open_files == nullptr) return;
  while (const dirent* entry = readdir(open_files)) {
    int fd = std::atoi(entry->d_name);
    struct stat status{};
    if (fd > STDERR_FILENO && fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode)) {
      posix_spawn_file_actions_addclose(&actions, fd);
    }
  }
  closedir(open_files);
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Result<pid_t> spawn(const ChildCommand& command) {
  std::string program = TRY(find_program(command));
  std::vector<std::string> argv = command.argv;
  std::vector<std::string> environment;
  for (const auto& [name, value] : command.environment) environment.push_back(name + "=" + value);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  close_sockets(actions);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGPIPE);  // servers ignore it, commands expect it
  sigdelset(&mask, SIGPIPE);
  for (int number : kPassedOn) sigdelset(&mask, number);
  posix_spawnattr_setsigmask(&attributes, &mask);
  posix_spawnattr_setsigdefault(&attributes, &ours);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  pid_t pid = 0;
  int wrong = posix_spawn(&pid, program.c_str(), &actions, &attributes, pointers_to(argv).data(),
                          pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (wrong == EAGAIN || wrong == ENOMEM) {
    return fail(kGuardChild, printable(program) + ": " + system_reason(wrong));
  }
  if (wrong != 0) return fail(kGuardCommand, printable(program) + ": " + system_reason(wrong));
  return pid;
}

// ---- wait

int status_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

class Wait {
 public:
  Wait(pid_t child, const SignalWatch& signals, const ChildOptions& options, const std::vector<pid_t>& before)
      : child_(child), signals_(signals), options_(options), before_(before) {}

  Result<int> run() {
    // Without pidfd_open (before Linux 5.3) the child is asked for now and then.
    Descriptor exited(static_cast<int>(syscall(SYS_pidfd_open, child_, 0)));
    while (true) {
      int status = 0;
      pid_t got = waitpid(child_, &status, WNOHANG);
      if (got < 0 && errno != EINTR) return fail(kGuardChild, "waiting for the command: " + system_reason());
      if (got == child_) {
        if (interrupted_) end_leftovers(before_, options_.patience);
        return status_of(status);
      }
      pollfd watched[2] = {{signals_.fd(), POLLIN, 0}, {exited.fd(), POLLIN, 0}};
      poll(watched, exited.is_open() ? 2 : 1, timeout(exited.is_open()));
      handle_signals();
      if (kill_at_ && steady_clock::now() >= *kill_at_) {
        kill(child_, SIGKILL);
        kill_at_.reset();
      }
    }
  }

 private:
  int timeout(bool told) const {
    milliseconds wait = told ? milliseconds(-1) : milliseconds(20);
    if (kill_at_) {
      auto left = std::chrono::ceil<milliseconds>(*kill_at_ - steady_clock::now());
      left = std::max(left, milliseconds(0));
      wait = told ? left : std::min(left, wait);
    }
    return static_cast<int>(wait.count());
  }

  void handle_signals() {
    while (auto caught = signals_.next()) {
      if (caught->number == kWake) {
        kill(child_, SIGTERM);
        kill_at_ = steady_clock::now() + options_.patience;
      } else if (!caught->from_terminal) {
        kill(child_, caught->number);
      }
      interrupted_ = true;
    }
  }

  pid_t child_;
  const SignalWatch& signals_;
  const ChildOptions& options_;
  const std::vector<pid_t>& before_;
  bool interrupted_ = false;
  std::optional<steady_clock::time_point> kill_at_;
};

}  // namespace

Result<int> run_child(const ChildCommand& command, const ChildOptions& options) {
  TerminalModes modes;
  Reaper reaper;
  SignalWatch signals;
  TRY(signals.start());
  std::vector<pid_t> before = below_us({});
  pid_t child = TRY(spawn(command));
  if (options.started) options.started();
  std::stop_callback on_stop(options.stop, [&] { signals.wake(); });
  return Wait(child, signals, options, before).run();
}

}  // namespace tomme::guard
