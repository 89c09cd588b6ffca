#include <array>

#include "cli/flags_internal.h"
#include "cli/help.h"
#include "core/base/suggest.h"
#include "core/encoding/text.h"

namespace tomme::cli {

namespace {

using Verb = TufCommand::Verb;
constexpr const char* kWhere = "which repository";

void add_place(CLI::App& app, TufCommand& command) {
  Flags flags{app, kWhere};
  auto* folder = flags.value("--repository", command.repository, "DIR", "a folder (default the current one)");
  auto* database = flags.value("--database", command.database, "URL", "sqlite:PATH or postgres://...");
  auto* files = flags.value("--files", command.files, "ADDRESS", "DIR or s3://BUCKET/PREFIX?endpoint=URL");
  database->needs(files)->excludes(folder);
  files->needs(database)->excludes(folder);
  flags.value("--time", command.time, "TIME", "take this for now, as 2026-11-26T12:00:00Z");
}

void add_passphrase(CLI::App& app, TufCommand& command) {
  Flags{app, "keys"}.value("--passphrase-file", command.passphrase_file, "FILE",
                           "the passphrase of the keys is its first line");
}

void add_online_key(CLI::App& app, TufCommand& command) {
  Flags{app, "keys"}.values("--online-key", command.online_keys, "KEY",
                            "in place of those that the repository names; repeatable");
}

void begin(CLI::App& app, const char* usage) {
  app.description("usage: tomme tuf " + std::string(usage) + "\n");
  prepare(app, help::kTufRepositoryFooter);
}

void describe_init(CLI::App& app, TufCommand& command) {
  begin(app,
        "init [options] [DIR]\n\nMakes a repository. Without keys it makes all of them, signs and publishes: "
        "good\nfor one person. With keys it stages root and targets for their holders to sign.");
  app.add_option("DIR", command.repository);
  Flags place{app, kWhere};
  auto* database = place.value("--database", command.database, "URL", "sqlite:PATH or postgres://...");
  auto* files = place.value("--files", command.files, "ADDRESS", "DIR or s3://BUCKET/PREFIX?endpoint=URL");
  database->needs(files);
  files->needs(database);
  place.value("--time", command.time, "TIME", "take this for now");
  Flags keys{app, "keys"};
  keys.values("--root-key", command.root_keys, "KEY", "public key of a holder of root; repeatable");
  keys.count("--root-threshold", command.root_threshold, "how many of them have to sign (default 1)");
  keys.values("--targets-key", command.targets_keys, "KEY", "of targets (default those of root); repeatable");
  keys.count("--targets-threshold", command.targets_threshold,
             "how many of them have to sign (default 1, or that of root with its keys)");
  keys.values(
      "--online-key", command.online_keys, "KEY",
      "private key that signs snapshot, timestamp and bins; repeatable, each one does. It is tried where "
      "no passphrase or PIN has to be asked for");
  keys.value("--passphrase-file", command.passphrase_file, "FILE", "its first line is the passphrase");
  keys.flag("--no-passphrase", command.no_passphrase, "write the keys that are made without encryption");
  Flags tree{app, "roles"};
  tree.flag("--pep458", command.pep458, "the role tree of PEP 458: targets, bins, 16,384 hash bins");
  tree.values("--bins-key", command.bins_keys, "KEY",
              "of the role bins of PEP 458 (default those of targets)");
  tree.count("--bins-threshold", command.bins_threshold,
             "how many of them have to sign (default 1, or that of targets with its keys)");
  tree.count("--bits", command.bits,
             "2^N hash bins, 1 to 15 (default 10, or 14 with --pep458); 13 suit a million targets");
  tree.values("--lifetime", command.lifetimes, "ROLE=DAYS",
              "of root, targets, bins, snapshot or timestamp (default 365, 365, 7, 7, 1)");
}

void describe_key_new(CLI::App& app, TufCommand& command) {
  begin(app,
        "key new [options] KEY\n\nMakes a key: a file for its owner alone and KEY.pub for everybody, or in a "
        "token a key"
        "\nthat never leaves it, with the label that object= says.");
  app.add_option("KEY", command.names)->required()->expected(1);
  Flags flags{app, "keys"};
  flags
      .value("--type", command.key_type, "TYPE",
             "ed25519, ecdsa or rsa (default ed25519 in a file, ecdsa in a token)")
      ->check(CLI::IsMember({"ed25519", "ecdsa", "rsa"}));
  flags.value("--passphrase-file", command.passphrase_file, "FILE", "its first line is the passphrase");
  flags.flag("--no-passphrase", command.no_passphrase, "do not encrypt it");
}

void describe_key_show(CLI::App& app, TufCommand& command) {
  begin(app, "key show [options] KEY...\n\nPrints the key id of public keys.");
  app.add_option("KEY", command.names)->required();
  Flags flags{app, "output"};
  flags.flag("--pem", command.pem,
             "print the public keys themselves, for the person who makes the repository");
  add_passphrase(app, command);
}

void describe_key_add(CLI::App& app, TufCommand& command) {
  begin(app,
        "key add [options] ROLE KEY...\n\nStages root, or the role that delegates to ROLE, with these public "
        "keys "
        "for it. "
        "ROLE is\nroot, targets, snapshot, timestamp, bins, online (the last three) or a delegated role.");
  app.add_option("ROLE", command.role)->required();
  app.add_option("KEY", command.names)->required();
  add_passphrase(app, command);
  add_place(app, command);
}

void describe_key_remove(CLI::App& app, TufCommand& command) {
  begin(app,
        "key remove [options] ROLE KEYID...\n\nStages the change that takes keys from a role. KEYID may be "
        "its first 8 digits.");
  app.add_option("ROLE", command.role)->required();
  app.add_option("KEYID", command.names)->required();
  add_place(app, command);
}

void describe_key_threshold(CLI::App& app, TufCommand& command) {
  begin(
      app,
      "key threshold [options] ROLE N\n\nStages the change of how many of its keys have to sign for a role.");
  app.add_option("ROLE", command.role)->required();
  app.add_option("N", command.threshold)->required()->check(CLI::Range(1, 32));
  add_place(app, command);
}

void describe_renew(CLI::App& app, TufCommand& command) {
  begin(app,
        "renew [options] ROLE...\n\nStages the next version of roles that people sign, with a new expiry.");
  app.add_option("ROLE", command.names)->required();
  add_place(app, command);
}

void describe_delegate(CLI::App& app, TufCommand& command) {
  begin(app, "delegate [options] NAME\n\nStages targets with a role that signs some of the paths.");
  app.add_option("NAME", command.role)->required();
  Flags flags{app, "the role"};
  flags.values("--key", command.keys, "KEY", "public key of a holder; repeatable");
  flags.count("--threshold", command.threshold, "how many of them have to sign (default 1)");
  flags.values("--path", command.paths, "GLOB", "what it may list: * and ? match within one part of a path");
  flags.flag("--terminating", command.terminating, "no other role is asked for these paths");
  add_passphrase(app, command);
  add_place(app, command);
}

void describe_undelegate(CLI::App& app, TufCommand& command) {
  begin(app, "undelegate [options] NAME\n\nStages targets without a role.");
  app.add_option("NAME", command.role)->required();
  add_place(app, command);
}

void describe_bins(CLI::App& app, TufCommand& command) {
  begin(
      app,
      "bins [options] BITS\n\nStages another number of hash bins, 2^BITS; the publication that follows "
      "the\nsignatures moves all targets. Where there are none (after an import) it stages\nthe first ones.");
  app.add_option("BITS", command.bits)->required()->check(CLI::Range(1, 15));
  add_place(app, command);
}

void describe_add(CLI::App& app, TufCommand& command) {
  begin(app,
        "add [options] FILE...\n\nStores files and puts them into the queue of targets. A folder means all "
        "files in\n"
        "it. Paths are those that were given, or below --prefix.");
  app.add_option("FILE", command.names);
  Flags flags{app, "input"};
  flags.value("--prefix", command.prefix, "PATH", "put before the path of each target");
  flags.value("--list", command.list, "FILE",
              "lines of PATH, length, SHA-256 and perhaps a custom JSON object, with tabs between; the files "
              "themselves are served by others. Millions are published at once, past the queue");
  flags.value("--role", command.role, "NAME", "stage them in this delegated role, not in the hash bins");
  add_online_key(app, command);
  add_passphrase(app, command);
  add_place(app, command);
}

void describe_remove(CLI::App& app, TufCommand& command) {
  begin(app, "remove [options] PATH...\n\nPuts targets into the queue to be listed no longer.");
  app.add_option("PATH", command.names)->required();
  Flags{app, "input"}.value("--role", command.role, "NAME", "of this delegated role, not of the hash bins");
  add_place(app, command);
}

void describe_publish(CLI::App& app, TufCommand& command) {
  begin(app,
        "publish [options]\n\nPublishes staged files that enough have signed and the queue, and renews "
        "what\nwould expire soon. Exit status 1: done, and something staged or queued was left,\nwhich is "
        "named.");
  Flags flags{app, "when"};
  app.add_option("--watch", command.watch, "go on, and look every so many seconds")
      ->option_text("SECONDS")
      ->group("when")
      ->check(CLI::Range(1, 86'400));
  add_online_key(app, command);
  add_passphrase(app, command);
  add_place(app, command);
}

void describe_sign(CLI::App& app, TufCommand& command) {
  begin(app,
        "sign [options] --key KEY [STAGED...]\n\nSays what a staged change does and signs it. STAGED are "
        "copies of staged files, on\n"
        "any machine; without them all that is staged in the repository is signed.");
  app.add_option("STAGED", command.names);
  Flags flags{app, "keys"};
  flags.values("--key", command.keys, "KEY", "private key; repeatable")->required();
  add_passphrase(app, command);
  flags.value("--previous", command.previous, "DIR",
              "for copies: a folder with the published metadata that you have verified yourself");
  flags.flag("--yes", command.yes, "do not ask before signing");
  add_place(app, command);
}

void describe_merge(CLI::App& app, TufCommand& command) {
  begin(app, "merge [options] STAGED...\n\nTakes the signatures of copies into what is staged here.");
  app.add_option("STAGED", command.names)->required();
  add_place(app, command);
}

void describe_unstage(CLI::App& app, TufCommand& command) {
  begin(app,
        "unstage [options] ROLE...\n\nTakes away what is staged of a role, with the signatures that it has. "
        "What is "
        "published\nstays as it is.");
  app.add_option("ROLE", command.names)->required();
  add_place(app, command);
}

void describe_status(CLI::App& app, TufCommand& command) {
  begin(app,
        "status [options]\n\nWhat is published and until when, who signs what, what is staged and what it "
        "lacks.");
  add_format(app, command.json);
  add_place(app, command);
}

void describe_verify(CLI::App& app, TufCommand& command) {
  begin(app, "verify [options]\n\nReads every root, role and bin as the strictest client would.");
  Flags{app, "how much"}.flag("--target-files", command.target_files, "and every target file that is stored");
  add_place(app, command);
}

void describe_gc(CLI::App& app, TufCommand& command) {
  begin(app,
        "gc [options]\n\nRemoves bins, snapshots and target files to which nothing leads any more. Roots "
        "stay.");
  app.add_option("--keep", command.keep,
                 "keep what was replaced less than this many seconds ago, at least 60 (default 3600)")
      ->option_text("SECONDS")
      ->group("how much")
      ->check(CLI::Range(60, 31'536'000));
  add_place(app, command);
}

void describe_import(CLI::App& app, TufCommand& command) {
  begin(app,
        "import [options] --from ADDRESS [DIR]\n\nTakes over the repository of another program, after all of "
        "it was verified:\nADDRESS is a folder or s3:// with metadata/ or the metadata itself, and perhaps\n"
        "targets/. Its clients go on with the same roots and see no lower version. DIR is\nmade.");
  app.add_option("DIR", command.repository);
  Flags input{app, "input"};
  input.value("--from", command.from, "ADDRESS", "where it is")->required();
  input.value("--root", command.trusted_root, "FILE",
              "a root.json of it that you trust, where its roots do not begin with version 1");
  add_passphrase(app, command);
  Flags{app, "keys"}.values(
      "--online-key", command.online_keys, "KEY",
      "private key that signs snapshot, timestamp and bins; repeatable. Without it nothing can be "
      "published before another one was signed into root");
  Flags place{app, kWhere};
  auto* database = place.value("--database", command.database, "URL", "sqlite:PATH or postgres://...");
  auto* files = place.value("--files", command.files, "ADDRESS", "DIR or s3://BUCKET/PREFIX?endpoint=URL");
  database->needs(files);
  files->needs(database);
  place.value("--time", command.time, "TIME", "take this for now");
}

struct Entry {
  std::string_view name;
  Verb verb;
  void (*describe)(CLI::App&, TufCommand&);
};
constexpr std::array<Entry, 20> kVerbs{{
    {"init", Verb::init, &describe_init},
    {"key new", Verb::key_new, &describe_key_new},
    {"key show", Verb::key_show, &describe_key_show},
    {"key add", Verb::key_add, &describe_key_add},
    {"key remove", Verb::key_remove, &describe_key_remove},
    {"key threshold", Verb::key_threshold, &describe_key_threshold},
    {"renew", Verb::renew, &describe_renew},
    {"delegate", Verb::delegate, &describe_delegate},
    {"undelegate", Verb::undelegate, &describe_undelegate},
    {"bins", Verb::bins, &describe_bins},
    {"add", Verb::add, &describe_add},
    {"remove", Verb::remove, &describe_remove},
    {"publish", Verb::publish, &describe_publish},
    {"sign", Verb::sign, &describe_sign},
    {"merge", Verb::merge, &describe_merge},
    {"unstage", Verb::unstage, &describe_unstage},
    {"status", Verb::status, &describe_status},
    {"verify", Verb::verify, &describe_verify},
    {"gc", Verb::gc, &describe_gc},
    {"import", Verb::import_from, &describe_import},
}};

}  // namespace

Result<Command> parse_tuf_repository(std::vector<std::string> words) {
  if (words.empty()) return fail(kUsage, "no command was given after tomme tuf", "tomme tuf --help");
  std::string verb = words.front();
  words.erase(words.begin());
  if (verb == "key") {
    if (words.empty())
      return fail(kUsage, "no command was given after tomme tuf key", "tomme tuf key --help lists them");
    if (words.front() == "--help" || words.front() == "-h") return ShowText{std::string(help::kTufKey)};
    verb += " " + words.front();
    words.erase(words.begin());
  }
  for (const Entry& entry : kVerbs) {
    if (entry.name != verb) continue;
    Result<Command> parsed = parse_verb<TufCommand>("tuf " + verb, entry.describe, std::move(words));
    if (parsed) {
      if (TufCommand* command = std::get_if<TufCommand>(&*parsed)) command->verb = entry.verb;
    }
    return parsed;
  }
  std::vector<std::string_view> names = names_of(std::span(kVerbs));
  names.insert(names.end(), {"refresh", "download"});
  return fail(kUsage, "unknown command tomme tuf " + printable(verb),
              did_you_mean(verb, names,
                           verb.starts_with("key ") ? "tomme tuf key --help lists the commands"
                                                    : "tomme tuf --help lists the commands"));
}

}  // namespace tomme::cli
