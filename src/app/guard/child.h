#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

#include "app/guard/invocation.h"
#include "core/base/result.h"

namespace tomme::guard {

struct ChildCommand {
  std::vector<std::string> argv;  ///< argv[0] is looked for on the PATH of `environment`, unless it has a `/`
  Environment environment;        ///< the whole of it
};

struct ChildOptions {
  /// Asked to stop, the child's group gets SIGTERM, and after `patience` SIGKILL.
  std::stop_token stop = {};
  std::chrono::milliseconds patience = std::chrono::seconds(5);
};

/// Runs a command to its end and returns what a shell would: its exit status, or 128 and the signal's number.
///
/// Standard input, output and error are ours. The child stays in our process group, so that it can read from
/// the terminal and a Ctrl-C there reaches it and us at once: we do not die of it but wait for the child.
/// SIGTERM, SIGHUP, SIGINT and SIGQUIT sent to us alone are passed on. Signal handling and the terminal's
/// modes are put back. Blocks; one at a time in a process, since signals are the process's.
///
/// kGuardCommand (exit code 2, since nothing was run) where the program cannot be started;
/// kGuardChild where the system fails.
Result<int> run_child(const ChildCommand& command, const ChildOptions& options = {});

}  // namespace tomme::guard
