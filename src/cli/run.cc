#include "app/guard/run.h"

#include <cstdlib>
#include <filesystem>
#include <future>
#include <unistd.h>

#include "app/guard/disk.h"
#include "cli/environment.h"
#include "cli/errors.h"
#include "cli/term.h"
#include "cli/verbs.h"
#include "core/base/bytes.h"
#include "core/crypto/digest.h"
#include "core/encoding/text.h"
#include "core/sigstore/verify.h"
#include "io/store/file.h"

namespace tomme::cli {

namespace {

/// Said before the installer runs, not after it.
Result<void> expect_writable(const std::string& report) {
  const auto slash = report.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : report.substr(0, slash + 1);
  if (report.empty() || ::access(folder.c_str(), W_OK) == 0) return {};
  return fail(kUsage, "the report cannot be written to " + printable(report) + ": " + system_reason(),
              "name a file in a folder that exists and that you may write");
}

/// All that decides what may pass, in a few letters for a folder's name.
std::string demands_of(const RunCommand& command) {
  std::string text = command.require + "\n" + command.attestations;
  for (const auto& list : {command.expect, command.indexes, command.file_hosts, command.allow_hosts}) {
    for (const std::string& each : list) text += "\n" + each;
    text += "\n";
  }
  return sha256(bytes_of(text)).to_hex().substr(0, 16);
}

}  // namespace

Result<int> run(const RunCommand& command, const Clock& clock) {
  if (!command.allow_hosts.empty() && command.require.empty() && command.expect.empty()) {
    return fail(kUsage, "--allow-host is for runs that refuse hosts, and this one lets all of them pass",
                "add --require attested or --expect, or leave --allow-host out");
  }
  guard::RunOptions options;
  options.invocation.argv = command.command;
  options.invocation.environment = current_environment();
  options.invocation.directory = std::filesystem::current_path().string();
  options.invocation.home = home_folder(options.invocation.environment);
  options.invocation.read = guard::disk_reader();
  options.invocation.list = &list_folder;
  options.invocation.resolve = guard::disk_resolver();
  options.invocation.proof_required = command.require == "attested";
  options.invocation.indexes = command.indexes;
  options.invocation.file_hosts = command.file_hosts;
  options.allow_hosts = {command.allow_hosts.begin(), command.allow_hosts.end()};
  options.attestations = command.attestations;
  options.policy.require_attested = options.invocation.proof_required;
  for (const std::string& assignment : command.expect) TRY(options.policy.expected.add(assignment));
  options.invocation.expected = options.policy.expected.projects();
  TRY(expect_writable(command.report));
  options.report_path = command.report;
  options.cache_folder = TRY(cache_folder(options.invocation.environment));
  options.invocation.kept =
      std::filesystem::absolute(options.cache_folder).string() + "/pnpm/" + demands_of(command);
  options.terminal_width = terminal_width();
  const Time now = clock.now();
  // Read beside the preparations of the run.
  auto verifier = std::async(std::launch::async, [&]() -> Result<std::shared_ptr<const Verifier>> {
    return std::make_shared<const Verifier>(TRY(load_root(command.trust, Network::used, now)),
                                            VerifyOptions{});
  });
  return guard::run_guarded(std::move(options), std::move(verifier), clock, &tell);
}

}  // namespace tomme::cli
