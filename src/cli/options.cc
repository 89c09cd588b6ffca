#include "cli/options.h"

#include <CLI/CLI.hpp>

#include "cli/errors.h"
#include "core/encoding/text.h"
#include "tomme_version.h"

namespace tomme::cli {

namespace {

constexpr std::string_view kHelp =
    R"(tomme checks who built what you install.

  tomme run -- COMMAND…     run pip, uv, poetry or pdm with every download judged
  tomme verify FILE…        verify files against their signatures and attestations
  tomme inspect FILE…       what a bundle, attestation or certificate says, unverified
  tomme sigstore …          the command line of sigstore-python, for existing scripts

tomme VERB --help tells more about each. Exit status: 0 verified or done, 1 refused,
2 wrong usage, 3 could not tell.
)";

constexpr std::string_view kVerifyFooter = R"(
FILE is a path, "-", sha256:HEX or pypi:NAME==VERSION. The proof is looked for beside a
file as FILE.sigstore.json, .sigstore, .attestation or .provenance when none is named.
Expected signers are exact, or globs: * within one path segment, ** across them.
Nothing is fetched unless pypi: or --online asks for it.
Limits for --limit: bundle-octets, entries, timestamps, certificates, note-signatures, subjects, digests.)";

constexpr std::string_view kRunFooter = R"(
Everything that COMMAND downloads from PyPI and from the indexes it names is held until
its attestation is verified. A file that is not what its publisher attested is refused.
Example: tomme run --expect sampleproject=pypa/sampleproject -- pip install sampleproject)";

void add_trust(CLI::App& app, TrustOptions& trust) {
  auto* staging =
      app.add_flag("--staging", trust.staging, "trust Sigstore's staging instance instead of the public one");
  app.add_option("--trusted-root", trust.trusted_root, "trust what this trusted_root.json names")
      ->type_name("FILE")
      ->excludes(staging);
}

void add_expect(CLI::App& app, ExpectOptions& expect) {
  app.add_option("--identity", expect.identity, "the signer's e-mail address or URI")->type_name("GLOB");
  app.add_option("--issuer", expect.issuer, "who vouches for the identity, a URL")->type_name("URL");
  app.add_option("--repository", expect.repository, "OWNER/NAME on GitHub, gitlab:GROUP/PROJECT, or a URL")
      ->type_name("GLOB");
  app.add_option("--workflow", expect.workflow, "the workflow file that built it")->type_name("GLOB");
  app.add_option("--ref", expect.ref, "the branch or tag it was built from, as refs/tags/v1")
      ->type_name("GLOB");
  app.add_option("--publisher", expect.publisher,
                 "a trusted publisher: github:OWNER/NAME:WORKFLOW[:ENVIRONMENT], gitlab:…, google:E-MAIL")
      ->type_name("TEXT");
  app.add_flag("--anyone", expect.anyone, "accept whoever signed");
}

void add_format(CLI::App& app, bool& json) {
  app.add_option_function<std::string>(
         "--format", [&json](const std::string& format) { json = format == "json"; },
         "how results are printed")
      ->check(CLI::IsMember({"text", "json"}))
      ->default_str("text");
}

void describe_verify(CLI::App& app, VerifyCommand& verify) {
  app.add_option("FILE", verify.inputs)->required()->type_name("");
  app.add_option("--bundle", verify.bundles, "Sigstore bundle; one for all files, or one for each")
      ->type_name("FILE");
  app.add_option("--attestation", verify.attestations, "PEP 740 attestation")->type_name("FILE");
  app.add_option("--provenance", verify.provenances, "PEP 740 provenance object")->type_name("FILE");
  auto* signature = app.add_option("--signature", verify.signature, "detached signature")->type_name("FILE");
  auto* certificate =
      app.add_option("--certificate", verify.certificate, "its certificate")->type_name("FILE");
  signature->needs(certificate);
  certificate->needs(signature);
  auto* entry = app.add_option("--entry", verify.entry, "its log entry, as Rekor answers")
                    ->type_name("FILE")
                    ->needs(signature);
  app.add_flag("--online", verify.online, "look the log entry of a detached signature up")
      ->needs(signature)
      ->excludes(entry);
  app.add_option("--key", verify.key, "public key that signed, PEM")->type_name("FILE");
  add_expect(app, verify.expect);
  add_trust(app, verify.trust);
  app.add_option("--predicate-type", verify.predicate_type, "what the statement must be")->type_name("URI");
  app.add_option("--logs", verify.logs, "different transparency logs that must have it")
      ->check(CLI::Range(1, 32));
  app.add_option("--times", verify.times, "different sources of the time of signing")
      ->check(CLI::Range(1, 32));
  app.add_option("--certificate-logs", verify.certificate_logs,
                 "different logs that must have the certificate")
      ->check(CLI::Range(1, 32));
  app.add_flag("--no-log", verify.no_log, "accept signed timestamps without a log entry");
  app.add_flag("--promise-only", verify.promise_only, "accept a log's promise without an inclusion proof");
  app.add_option("--witness", verify.witnesses, "report this witness: NAME+HASH+KEY")->type_name("VKEY");
  app.add_option("--index", verify.index, "index for pypi:NAME==VERSION")->type_name("URL");
  app.add_option("--limit", verify.limits, "another limit than the default")->type_name("NAME=N");
  add_format(app, verify.json);
  app.footer(std::string(kVerifyFooter));
}

