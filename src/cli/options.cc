#include "cli/options.h"

#include <array>
#include <cctype>
#include <cstdlib>

#include "app/installers/installer.h"
#include "cli/errors.h"
#include "cli/flags_internal.h"
#include "cli/help.h"
#include "core/base/suggest.h"
#include "core/encoding/text.h"
#include "core/sigstore/builtin_roots.h"
#include "tomme_commit.h"
#include "tomme_version.h"

namespace tomme::cli {

namespace {

void add_expect(CLI::App& app, ExpectOptions& expect) {
  Flags flags{app, "who should have signed"};
  flags.value("--repository", expect.repository, "GLOB",
              "OWNER/NAME on GitHub, gitlab:GROUP/PROJECT, or a URL");
  flags.value("--workflow", expect.workflow, "GLOB", "the workflow file that built it");
  flags.value("--ref", expect.ref, "GLOB", "the branch or tag it was built from, as refs/tags/v1");
  flags.value("--owner-id", expect.owner_id, "N", "the forge's number of the repository's owner");
  flags.value("--repository-id", expect.repository_id, "N",
              "the forge's number of the repository, which a new one of the same name does not have");
  flags.value("--identity", expect.identity, "GLOB", "the signer's e-mail address or URI");
  flags.value(
      "--issuer", expect.issuer, "URL",
      "who confirmed the identity (default: the forge at whose address it is; for an e-mail address the "
      "logins of GitHub, Google and Microsoft");
  flags.value("--publisher", expect.publisher, "TEXT",
              "a trusted publisher: github:OWNER/NAME:WORKFLOW[:ENVIRONMENT], "
              "gitlab:GROUP/PROJECT:FILE[:ENVIRONMENT], circleci:PROJECT-ID:PIPELINE-ID, google:E-MAIL");
  flags.flag("--anyone", expect.anyone, "accept any signer");
}

void add_index(CLI::App& app, std::string& index) {
  Flags{app, "input"}.value("--index", index, "URL",
                            "the index that pypi: asks (default https://pypi.org/simple/)");
}

void describe_verify(CLI::App& app, VerifyCommand& verify) {
  app.description(std::string(help::kVerify));
  prepare(app, help::kVerifyFooter);
  app.add_option("FILE", verify.inputs)->required();
  add_expect(app, verify.expect);

  Flags proof{app, "the proof (looked for beside FILE where none is named)"};
  proof.values(
      "--bundle", verify.bundles, "FILE",
      "Sigstore bundle: one for all files, or one for each in order; of a list or JSON lines of them "
      "one has to hold (default FILE.sigstore.json or FILE.sigstore)");
  proof.values(
      "--attestation", verify.attestations, "FILE",
      "PEP 740 attestation (default FILE.attestation, FILE.publish.attestation, FILE.slsa.attestation)");
  proof.values("--provenance", verify.provenances, "FILE",
               "PEP 740 provenance object (default FILE.provenance)");
  auto* signature = proof.value("--signature", verify.signature, "FILE", "detached signature");
  auto* certificate = proof.value("--certificate,--cert", verify.certificate, "FILE", "its certificate");
  signature->needs(certificate);
  certificate->needs(signature);
  auto* entry = proof.value("--entry", verify.entry, "FILE", "its log entry, as Rekor answers");
  entry->needs(signature);
  proof.flag("--online", verify.online, "look its log entry up")->needs(signature)->excludes(entry);
  proof.value("--name", verify.name, "NAME", "the file's name when it was signed, if it was renamed since");
  proof.value("--key", verify.key, "FILE", "public key of a signer without certificate, PEM");

  add_trust(app, verify.trust, "daily with pypi: or --online");
  Flags demand{app, "how much proof"};
  demand.value("--predicate-type", verify.predicate_type, "URI",
               "what the statement must be; publish and slsa stand for those of PEP 740");
  demand.count("--logs", verify.logs,
               "require entries in N different transparency logs (default 1, at most 32)");
  demand.count("--times", verify.times, "require N different sources of the time of signing (default 1)");
  demand.count("--certificate-logs", verify.certificate_logs,
               "require the certificate in N different logs (default 1)");
  demand.flag("--no-log", verify.no_log,
              "accept signed timestamps without a log entry, as of GitHub's private repositories");
  demand.flag("--promise-only", verify.promise_only, "accept a log's promise without a proof of inclusion");
  demand.values("--witness", verify.witnesses, "VKEY", "report this witness, NAME+HASH+KEY; repeatable");
  demand.values("--limit", verify.limits, "NAME=N", "change a limit; repeatable");
  add_index(app, verify.index);
  add_format(app, verify.json);
}

void describe_inspect(CLI::App& app, InspectCommand& inspect) {
  app.description(std::string(help::kInspect));
  prepare(app, help::kInspectFooter);
  app.add_option("FILE", inspect.inputs)->required();
  add_index(app, inspect.index);
  add_format(app, inspect.json);
}

void describe_run(CLI::App& app, RunCommand& run) {
  app.description(std::string(help::kRun));
  prepare(app, help::kRunFooter);
  app.add_option("COMMAND", run.command)->required();
  Flags judge{app, "judgement"};
  judge.values("--expect", run.expect, "NAME=SIGNER",
               "who should have signed a project; another is refused; repeatable, several for one project "
               "mean any of them");
  judge
      .values(
          "--require", run.require, "WHAT",
          "attested: refuse what has no attestation, and hosts that cannot be judged; expected: refuse that "
          "an expectation was never put to the test; both with a comma")
      ->delimiter(',')
      ->check(CLI::IsMember({"attested", "expected"}));
  judge.values("--allow", run.allow, "NAME[==VERSION]",
               "with --require attested: let this project pass without an attestation; repeatable");
  judge.values("--allow-index", run.allow_indexes, "URL",
               "with --require attested: let what this index lists pass without an attestation; repeatable");
  judge.values("--allow-host", run.allow_hosts, "HOST",
               "with --require or --expect: let this host pass; repeatable");
  Flags reach{app, "what is judged"};
  reach.values("--index", run.indexes, "URL", "files of this index too; repeatable");
  reach.values("--file-host", run.file_hosts, "HOST", "files of this host too; repeatable");
  reach
      .value("--attestations", run.attestations, "DIR",
             "take proofs from this folder: FILE.attestation, .publish.attestation, .provenance or "
             ".sigstore.json")
      ->check(CLI::ExistingDirectory);
  reach
      .value("--proofs", run.proofs, "WHERE",
             "where the index lists no attestation, ask this one: pypi, or its URL (default TOMME_PROOFS)")
      ->envname("TOMME_PROOFS");
  reach
      .values(
          "--proofs-for", run.proofs_for, "NAME",
          "public projects that --proofs may ask about besides those on PyPI's own file host: NAME, num*, "
          "'*'; with ! those that it never may; repeatable, or with commas (default TOMME_PROOFS_FOR)")
      ->delimiter(',')
      ->envname("TOMME_PROOFS_FOR");
  add_trust(app, run.trust, "daily");
  Flags{app, "output"}.value(
      "--report", run.report, "FILE",
      "write what was found as JSON, whatever the end: into a file, a FIFO, /dev/fd/N, or "
      "- for standard output");
}

/// Whether an installer is started there, or a Python, which may start one.
bool is_installer(std::span<const std::string> words) {
  return guard::starts_installer(words) || words.front().starts_with("python");
}

std::string joined(std::span<const std::string> words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + printable(word);
  return text;
}

/// What follows "--" belongs to the installer, untouched: CLI11 must not see it.
Result<Command> parse_run(std::vector<std::string> arguments) {
  const auto dashes = std::ranges::find(arguments, "--");
  std::vector<std::string> command(dashes == arguments.end() ? dashes : dashes + 1, arguments.end());
  std::vector<std::string> own(arguments.begin(), dashes);
  auto installer = own.begin();
  while (installer != own.end() && !is_installer({installer, own.end()})) ++installer;
  if (command.empty() && installer != own.end()) {
    return fail(kUsage, "the command must be put after --",
                "tomme run " + joined({own.begin(), installer}) + (installer == own.begin() ? "" : " ") +
                    "-- " + joined({installer, own.end()}));
  }
  const bool wants_help =
      std::ranges::find(own, "--help") != own.end() || std::ranges::find(own, "-h") != own.end();
  if (!wants_help) {
    if (command.empty())
      return fail(kUsage, "no command was given after --", "tomme run -- pip install NAME");
    own.emplace_back("COMMAND");
  }
  Result<Command> parsed = parse_verb<RunCommand>("run", &describe_run, std::move(own));
  if (parsed) {
    if (RunCommand* run = std::get_if<RunCommand>(&*parsed)) {
      if (run->command.size() != 1) {
        return fail(kUsage, "the command " + printable(run->command.front()) + " must be put after --",
                    "tomme run [options] -- COMMAND...");
      }
      run->command = std::move(command);
    }
  }
  return parsed;
}

// sigstore-python's own: distutils' strtobool over environment variables.
Result<void> take_boolean(const char* variable, bool& flag) {
  constexpr std::array<std::string_view, 6> kTrue = {"y", "yes", "true", "t", "on", "1"};
  constexpr std::array<std::string_view, 6> kFalse = {"n", "no", "false", "f", "off", "0"};
  const char* found = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe): before any thread
  if (flag || !found) return {};
  std::string value = found;
  std::ranges::transform(value, value.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  flag = std::ranges::find(kTrue, value) != kTrue.end();
  if (flag || std::ranges::find(kFalse, value) != kFalse.end()) return {};
  return fail(kUsage, std::string(variable) + " is " + printable(value) + ", which is neither true nor false",
              "set it to 1 or 0");
}

void add_sigstore_inputs(CLI::App& app, SigstoreCommand& command) {
  app.add_option("FILE_OR_DIGEST", command.inputs)->required();
  Flags flags{app, "the proof"};
  flags.value("--certificate,--cert", command.certificate, "FILE", "PEM certificate; for one input only")
      ->envname("SIGSTORE_CERTIFICATE")
      ->take_last();
  flags.value("--signature", command.signature, "FILE", "detached signature; for one input only")
      ->envname("SIGSTORE_SIGNATURE")
      ->take_last();
  flags.value("--bundle", command.bundle, "FILE", "Sigstore bundle; for one input only")
      ->envname("SIGSTORE_BUNDLE")
      ->take_last();
  flags.flag("--offline", command.offline, "needs a bundle (nothing is fetched with one anyway)");
}

void add_sigstore_identity(CLI::App& app, SigstoreCommand& command) {
  app.description(std::string(help::kSigstoreIdentity));
  Flags flags{app, "who should have signed"};
  flags.value("--cert-identity", command.cert_identity, "IDENTITY", "the certificate's subject, exactly")
      ->envname("SIGSTORE_CERT_IDENTITY")
      ->required()
      ->take_last();
  flags.value("--cert-oidc-issuer", command.cert_oidc_issuer, "URL", "who confirmed it, exactly")
      ->envname("SIGSTORE_CERT_OIDC_ISSUER")
      ->required()
      ->take_last();
}

void add_sigstore_github(CLI::App& app, SigstoreCommand& command) {
  app.description(std::string(help::kSigstoreGithub));
  Flags flags{app, "who should have signed"};
  const auto add = [&](const char* name, std::string& target, const char* word, const char* variable,
                       const char* text) {
    flags.value(name, target, word, text)->envname(variable)->take_last();
  };
  add("--cert-identity", command.cert_identity, "IDENTITY", "SIGSTORE_CERT_IDENTITY",
      "the certificate's subject, exactly");
  add("--trigger", command.trigger, "EVENT", "SIGSTORE_VERIFY_GITHUB_WORKFLOW_TRIGGER",
      "the event that triggered the workflow");
  add("--sha", command.sha, "SHA", "SIGSTORE_VERIFY_GITHUB_WORKFLOW_SHA", "the commit it ran on");
  add("--name", command.name, "NAME", "SIGSTORE_VERIFY_GITHUB_WORKFLOW_NAME", "the workflow's name");
  add("--repository", command.repository, "REPO", "SIGSTORE_VERIFY_GITHUB_WORKFLOW_REPOSITORY",
      "OWNER/NAME that it ran under");
  add("--ref", command.ref, "REF", "SIGSTORE_VERIFY_GITHUB_WORKFLOW_REF", "the ref it ran on");
}

/// The commands that sigstore-python has and that are not here yet.
void add_sigstore_others(CLI::App& app, std::string& other) {
  for (const char* name : {"sign", "attest", "get-identity-token", "trust-instance", "plumbing"}) {
    app.add_subcommand(name)->prefix_command()->group("")->set_help_flag("");
    app.get_subcommand(name)->parse_complete_callback([&other, name] { other = name; });
  }
}

Result<void> finish_sigstore(SigstoreCommand& command, bool staging_flag) {
  const int instances =
      int{staging_flag} + int{!command.instance.empty()} + int{!command.trust_config.empty()};
  if (instances > 1) {
    return fail(kUsage, "--staging, --instance and --trust-config exclude each other",
                "tomme sigstore --help");
  }
  command.staging = staging_flag;
  TRY(take_boolean("SIGSTORE_STAGING", command.staging));
  TRY(take_boolean("SIGSTORE_OFFLINE", command.offline));
  return {};
}

/// argparse takes any beginning of a long option that could be no other: "--cert-id".
void complete_options(const CLI::App& policy, std::vector<std::string>& words) {
  for (std::string& word : words) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const std::string_view name = std::string_view(word).substr(0, equals);
    if (!name.starts_with("--") || name.size() < 3) continue;
    std::vector<std::string> whole;
    for (const CLI::Option* option : policy.get_options()) {
      for (const std::string& known : option->get_lnames()) {
        if (("--" + known).starts_with(name)) whole.push_back("--" + known);
      }
    }
    const bool exact = std::ranges::find(whole, name) != whole.end();
    if (whole.size() == 1 && !exact) word = whole.front() + word.substr(equals);
  }
}

Result<Command> parse_sigstore(std::vector<std::string> arguments) {
  TRY(expect_no_empty_text(arguments));
  SigstoreCommand command;
  bool staging = false;
  std::string other;
  CLI::App app(std::string(help::kSigstore), "tomme sigstore");
  prepare(app, "");
  const auto add_verbose = [&](CLI::App& to) {
    to.add_flag("-v,--verbose", command.verbose, "say more")
        ->group(std::string(kHelpGroup))
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  };
  add_verbose(app);
  app.set_version_flag("-V,--version", "sigstore 4.5 (tomme " + std::string(kTommeVersion) + ")",
                       "print the version")
      ->group(std::string(kHelpGroup));
  Flags flags{app, "whom to trust"};
  flags.flag("--staging", staging, "Sigstore's staging instance instead of the public one");
  flags.value("--instance", command.instance, "URL", "a Sigstore instance by the URL of its TUF repository")
      ->take_last();
  flags
      .value("--trust-config", command.trust_config, "FILE",
             "the trusted root of this client trust configuration")
      ->take_last();
  add_refresh(app, command.refresh, "daily without --offline");
  app.require_subcommand(1);
  add_sigstore_others(app, other);

  CLI::App* verify = app.add_subcommand("verify", std::string(help::kSigstoreVerify))->group("");
  verify->require_subcommand(1);
  verify->set_help_flag("-h,--help", "print this")->group(std::string(kHelpGroup));
  add_verbose(*verify);
  CLI::App* identity = verify->add_subcommand("identity")->group("");
  CLI::App* github = verify->add_subcommand("github")->group("");
  add_sigstore_identity(*identity, command);
  add_sigstore_github(*github, command);
  for (CLI::App* policy : {identity, github}) {
    policy->set_help_flag("-h,--help", "print this")->group(std::string(kHelpGroup));
    add_sigstore_inputs(*policy, command);
    add_verbose(*policy);
  }
  const bool is_github = std::ranges::find(arguments, "github") != arguments.end();
  complete_options(is_github ? *github : *identity, arguments);
  std::ranges::reverse(arguments);
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return ShowText{app.help()};
  } catch (const CLI::CallForVersion& version) {
    return ShowText{std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    const std::string words = github->parsed()     ? "verify github "
                              : identity->parsed() ? "verify identity "
                              : verify->parsed()   ? "verify "
                                                   : "";
    const CLI::App& where = github->parsed() ? *github : identity->parsed() ? *identity : app;
    return fail(kUsage, sentence_of(error, where),
                hint_for(error, where, "tomme sigstore " + words + "--help"));
  }
  if (!other.empty()) {
    return fail(kUsageNotYet, "tomme sigstore " + other + " is not there yet: tomme only verifies so far");
  }
  command.policy = github->parsed() ? SigstoreCommand::Policy::github : SigstoreCommand::Policy::identity;
  TRY(finish_sigstore(command, staging));
  return command;
}

struct Entry {
  std::string_view name;
  Result<Command> (*parse)(std::vector<std::string> words);
};
constexpr std::array<Entry, 6> kVerbs{{
    {"verify",
     [](std::vector<std::string> words) {
       return parse_verb<VerifyCommand>("verify", &describe_verify, std::move(words));
     }},
    {"inspect",
     [](std::vector<std::string> words) {
       return parse_verb<InspectCommand>("inspect", &describe_inspect, std::move(words));
     }},
    {"run", &parse_run},
    {"trust", &parse_trust},
    {"tuf", &parse_tuf},
    {"sigstore", &parse_sigstore},
}};

Result<Command> parse_words(const std::string& verb, std::vector<std::string> words) {
  for (const Entry& entry : kVerbs)
    if (entry.name == verb) return entry.parse(std::move(words));
  std::vector<std::string> line{verb};
  line.insert(line.end(), words.begin(), words.end());
  if (is_installer(line)) {
    return fail(kUsage, "unknown command " + printable(verb),
                "let tomme run the installer: tomme run -- " + joined(line));
  }
  constexpr std::string_view kLists = "tomme --help lists the commands";
  if (verb.starts_with('-')) return fail(kUsage, "unknown option " + printable(verb), std::string(kLists));
  return fail(kUsage, "unknown command " + printable(verb),
              did_you_mean(verb, names_of(std::span(kVerbs)), kLists));
}

std::string version_text() {
  const std::string commit =
      std::string_view(kTommeCommit).empty() ? "" : "commit " + std::string(kTommeCommit) + ", ";
  return "tomme " + std::string(kTommeVersion) + " (" + commit + "built-in trust root of " +
         std::string(builtin_roots_date()) + ")\n";
}

}  // namespace

Result<Command> parse_command_line(std::span<char* const> argv) {
  std::vector<std::string> words(argv.begin() + (argv.empty() ? 0 : 1), argv.end());
  if (words.empty()) return fail(kUsage, "no command was given", "tomme --help");
  std::string verb = words.front();
  words.erase(words.begin());
  if (verb == "--version" || verb == "-V") return ShowText{version_text()};
  const bool is_help = verb == "--help" || verb == "-h" || verb == "help";
  if (is_help && words.empty()) return ShowText{std::string(help::kTomme)};
  if (is_help) {
    verb = words.front();
    words = {"--help"};
  }
  return parse_words(verb, std::move(words));
}

}  // namespace tomme::cli
