#include "app/run/run.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <utility>

#include "app/run/disk.h"
#include "app/run/ending.h"
#include "app/run/errors.h"
#include "app/run/report_file.h"
#include "cli/environment.h"
#include "cli/errors.h"
#include "cli/term.h"
#include "cli/verbs.h"
#include "core/base/bytes.h"
#include "core/crypto/digest.h"
#include "core/encoding/text.h"
#include "core/policy/errors.h"
#include "core/sigstore/verify.h"
#include "io/system/file.h"

namespace tomme::cli {

namespace {

bool is_required(const RunCommand& command, std::string_view what) {
  return std::ranges::find(command.require, what) != command.require.end();
}

/// Options that would change nothing are a misunderstanding that is better told.
Result<void> expect_effect(const RunCommand& command) {
  if (!command.allow_hosts.empty() && !is_required(command, "attested") && command.expect.empty()) {
    return fail(kUsage, "--allow-host is for runs that refuse hosts, and this one lets all of them pass",
                "add --require attested or --expect, or leave --allow-host out");
  }
  if ((!command.allow.empty() || !command.allow_indexes.empty()) && !is_required(command, "attested")) {
    return fail(kUsage, "--allow and --allow-index are for runs that require attestations",
                "add --require attested, or leave them out");
  }
  if (is_required(command, "expected") && command.expect.empty()) {
    return fail(kUsage, "--require expected is for runs with --expect", "add --expect NAME=SIGNER");
  }
  return {};
}

/// All that decides what may pass, in a few letters for a folder's name.
std::string demands_of(const RunCommand& command) {
  std::string text = command.attestations + "\n" + command.proofs;
  for (const auto& list : {command.require, command.expect, command.allow, command.allow_indexes,
                           command.indexes, command.file_hosts, command.allow_hosts, command.proofs_for}) {
    for (const std::string& each : list) text += "\n" + each;
    text += "\n";
  }
  return sha256(bytes_of(text)).to_hex().substr(0, 16);
}

Result<DistributionPolicy> policy_of(const RunCommand& command) {
  DistributionPolicy policy{.require_attested = is_required(command, "attested")};
  for (const std::string& assignment : command.expect) TRY(policy.expected.add(assignment));
  for (const std::string& project : command.allow) TRY(policy.allowed.add_project(project));
  for (const std::string& index : command.allow_indexes) TRY(policy.allowed.add_index(index));
  const std::set<ProjectName> expected = policy.expected.projects();
  for (const ProjectName& project : policy.allowed.projects()) {
    if (!expected.contains(project)) continue;
    return fail(kPolicyAllowance,
                "--allow " + project.as_written() + " contradicts the signer expected of it",
                "leave one of --allow and --expect out");
  }
  return policy;
}

guard::Invocation invocation_of(const RunCommand& command, const DistributionPolicy& policy) {
  guard::Invocation invocation;
  invocation.argv = command.command;
  invocation.environment = current_environment();
  invocation.directory = std::filesystem::current_path().string();
  invocation.home = home_folder(invocation.environment);
  invocation.read = guard::disk_reader();
  invocation.list = &list_folder;
  invocation.resolve = guard::disk_resolver();
  invocation.proof_required = policy.require_attested;
  invocation.expected = policy.expected.projects();
  invocation.indexes = command.indexes;
  invocation.file_hosts = command.file_hosts;
  return invocation;
}

Result<std::optional<ProofsElsewhere>> proofs_of(const RunCommand& command,
                                                 const net::Environment& environment) {
  if (command.proofs.empty()) {
    // What stands in the environment for all runs is no slip in this one.
    if (command.proofs_for.empty() || !find_or_empty(environment, "TOMME_PROOFS_FOR").empty())
      return std::nullopt;
    return fail(kUsage, "--proofs-for is for --proofs, which is not there", "add --proofs pypi");
  }
  ProofsElsewhere proofs = TRY(ProofsElsewhere::parse(command.proofs, command.proofs_for));
  if (!proofs.login) proofs.login = address_with_login(proofs.base.to_string()).login;
  return proofs;
}

Result<guard::RunOptions> options_of(const RunCommand& command) {
  guard::RunOptions options;
  options.policy = TRY(policy_of(command));
  options.expected_used = is_required(command, "expected");
  options.invocation = invocation_of(command, options.policy);
  options.allow_hosts = {command.allow_hosts.begin(), command.allow_hosts.end()};
  options.attestations = command.attestations;
  options.proofs = TRY(proofs_of(command, options.invocation.environment));
  options.cache_folder = TRY(cache_folder(options.invocation.environment));
  options.style = {terminal_width(), use_colour()};
  options.invocation.kept =
      std::filesystem::absolute(options.cache_folder).string() + "/pnpm/" + demands_of(command);
  return options;
}

Result<int> run_reported(const RunCommand& command, const Clock& clock, guard::Report& report) {
  TRY(expect_effect(command));
  guard::RunOptions options = TRY(options_of(command));
  const Time now = clock.now();
  // Read beside the preparations of the run.
  auto verifier = std::async(std::launch::async, [&]() -> Result<std::shared_ptr<const Verifier>> {
    return std::make_shared<const Verifier>(TRY(load_root(command.trust, Network::used, now)),
                                            VerifyOptions{});
  });
  return guard::run_guarded(std::move(options), std::move(verifier), clock, report, &tell);
}

int status_of(const Error& error) {
  return error.outcome() == Outcome::refused ? guard::kRefusedStatus : std::to_underlying(error.outcome());
}

/// Where a report can be written; until the end it says that there is none yet.
Result<guard::ReportFile> begin_report(const std::string& path) {
  guard::ReportFile place = TRY(guard::ReportFile::open(path));
  const Error unfinished(guard::kGuardUnfinished, "the run has not ended");
  TRY(place.begin(guard::Report().to_json(std::nullopt, &unfinished)));
  return place;
}

/// What the words behind `run` name as the place of the report, whatever else is wrong with them.
std::string report_path_in(std::span<char* const> words) {
  constexpr std::string_view kOption = "--report";
  std::string path;
  for (std::size_t i = 0; i < words.size() && std::string_view(words[i]) != "--"; ++i) {
    const std::string_view word(words[i]);
    if (word.starts_with("--report=")) path = word.substr(kOption.size() + 1);
    if (word == kOption && i + 1 < words.size() && std::string_view(words[i + 1]) != "--") path = words[++i];
  }
  return path;
}

}  // namespace

Result<int> run(const RunCommand& command, const Clock& clock) {
  const guard::ReportFile place = TRY(begin_report(command.report));
  guard::Report report;
  const Result<int> ended = run_reported(command, clock, report);
  const Error* error = ended ? nullptr : &ended.error();
  const int status = ended ? *ended : status_of(ended.error());
  if (error != nullptr) print_error(*error);
  const Result<void> written = place.write(report.to_json(status, error));
  if (written) return status;
  print_error(written.error());
  return status == 0 ? status_of(written.error()) : status;
}

void report_misunderstood_run(std::span<char* const> argv, const Error& error) {
  if (argv.size() < 2 || std::string_view(argv[1]) != "run") return;
  const Result<guard::ReportFile> place = guard::ReportFile::open(report_path_in(argv.subspan(2)));
  const Result<void> written = place ? place->write(guard::Report().to_json(status_of(error), &error))
                                     : std::unexpected(place.error());
  if (!written) print_error(written.error());
}

}  // namespace tomme::cli
