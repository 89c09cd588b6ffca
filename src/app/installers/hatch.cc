#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "app/installers/arguments.h"
#include "app/installers/collect.h"
#include "app/installers/hatch_environments.h"
#include "app/installers/hatch_scripts.h"
#include "app/installers/starters.h"
#include "app/installers/walk.h"
#include "core/encoding/text.h"

// hatch starts pip or uv in environments of the project's settings.
namespace tomme::guard {
namespace {

/// hatch 1.18; click.
constexpr std::string_view kFlags[] = {
    "-h",       "--help",  "-v",         "--verbose",     "-q",
    "--quiet",  "--color", "--no-color", "--interactive", "--no-interactive",
    "--version"};
constexpr Option kHatchOptions[] = {
    {"-e", true, Meaning::environment},
    {"--env", true, Meaning::environment},
    {"-p", true, Meaning::project},
    {"--project", true, Meaning::project},
    {"--data-dir", true},
    {"--config", true},
    {"--cache-dir", true},
};

/// Of `hatch env run`: `-f` chooses by what the environments hold.
constexpr std::string_view kRunFlags[] = {"-h", "--help", "--force-continue", "--ignore-compat"};
constexpr Option kRunOptions[] = {
    {"-e", true, Meaning::environment},
    {"--env", true, Meaning::environment},
    {"-i", true},
    {"--include", true},
    {"-x", true},
    {"--exclude", true},
    {"-f", true, Meaning::group},
    {"--filter", true, Meaning::group},
};

/// Environments that hatch has of its own, for its commands `test`, `fmt` and `check`.
constexpr std::array<std::string_view, 5> kOwnEnvironments{
    "hatch-test", "hatch-static-analysis", "hatch-check-code", "hatch-check-fmt", "hatch-check-types"};

/// Commands that start none of the scripts, but may make environments.
constexpr std::array<std::string_view, 13> kWithoutScripts{"build", "clean",  "config",  "dep",     "env",
                                                           "lock",  "new",    "project", "publish", "python",
                                                           "self",  "status", "version"};

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// What a command line of hatch asks for.
struct Request {
  std::optional<std::vector<std::string>> environments = std::nullopt;  ///< by name; nothing: any of them
  std::vector<std::string> words = {};                                  ///< to be run in them
  bool runs_own_scripts = false;                                        ///< those of these environments
};

class HatchCollector {
 public:
  explicit HatchCollector(Collector& into) : into_(into), findings_(into.findings) {}

  Result<Nested> run(const Command& command) {
    TRY(collect_uv(into_, nullptr));
    const Arguments top = scan(command.arguments, {kHatchOptions, false, true, kFlags});
    TRY(expect_known_options(into_, "hatch", top));
    TRY(other_project(top));
    Request request = TRY(request_of(top));
    const HatchProject project = TRY(HatchProject::read(into_));
    if (!request.words.empty() && top.words[0] == "run") {
      if (auto started = TRY(python_file(project, top.words))) return *std::move(started);
    }
    TRY(project.collect_settings(into_));
    HatchEnvironments environments(into_, project);
    TRY(environments.use(request.environments));
    Nested nested = TRY(environments.preparations());
    TRY(implied_environments(project, nested));
    const HatchScripts::Start start{.variables = environments.variables(),
                                    .lacks_words = request.runs_own_scripts};
    if (!request.runs_own_scripts) {
      TRY(environments.scripts().start_words(request.words, start, nested));
      return nested;
    }
    for (std::string& script : environments.scripts().names()) {
      std::vector<std::string> words{std::move(script)};
      words.insert(words.end(), request.words.begin(), request.words.end());
      TRY(environments.scripts().start_words(words, start, nested));
    }
    return nested;
  }

 private:
  Result<void> other_project(const Arguments& top) {
    const auto names_one = [](const Found& option) { return option.meaning == Meaning::project; };
    if (into_.variable("HATCH_PROJECT") == nullptr && !std::ranges::any_of(top.options, names_one)) return {};
    return findings_.unproven("a project that hatch finds by settings of its own", "hatch --project",
                              "start it in the project's folder");
  }

  /// Those that hatch makes besides: to have uv for another one, and to build a project whose metadata its
  /// build says.
  Result<void> implied_environments(const HatchProject& project, Nested& nested) {
    for (const char* name : {"hatch-uv", "hatch-build"}) {
      HatchEnvironments environments(into_, project);
      TRY(environments.use({{name}}));
      for (StartedCommand& each : TRY(environments.preparations())) nested.push_back(std::move(each));
    }
    return {};
  }

