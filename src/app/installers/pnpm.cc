#include <algorithm>
#include <array>

#include "app/installers/arguments.h"
#include "app/installers/collect.h"
#include "app/installers/errors.h"
#include "core/encoding/text.h"
#include "core/encoding/yaml.h"

namespace tomme::guard {
namespace {

/// As pnpm 12.21 takes them; each may be written `--config.NAME=VALUE` as well.
constexpr Option kOptions[] = {
    {"--https-proxy", true, Meaning::refused},
    {"--proxy", true, Meaning::refused},
    {"--http-proxy", true, Meaning::refused},
    {"--noproxy", true, Meaning::refused},
    {"--no-proxy", true, Meaning::refused},
    {"--store-dir", true, Meaning::refused},
    {"--cache-dir", true, Meaning::refused},
    {"--cafile", true, Meaning::refused},
    {"--ca", true, Meaning::refused},
    {"--strict-ssl", true, Meaning::insecure_host},
    {"--no-strict-ssl", false, Meaning::insecure_host},
    {"-C", true, Meaning::directory},
    {"--dir", true, Meaning::directory},
    {"--filter", true},
    {"-F", true},
    {"--reporter", true},
    {"--loglevel", true},
    {"--package", true},
};

/// pnpm installs Python packages (from 12.5 on) where pnpm-workspace.yaml says `python.enabled`. What it
/// fetches from npm's registry is none of ours.
class PnpmCollector {
 public:
  explicit PnpmCollector(Collector& into)
      : into_(into), findings_(into.findings), directory_(into.invocation.directory) {}

  Result<Nested> run(const Command* command) {
    Arguments found;
    if (command != nullptr) found = scan(command->arguments, {kOptions, false, true});
    for (const Found& option : found.options) {
      if (option.meaning == Meaning::directory) directory_ = path_in(into_, directory_, option.value);
    }
    const bool enabled = TRY(workspace());
    if (enabled) {
      findings_.starts(Installer::pnpm);
      if (command != nullptr) TRY(options(*command));
    }
    return command != nullptr ? started(found.words) : Nested{};
  }

 private:
  Result<std::optional<json::Value>> read_yaml(const std::string& path) const {
    const std::optional<std::string> text = TRY(into_.read(path));
    if (!text) return std::optional<json::Value>{};
    Result<json::Value> parsed = parse_yaml(*text, path);
    if (!parsed) return fail(kGuardConfiguration, parsed.error().message());
    return std::optional(*std::move(parsed));
  }

  /// The nearest pnpm-workspace.yaml, and the settings of the user. Whether Python packages are installed.
  Result<bool> workspace() {
    for (const std::string& folder : ancestors_of(directory_)) {
      const std::string path = folder + "/pnpm-workspace.yaml";
      const std::optional<json::Value> document = TRY(read_yaml(path));
      if (!document) continue;
      const json::Value* enabled = at(*document, "python.enabled");
      const bool is_on = enabled != nullptr && ((enabled->boolean() != nullptr && *enabled->boolean()) ||
                                                (enabled->text() != nullptr && *enabled->text() == "true"));
      if (!is_on) return false;
      TRY(registries(*document, path));
      std::string home = into_.config_home();
      if (!home.empty()) {
        if (const auto own = TRY(read_yaml(home + "/pnpm/config.yaml")))
          TRY(registries(*own, home + "/pnpm/config.yaml"));
      }
      for (const std::string& place : {folder, directory_, into_.invocation.home})
        TRY(npmrc(place + "/.npmrc"));
      TRY(projects(*document, folder));
      return true;
    }
    return false;
  }

  /// `cafile` and `strict-ssl` of a .npmrc; its proxies give way to the variables that the child gets.
  Result<void> npmrc(const std::string& path) {
    const std::optional<std::string> text = TRY(into_.read(path));
    std::string_view rest = text ? std::string_view(*text) : std::string_view();
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
      const std::string_view line = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) continue;
      const std::string_view name = trim(line.substr(0, equals));
      const std::string value = expanded(trim(line.substr(equals + 1)));
      if (name == "cafile" && !value.empty())
        findings_.authorities({path_in(into_, directory_, value), printable(path) + ", cafile"});
      if (name == "strict-ssl" && value == "false")
        TRY(findings_.unchecked_tls("", printable(path) + ", strict-ssl"));
    }
    return {};
  }

  /// `registries: {URL: {ecosystem: pypi}}`.
  Result<void> registries(const json::Value& document, const std::string& path) {
    for (const json::Member& registry : members_of(at(document, "registries"))) {
      if (text_at(registry.value, "ecosystem") != "pypi") continue;
      TRY(findings_.index(expanded(registry.name), path + ", registries"));
    }
    return {};
  }

