#include <array>

#include "cli/flags_internal.h"
#include "cli/help.h"
#include "core/base/suggest.h"
#include "core/encoding/text.h"

namespace tomme::cli {

namespace {

constexpr unsigned kMostStaleDays = 36'500;

void describe_client(CLI::App& app, TufClientCommand& command) {
  Flags repository{app, "the repository"};
  repository.value("--metadata-dir", command.metadata_dir, "DIR", "where its metadata is kept")->required();
  repository.value("--metadata-url", command.metadata_url, "URL", "where its metadata comes from");
  repository.value("--root", command.root, "FILE",
                   "a root.json that you trust, to begin with where DIR has none");
  Flags time{app, "time and network"};
  time.value("--time", command.time, "TIME",
             "the moment by which expiry is judged, as 2026-01-31T12:00:00Z (default now)");
  time.flag("--offline", command.offline, "verify and use what DIR has, and say how stale it is");
  time.app
      .add_option("--stale", command.stale_days,
                  "with --offline: take metadata that expired up to N days ago")
      ->option_text("N")
      ->group(time.group)
      ->check(CLI::Range(1U, kMostStaleDays));
}

void describe_refresh(CLI::App& app, TufClientCommand& command) {
  app.description(std::string(help::kTufRefresh));
  prepare(app, help::kTufRefreshFooter);
  describe_client(app, command);
}

void describe_download(CLI::App& app, TufClientCommand& command) {
  app.description(std::string(help::kTufDownload));
  prepare(app, help::kTufDownloadFooter);
  command.download = true;
  app.add_option("NAME", command.targets)->required();
  describe_client(app, command);
  Flags files{app, "the files"};
  files.value("--target-url", command.target_url, "URL", "where they come from");
  files.value("--target-dir", command.target_dir, "DIR", "where they go")->required();
  files.flag("--plain-names", command.plain_names,
             "ask for NAME itself although the repository has consistent snapshots (DIGEST.NAME)");
}

void describe_source(CLI::App& app, TrustCommand& command, std::string_view help) {
  app.description(std::string(help));
  prepare(app, help::kTrustFooter);
  Flags source{app, "the instance"};
  auto* mirror = source.value("--mirror", command.mirror, "URL",
                              "the mirror of its TUF repository (default the public instance's)");
  source.flag("--staging", command.staging, "Sigstore's staging instance")->excludes(mirror);
}

void add_time(CLI::App& app, TrustCommand& command) {
  Flags{app, "time"}.value("--time", command.time, "TIME",
                           "the moment by which expiry is judged, as 2026-01-31T12:00:00Z (default now)");
}

void describe_trust_show(CLI::App& app, TrustCommand& command) {
  describe_source(app, command, help::kTrustShow);
  add_time(app, command);
  add_format(app, command.json);
}

void describe_trust_update(CLI::App& app, TrustCommand& command) {
  command.what = TrustCommand::What::update;
  describe_source(app, command, help::kTrustUpdate);
  add_time(app, command);
  add_format(app, command.json);
}

void describe_trust_init(CLI::App& app, TrustCommand& command) {
  command.what = TrustCommand::What::init;
  describe_source(app, command, help::kTrustInit);
  Flags{app, "the root"}
      .value("--root", command.root, "FILE", "root.json to begin with; it may be expired")
      ->required();
}

Result<Command> finish_client(Result<Command> parsed) {
  if (!parsed) return parsed;
  const auto* command = std::get_if<TufClientCommand>(&*parsed);
  if (command == nullptr) return parsed;
  const std::string hint =
      std::string("tomme tuf ") + (command->download ? "download" : "refresh") + " --help";
  if (command->offline == !command->metadata_url.empty()) {
    return fail(kUsage, command->offline ? "--offline asks no --metadata-url" : "--metadata-url is required",
                hint);
  }
  if (!command->offline && command->stale_days != 0) return fail(kUsage, "--stale is for --offline", hint);
  if (command->download && command->offline == !command->target_url.empty()) {
    return fail(kUsage, command->offline ? "--offline asks no --target-url" : "--target-url is required",
                hint);
  }
  return parsed;
}

}  // namespace

Result<Command> parse_tuf(std::vector<std::string> words) {
  const std::string verb = words.empty() ? "" : words.front();
  if (verb == "--help" || verb == "-h") return ShowText{std::string(help::kTuf)};
  if (verb != "refresh" && verb != "download") return parse_tuf_repository(std::move(words));
  words.erase(words.begin());
  return finish_client(parse_verb<TufClientCommand>(
      "tuf " + verb, verb == "refresh" ? &describe_refresh : &describe_download, std::move(words)));
}

Result<Command> parse_trust(std::vector<std::string> words) {
  const std::string verb = words.empty() ? "" : words.front();
  if (verb == "--help" || verb == "-h") return ShowText{std::string(help::kTrust)};
  if (!words.empty()) words.erase(words.begin());
  if (verb == "show") return parse_verb<TrustCommand>("trust show", &describe_trust_show, std::move(words));
  if (verb == "update")
    return parse_verb<TrustCommand>("trust update", &describe_trust_update, std::move(words));
  if (verb == "init") return parse_verb<TrustCommand>("trust init", &describe_trust_init, std::move(words));
  if (verb.empty()) return fail(kUsage, "no command was given after tomme trust", "tomme trust --help");
  constexpr std::array<std::string_view, 3> kNames{"show", "update", "init"};
  return fail(kUsage, "unknown command tomme trust " + printable(verb),
              did_you_mean(verb, kNames, "tomme trust --help lists the commands"));
}

}  // namespace tomme::cli