  /// The environment that counts where a command names none.
  std::string environment_of(const Arguments& top) const {
    std::string chosen = "default";
    for (const char* variable : {"HATCH_ENV_ACTIVE", "HATCH_ENV"}) {
      if (const std::string* set = into_.variable(variable)) chosen = *set;
    }
    for (const Found& option : top.options) {
      if (option.meaning == Meaning::environment) chosen = option.value;
    }
    return chosen;
  }

  Result<Request> request_of(const Arguments& top) {
    if (top.words.empty()) return Request{};
    const std::string& sub = top.words[0];
    const std::span<const std::string> rest(top.words.begin() + 1, top.words.end());
    const std::string chosen = environment_of(top);
    if (sub == "run") return run_request(rest, chosen);
    if (sub == "env" && !rest.empty() && rest[0] == "run") return env_run_request(rest.subspan(1), chosen);
    const bool creates = sub == "env" && !rest.empty() && rest[0] == "create";
    if (sub == "shell" || creates) {
      const std::span<const std::string> named = rest.subspan(creates ? 1 : 0);
      if (named.empty()) return Request{.environments = {{chosen}}};
      return named[0].starts_with('-') ? Request{} : Request{.environments = {{named[0]}}};
    }
    if (sub == "test" || sub == "fmt" || sub == "check") {
      return Request{{{kOwnEnvironments.begin(), kOwnEnvironments.end()}}, {rest.begin(), rest.end()}, true};
    }
    // Their work is done in the environment of the build, or in none.
    if (sub == "build" || sub == "version" || sub == "publish")
      return Request{.environments = {{"hatch-build"}}};
    if (!is_one_of(kWithoutScripts, sub))
      TRY(findings_.unproven("a command that tomme does not know", "hatch " + printable(sub),
                             "give the installer's command itself"));
    return Request{};
  }

  /// `hatch run [+VARIABLE…] [-VARIABLE…] [ENVIRONMENT:]COMMAND…`
  static Request run_request(std::span<const std::string> rest, const std::string& chosen) {
    std::vector<std::string> words(rest.begin(), rest.end());
    if (const auto dashes = std::ranges::find(words, "--"); dashes != words.end()) words.erase(dashes);
    const auto is_word = [](const std::string& word) {
      return !word.starts_with('+') && !word.starts_with('-');
    };
    words.erase(words.begin(), std::ranges::find_if(words, is_word));
    std::string environment = chosen;
    if (const std::size_t colon = words.empty() ? std::string::npos : words[0].rfind(':');
        colon != std::string::npos) {
      environment = colon == 0 ? "system" : words[0].substr(0, colon);
      words[0].erase(0, colon + 1);
    }
    return {{{std::move(environment)}}, std::move(words), false};
  }

  Result<Request> env_run_request(std::span<const std::string> rest, const std::string& chosen) {
    const Arguments found = scan(rest, {kRunOptions, false, false, kRunFlags});
    TRY(expect_known_options(into_, "hatch env run", found));
    std::vector<std::string> environments;
    bool filters = false;
    for (const Found& option : found.options) {
      if (option.meaning == Meaning::environment) environments.push_back(option.value);
      filters |= option.meaning == Meaning::group;
    }
    if (environments.empty()) environments.push_back(chosen);
    if (filters) return Request{std::nullopt, found.words, false};
    return Request{std::move(environments), found.words, false};
  }

  /// `hatch run x.py`: where its head has a table, that is an environment of its own. Nothing otherwise.
  Result<std::optional<Nested>> python_file(const HatchProject& project, std::span<const std::string> words) {
    const std::string& name = words[1];
    const std::string path = path_in(into_, into_.invocation.directory, name);
    if (!name.ends_with(".py") || !into_.invocation.read(path, 1)) return std::optional<Nested>{};
    const std::optional<json::Value> metadata = TRY(read_script(into_, path));
    if (!metadata) return std::optional<Nested>{};
    TRY(collect_project_tables(into_, *metadata, path));
    HatchEnvironments environments(into_, project);
    const json::Value* own = at(*metadata, "tool.hatch");
    if (own != nullptr) TRY(environments.use_table(*own, path + ", [tool.hatch]"));
    Nested nested = TRY(environments.preparations());
    TRY(implied_environments(project, nested));
    std::vector<std::string> started{"python"};
    started.insert(started.end(), words.begin() + 1, words.end());
    TRY(environments.scripts().start_words(started, {.variables = environments.variables()}, nested));
    return std::optional(std::move(nested));
  }

  Collector& into_;
  Findings& findings_;
};

}  // namespace

Result<Nested> collect_hatch(Collector& into, const Command& command) {
  return HatchCollector(into).run(command);
}

}  // namespace tomme::guard