  /// `${NAME}`.
  std::string expanded(std::string_view text) const {
    std::string out;
    for (std::size_t open = text.find("${"); open != std::string_view::npos; open = text.find("${")) {
      const std::size_t close = text.find('}', open);
      if (close == std::string_view::npos) break;
      const std::string* value = into_.variable(std::string(text.substr(open + 2, close - open - 2)));
      out += text.substr(0, open);
      if (value != nullptr) out += *value;
      text.remove_prefix(close + 1);
    }
    return out + std::string(text);
  }

  /// Each has a pyproject.toml, requirements in its package.json, and a pylock.toml that pnpm wrote.
  Result<void> projects(const json::Value& document, const std::string& root) {
    std::vector<std::string> folders{root};
    for (const std::string& glob : texts_at(document, "packages")) {
      if (glob.starts_with('!')) continue;
      const std::vector<std::string> found = TRY(folders_matching(into_, root, glob));
      folders.insert(folders.end(), found.begin(), found.end());
    }
    for (const std::string& folder : folders) {
      TRY(owns_environment(folder));
      [[maybe_unused]] const auto read = TRY(collect_pyproject(into_, folder + "/pyproject.toml"));
      TRY(collect_pylock(into_, folder + "/pylock.toml"));
      TRY(package_json(folder + "/package.json"));
    }
    return {};
  }

  /// The environment is a link into the store that filled it, and pnpm replaces none that another store
  /// filled.
  Result<void> owns_environment(const std::string& folder) {
    if (!into_.invocation.resolve) return {};
    const std::string path = folder + "/.venv";
    const std::string real = into_.invocation.resolve(path);
    const std::string& kept = into_.invocation.kept;
    const bool is_kept = !kept.empty() && real.starts_with(kept + "/");
    if (!real.contains("/python-envs/") || is_kept) return {};
    return findings_.unproven("an environment that links into pnpm's own store, which tomme did not judge",
                              printable(path), "remove it: pnpm will not replace it, and makes it anew");
  }

  Result<void> package_json(const std::string& path) {
    const std::optional<std::string> text = TRY(into_.read(path));
    if (!text) return {};
    const Result<json::Value> document = json::parse(*text);
    if (!document) return {};  // pnpm has a message of its own
    for (const char* list : {"dependencies", "devDependencies", "optionalDependencies"}) {
      for (const json::Member& entry : members_of(at(*document, list))) {
        if (entry.value.text() == nullptr || !entry.value.text()->starts_with("pypi:")) continue;
        TRY(findings_.requirement(std::string_view(*entry.value.text()).substr(5), path + ", " + list));
      }
    }
    return {};
  }

  Result<void> options(const Command& command) {
    std::vector<std::string> words;
    for (std::string word : command.arguments) {
      if (word == "--") break;
      if (word.starts_with("--config.")) word = "--" + word.substr(9);
      words.push_back(std::move(word));
    }
    for (const Found& option : scan(words, {kOptions, false, false}).options) {
      if (option.meaning == Meaning::refused) {
        return refused_flag("pnpm", option.name, "it leads downloads around tomme, or past what it judged");
      }
      if (option.meaning == Meaning::insecure_host && option.value != "true")
        TRY(findings_.unchecked_tls("", "pnpm " + option.name));
    }
    return {};
  }

  /// `pnpm exec CMD`, `pnpm dlx CMD`, `pnpm run NAME`: the scripts of package.json are for a shell.
  Result<Nested> started(const std::vector<std::string>& words) {
    if (words.empty()) return Nested{};
    const std::string& sub = words[0];
    const std::vector<std::string> rest(words.begin() + 1, words.end());
    if (sub == "exec" || sub == "dlx") return Nested{{rest}};
    const std::string name = sub == "run" || sub == "run-script" ? (rest.empty() ? "" : rest[0]) : sub;
    const std::string path = directory_ + "/package.json";
    const std::optional<std::string> text = TRY(into_.read(path));
    const Result<json::Value> document = json::parse(text ? std::string_view(*text) : "null");
    Nested nested;
    for (const std::string& script : {"pre" + name, name, "post" + name}) {
      const json::Value* found = document ? member_of(at(*document, "scripts"), script) : nullptr;
      if (found != nullptr && found->text() != nullptr)
        nested.push_back(shell_command(*found->text(), path + ", scripts " + printable(script)));
    }
    return nested;
  }

  Collector& into_;
  Findings& findings_;
  std::string directory_;
};

}  // namespace

Result<Nested> collect_pnpm(Collector& into, const Command* command) {
  return PnpmCollector(into).run(command);
}

}  // namespace tomme::guard