void describe_inspect(CLI::App& app, InspectCommand& inspect) {
  app.add_option("FILE", inspect.inputs,
                 "bundle, attestation, provenance, certificate, or pypi:NAME==VERSION")
      ->required()
      ->type_name("");
  app.add_option("--index", inspect.index, "index for pypi:NAME==VERSION")->type_name("URL");
  add_format(app, inspect.json);
}

void describe_run(CLI::App& app, RunCommand& run) {
  app.add_option("COMMAND", run.command)->required()->type_name("");
  app.add_option("--expect", run.expect, "who should have signed a project; repeatable")
      ->type_name("NAME=SIGNER");
  app.add_option("--require", run.require, "\"attested\": refuse what has no attestation")
      ->check(CLI::IsMember({"attested"}));
  app.add_option("--attestations", run.attestations, "folder with attestations by file name")
      ->type_name("DIR")
      ->check(CLI::ExistingDirectory);
  app.add_option("--index", run.indexes, "judge this index too")->type_name("URL");
  app.add_option("--file-host", run.file_hosts, "judge files of this host too")->type_name("HOST");
  app.add_option("--allow-host", run.allow_hosts, "with --require: let this host pass unseen")
      ->type_name("HOST");
  app.add_option("--report", run.report, "write what was found as JSON")->type_name("FILE");
  add_trust(app, run.trust);
  app.footer(std::string(kRunFooter));
}

template <class T>
Result<Command> parse_verb(std::string_view verb, std::string_view description,
                           void (*describe)(CLI::App&, T&), std::vector<std::string> arguments) {
  T command;
  CLI::App app(std::string(description), "tomme " + std::string(verb));
  app.set_help_flag("-h,--help", "print this");
  describe(app, command);
  std::ranges::reverse(arguments);  // CLI11 takes a vector from its end
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return ShowText{app.help()};
  } catch (const CLI::ParseError& error) {
    return fail(kUsage, printable(error.what(), 400), "tomme " + std::string(verb) + " --help");
  }
  return command;
}

/// What follows "--" belongs to the installer, untouched: CLI11 must not see it.
Result<Command> parse_run(std::vector<std::string> arguments) {
  const auto dashes = std::ranges::find(arguments, "--");
  std::vector<std::string> command(dashes == arguments.end() ? dashes : dashes + 1, arguments.end());
  std::vector<std::string> own(arguments.begin(), dashes);
  const bool wants_help =
      std::ranges::find(own, "--help") != own.end() || std::ranges::find(own, "-h") != own.end();
  if (!wants_help) {
    if (command.empty())
      return fail(kUsage, "there is no command to run behind --", "tomme run -- pip install NAME");
    own.emplace_back("COMMAND");
  }
  Result<Command> parsed = parse_verb<RunCommand>("run", "Runs a command with every download judged.",
                                                  &describe_run, std::move(own));
  if (parsed) {
    if (RunCommand* run = std::get_if<RunCommand>(&*parsed)) {
      if (run->command.size() != 1) {
        return fail(kUsage, "the command " + printable(run->command.front()) + " must stand behind --",
                    "tomme run [options] -- COMMAND…");
      }
      run->command = std::move(command);
    }
  }
  return parsed;
}

}  // namespace

Result<Command> parse_command_line(std::span<char* const> argv) {
  std::vector<std::string> words(argv.begin() + (argv.empty() ? 0 : 1), argv.end());
  if (words.empty()) return fail(kUsage, "no verb was given", "tomme --help");
  const std::string verb = words.front();
  words.erase(words.begin());
  if (verb == "--version" || verb == "-V") return ShowText{"tomme " + std::string(kTommeVersion) + "\n"};
  if (verb == "--help" || verb == "-h" || verb == "help") return ShowText{std::string(kHelp)};
  if (verb == "verify")
    return parse_verb<VerifyCommand>(verb, "Verifies files against their signatures.", &describe_verify,
                                     std::move(words));
  if (verb == "inspect")
    return parse_verb<InspectCommand>(verb, "Says what a proof claims. Nothing is verified.",
                                      &describe_inspect, std::move(words));
  if (verb == "run") return parse_run(std::move(words));
  if (verb == "sigstore") return SigstoreCommand{std::move(words)};
  return fail(kUsage, "there is no verb " + printable(verb), "tomme --help lists the verbs");
}

}  // namespace tomme::cli
