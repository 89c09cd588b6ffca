#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/installers/invocation.h"
#include "core/base/result.h"

namespace tomme::guard {

struct ChildCommand {
  std::vector<std::string> argv;  ///< argv[0] is looked for on the PATH of `environment`, unless it has a `/`
  Environment environment;        ///< the whole of it
};

struct ChildOptions {
  /// Asked to stop, the child gets SIGTERM, and what is left of it after `patience` SIGKILL.
  std::stop_token stop = {};
  std::chrono::milliseconds patience = std::chrono::seconds(5);
  std::function<void()> started = {};  ///< called once, as soon as the child runs; may not wait
};

/// Runs a command to its end and returns what a shell would: its exit status, or 128 and the signal's number.
///
/// The child has our standard streams and stays in our process group: it can read from the terminal, and
/// Ctrl-C, Ctrl-\ and Ctrl-Z there reach it as if nobody stood between; we do not die of them but wait.
/// SIGINT, SIGTERM, SIGHUP and SIGQUIT that somebody sends to us are passed on. After such a signal or a
/// stop, processes that the child left behind are ended too; after an ordinary end they are left alone.
/// Sockets of ours are not handed down, other descriptors are. Signal handling and the terminal's modes are
/// put back.
///
/// Blocks; one call at a time in a process, since signals are the process's.
/// kGuardCommand (exit code 2: nothing was run) where the program is not found or not executable,
/// kGuardChild where the system fails.
Result<int> run_child(const ChildCommand& command, const ChildOptions& options = {});

}  // namespace tomme::guard
