#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <set>

#include "app/guard/arguments.h"
#include "app/guard/collect.h"
#include "app/guard/errors.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// From `uv help …` of 0.13.9. clap takes no abbreviations. Options whose kind depends on the sub-command
/// stand in the two tables below; these are alike everywhere.
#define TOMME_UV_COMMON                                                                                     \
  {"--index", true, Meaning::index}, {"--default-index", true, Meaning::index},                             \
      {"-i", true, Meaning::index}, {"--index-url", true, Meaning::index},                                  \
      {"--extra-index-url", true, Meaning::index}, {"--publish-url", true},                                 \
      {"--check-url", true, Meaning::index}, {"-f", true, Meaning::find_links},                             \
      {"--find-links", true, Meaning::find_links}, {"--no-index", false, Meaning::no_index},                \
      {"--torch-backend", true, Meaning::torch_backend}, {"--cert", true, Meaning::refused},                \
      {"--proxy", true, Meaning::refused}, {"--cache-dir", true, Meaning::refused},                         \
      {"--allow-insecure-host", true, Meaning::insecure_host},                                              \
      {"--trusted-host", true, Meaning::insecure_host},                                                     \
      {"--client-cert", true, Meaning::client_certificate}, {"--link-mode", true, Meaning::link_mode},      \
      {"--config-file", true, Meaning::configuration_file},                                                 \
      {"--no-config", false, Meaning::no_configuration}, {"--directory", true, Meaning::directory},         \
      {"--project", true, Meaning::project}, {"-r", true, Meaning::requirements},                           \
      {"--requirement", true, Meaning::requirements}, {"--requirements", true, Meaning::requirements},      \
      {"--constraint", true, Meaning::requirements}, {"--constraints", true, Meaning::requirements},        \
      {"--override", true, Meaning::requirements}, {"--overrides", true, Meaning::requirements},            \
      {"--exclude", true}, {"--excludes", true}, {"-b", true, Meaning::requirements},                       \
      {"--build-constraint", true, Meaning::requirements},                                                  \
      {"--build-constraints", true, Meaning::requirements},                                                 \
      {"--with-requirements", true, Meaning::requirements}, {"-w", true, Meaning::requirement},             \
      {"--with", true, Meaning::requirement}, {"--with-executables-from", true, Meaning::requirement},      \
      {"--from", true, Meaning::requirement}, {"--with-editable", true, Meaning::editable}, {"-p", true},   \
      {"--python", true}, {"--python-version", true}, {"--python-platform", true}, {"--color", true},       \
      {"--index-strategy", true}, {"--keyring-provider", true}, {"-P", true}, {"--upgrade-package", true},  \
      {"--upgrade-group", true}, {"--resolution", true}, {"--prerelease", true},                            \
      {"--prerelease-package", true}, {"--fork-strategy", true}, {"--exclude-newer", true},                 \
      {"--exclude-newer-package", true}, {"--no-sources-package", true}, {"--reinstall-package", true},     \
      {"--refresh-package", true}, {"-C", true}, {"--config-setting", true}, {"--config-settings", true},   \
      {"--config-settings-package", true}, {"--config-setting-package", true},                              \
      {"--no-build-isolation-package", true}, {"--no-build-package", true}, {"--no-binary-package", true},  \
      {"--no-editable-package", true}, {"--no-install-package", true}, {"--no-emit-package", true},         \
      {"--env-file", true, Meaning::environment_file}, {"--extra", true}, {"--no-extra", true},             \
      {"--group", true, Meaning::group}, {"--no-group", true}, {"--only-group", true}, {"--package", true}, \
      {"--output-format", true}, {"-o", true}, {"--output-file", true}, {"--out-dir", true},                \
      {"--format", true}, {"--prune", true}, {"--annotation-style", true},                                  \
      {"--custom-compile-command", true}, {"-t", true}, {"--target", true}, {"--prefix", true},             \
      {"--rev", true}, {"--tag", true}, {"--branch", true}, {"--bounds", true}, {"--optional", true}, {     \
    "--preview-features", true                                                                              \
  }

constexpr Option kPipOptions[] = {
    TOMME_UV_COMMON,
    {"-c", true, Meaning::requirements},
    {"-e", true, Meaning::editable},
    {"--editable", true, Meaning::editable},
    {"--no-binary", true},
    {"--only-binary", true},
};
constexpr Option kToolOptions[] = {
    TOMME_UV_COMMON,
    {"-c", true, Meaning::requirements},
};
constexpr Option kProjectOptions[] = {
    TOMME_UV_COMMON,
    {"--script", true, Meaning::script},
    {"-c", true, Meaning::requirements},
    {"-m", true},
    {"--marker", true},
};
constexpr Option kRunOptions[] = {
    TOMME_UV_COMMON,
    {"-m", false, Meaning::module},
    {"--module", false, Meaning::module},
    {"-s", false, Meaning::script},
    {"--script", false, Meaning::script},
    {"--gui-script", false, Meaning::script},
};
#undef TOMME_UV_COMMON

constexpr const char* kMalwareService = "https://api.osv.dev/";

std::string_view why_refused(std::string_view flag) {
  if (flag == "--cert") return "it replaces the certificates that tomme hands over";
  if (flag == "--cache-dir") return "a cache that is not of this run installs files that nobody judged";
  return "it leads downloads around tomme";
}

/// "name=https://…": names have no colon, so a `=` in a query is no such thing.
std::string_view url_of_index(std::string_view value) {
  std::size_t equals = value.find('=');
  if (equals == std::string_view::npos ||
      value.substr(0, equals).find_first_of(":/") != std::string_view::npos) {
    return value;
  }
  return value.substr(equals + 1);
}

Result<void> add_torch(Findings& findings, std::string_view backend, const std::string& where) {
  if (backend.empty()) return {};
  return findings.index("https://download.pytorch.org/whl/", where);
}

/// What uv reads, gathered from options and environment before settings are looked for.
struct Sources {
  std::string directory;  ///< where the project is looked for
  std::string target;     ///< folder of what `uv run` runs: settings and project are looked for there as well
  std::vector<std::string> configuration_files;
  bool no_configuration = false;
  bool reads_project = true;
};

bool is_remote(std::string_view place) {
  return place.starts_with("http://") || place.starts_with("https://");
}

class UvCollector {
 public:
  explicit UvCollector(Collector& into) : into_(into), findings_(into.findings) {
    sources_.directory = into.invocation.directory;
  }

  Result<Nested> run(const Command* command) {
    TRY(environment());
    Nested nested;
    if (command != nullptr) nested = TRY(command_line(*command));
    TRY(settings());
    if (sources_.reads_project) TRY(project());
    TRY(bare_words());
    malware_check();
    return nested;
  }

 private:
  Result<void> environment() {
    for (const char* name : {"UV_INDEX", "UV_DEFAULT_INDEX"}) {
      for (const std::string& word : list(name, false)) TRY(add_index(word, name));
    }
    for (const char* name : {"UV_INDEX_URL", "UV_EXTRA_INDEX_URL"}) {
      for (const std::string& word : list(name, false)) TRY(findings_.index(word, name));
    }
    for (const std::string& word : list("UV_FIND_LINKS", true)) {
      TRY(findings_.unproven("files from " + shown_address(word), "UV_FIND_LINKS"));
    }
    for (const std::string& word : list("UV_INSECURE_HOST", false)) {
      TRY(findings_.unchecked_tls(word, "UV_INSECURE_HOST"));
    }
    for (const char* name : {"UV_CONSTRAINT", "UV_OVERRIDE", "UV_BUILD_CONSTRAINT"}) {
      for (const std::string& file : list(name, false)) {
        TRY(requirements_file(file, name));
      }
    }
    if (const std::string* backend = into_.variable("UV_TORCH_BACKEND")) {
      TRY(add_torch(findings_, *backend, "UV_TORCH_BACKEND"));
    }
    for (const char* name : {"UV_WORKING_DIR", "UV_WORKING_DIRECTORY", "UV_PROJECT"}) {
      if (const std::string* dir = into_.variable(name))
        sources_.directory = path_in(into_, sources_.directory, *dir);
    }
    if (const std::string* file = into_.variable("UV_CONFIG_FILE")) {
      sources_.configuration_files = {path_in(into_, into_.invocation.directory, *file)};
    }
    const std::string* off = into_.variable("UV_NO_CONFIG");
    sources_.no_configuration =
        off != nullptr && (*off == "1" || *off == "true" || *off == "yes" || *off == "on");
    if (into_.variable("UV_LINK_MODE") != nullptr && *into_.variable("UV_LINK_MODE") == "symlink")
      copy_mode();
    return {};
  }

  /// `NAME=URL`, a URL, or a word: the name of an index that the settings define, else a folder. Which of
  /// them it is can be told when all settings are read.
  Result<void> add_index(std::string_view value, const std::string& where) {
    value = trim(value);
    const std::string_view url = url_of_index(value);
    std::string name;
    if (url.size() != value.size()) {
      name = "uv:" + std::string(value.substr(0, value.size() - url.size() - 1));
      names_.emplace(std::string_view(name).substr(3));
    } else if (!value.empty() && value.find_first_of(":/") == std::string_view::npos) {
      bare_.push_back({std::string(value), where});
      return {};
    }
    return findings_.index(url, where, std::move(name));
  }

  Result<void> bare_words() {
    for (const NamedIndexWord& word : bare_) {
      if (!names_.contains(word.text)) TRY(findings_.index(word.text, word.where));
    }
    return {};
  }

  /// Asked about the packages of a lock; it sends none.
  void malware_check() {
    const std::string* url = into_.variable("UV_MALWARE_CHECK_URL");
    findings_.service(url != nullptr ? *url : kMalwareService);
  }

  std::vector<std::string> list(const char* name, bool commas) const {
    const std::string* value = into_.variable(name);
    if (value == nullptr) return {};
    std::string text = *value;
    if (commas) std::ranges::replace(text, ',', ' ');
    return words_of(text);
  }

  /// Links into the run's cache would dangle after the run.
  void copy_mode() { findings_.set("UV_LINK_MODE", "copy"); }

  // ---- arguments

  Result<Nested> command_line(const Command& command) {
    Arguments top = scan(command.arguments, {kToolOptions, false, true});
    TRY(options(top, "uv", {}));
    if (top.words.empty()) return Nested{};
    std::string sub = top.words[0];
    std::span<const std::string> rest(top.words.begin() + 1, top.words.end());
    if (sub == "pip") return pip(rest);
    if (sub == "tool") return tool(rest);
    if (sub == "run") return run_command(rest);
    constexpr std::array<std::string_view, 8> kWithoutLock{"venv", "python",  "cache", "self",
                                                           "auth", "publish", "init",  "help"};
    sources_.reads_project = std::ranges::find(kWithoutLock, sub) == kWithoutLock.end();
    Arguments found = scan(rest, {kProjectOptions, false, false});
    TRY(options(found, "uv " + sub, {}));
    for (const std::string& word : found.words) {
      if (sub == "add") TRY(requirement(word, "uv add"));
    }
    return Nested{};
  }

  Result<Nested> pip(std::span<const std::string> rest) {
    sources_.reads_project = false;
    Arguments found = scan(rest, {kPipOptions, false, false});
    std::string sub = found.words.empty() ? "" : found.words[0];
    TRY(options(found, "uv pip", {}));
    for (std::size_t i = 1; i < found.words.size(); ++i) {
      if (sub == "install") TRY(requirement(found.words[i], "uv pip install"));
      if (sub == "sync" || sub == "compile") TRY(requirements_file(found.words[i], "uv pip " + sub));
    }
    return Nested{};
  }

  Result<Nested> tool(std::span<const std::string> rest) {
    sources_.reads_project = false;
    Arguments top = scan(rest, {kToolOptions, false, true});
    TRY(options(top, "uv tool", {}));
    if (top.words.empty()) return Nested{};
    std::string sub = top.words[0];
    bool runs = sub == "run";
    Arguments found = scan({top.words.begin() + 1, top.words.end()}, {kToolOptions, false, runs});
    TRY(options(found, "uv tool " + sub, {}));
    if (sub == "upgrade") TRY(receipts(found.words));
    if (found.words.empty() || !(runs || sub == "install" || sub == "upgrade")) return Nested{};
    TRY(requirement(found.words[0], "uv tool " + sub));
    return runs ? Nested{{found.words}} : Nested{};
  }

  /// What was asked for when the tools were installed counts for their upgrades; without names, for all.
  Result<void> receipts(const std::vector<std::string>& tools) {
    std::string folder;
    if (const std::string* own = into_.variable("UV_TOOL_DIR")) {
      folder = path_in(into_, into_.invocation.directory, *own);
    } else if (const std::string* data = into_.variable("XDG_DATA_HOME")) {
      folder = *data + "/uv/tools";
    } else {
      folder = into_.invocation.home + "/.local/share/uv/tools";
    }
    std::vector<std::string> names;
    for (const std::string& tool : tools) {
      const auto name = ProjectName::parse(std::string_view(tool).substr(0, tool.find_first_of("[<>=!~@; ")));
      if (name) names.push_back(name->normalized());
    }
    if (tools.empty()) names = into_.invocation.list(folder);
    for (const std::string& name : names) TRY(receipt(folder + "/" + name + "/uv-receipt.toml"));
    return {};
  }

  Result<void> receipt(const std::string& path) {
    const std::optional<json::Value> document = TRY(into_.read_toml(path));
    if (!document) return {};
    for (std::string_view list : {"requirements", "constraints", "overrides", "build-constraints"}) {
      const json::Value* items = at(*document, "tool." + std::string(list));
      if (items == nullptr || items->array() == nullptr) continue;
      const std::string where = path + ", " + std::string(list);
      TRY(collect_requirement_list(into_, items, where));
      for (const json::Value& item : *items->array()) {
        const Findings::About about(findings_, text_at(item, "name").value_or(""));
        if (auto index = text_at(item, "index")) TRY(findings_.index(*index, where));
        TRY(collect_uv_source(into_, item, where));
      }
    }
    const json::Value* options = at(*document, "tool.options");
    return options != nullptr ? settings_table(*options, path + ", [tool.options]") : Result<void>{};
  }

  Result<Nested> run_command(std::span<const std::string> rest) {
    Arguments found = scan(rest, {kRunOptions, false, true});
    TRY(options(found, "uv run", found.words));
    if (found.words.empty()) return Nested{};
    const std::string& first = found.words[0];
    if (first.contains('/') && !is_remote(first)) {
      sources_.target = path_in(into_, into_.invocation.directory, first.substr(0, first.rfind('/')));
    }
    if (first == "-" || is_remote(first) || is_script_name(first)) TRY(script(first));
    std::vector<std::string> nested = found.words;
    auto is_module = [](const Found& option) { return option.meaning == Meaning::module; };
    if (std::ranges::any_of(found.options, is_module)) nested.insert(nested.begin(), {"python", "-m"});
    return Nested{{TRY(with_environment_files(found, std::move(nested)))}};
  }

  Result<std::vector<std::string>> with_environment_files(const Arguments& found,
                                                          std::vector<std::string> nested) {
    std::vector<std::string> files = list("UV_ENV_FILE", false);
    for (const Found& option : found.options) {
      if (option.meaning == Meaning::environment_file) files.push_back(option.value);
    }
    for (const std::string& file : files) {
      const std::string path = path_in(into_, into_.invocation.directory, file);
      nested = TRY(with_environment_file(into_, path, std::move(nested)));
    }
    return nested;
  }

  Result<void> options(const Arguments& found, const std::string& command,
                       const std::vector<std::string>& words) {
    for (const Found& option : found.options) TRY(one_option(option, command, words));
    return {};
  }

  Result<void> one_option(const Found& option, const std::string& command,
                          const std::vector<std::string>& words) {
    std::string where = command + " " + option.name;
    switch (option.meaning) {
      case Meaning::refused:
        return refused_flag(command, option.name, why_refused(option.name));
      case Meaning::index: {
        const bool may_name = option.name == "--index" || option.name == "--default-index";
        for (const std::string& word : words_of(option.value)) {
          TRY(may_name ? add_index(word, where) : findings_.index(word, where));
        }
        return {};
      }
      case Meaning::find_links:
        return findings_.unproven("files from " + shown_address(option.value), where);
      case Meaning::no_index:
        return findings_.unproven("an installation without an index", where);
      case Meaning::insecure_host:
        return findings_.unchecked_tls(option.value, where);
      case Meaning::editable:
        TRY(collect_editable(into_, option.value, where, sources_.directory));
        return project_at(local_path_of(option.value) ? option.value : "./" + option.value);
      case Meaning::requirement:
        return requirements(option.value, where);
      case Meaning::requirements:
        return requirements_file(option.value, option.name);
      case Meaning::group:
        return collect_group(into_, option.value, sources_.directory);
      case Meaning::script: {
        std::string path = !option.value.empty() ? option.value : words.empty() ? "" : words[0];
        return path.empty() ? Result<void>{} : script(path);
      }
      case Meaning::torch_backend:
        return add_torch(findings_, option.value, where);
      case Meaning::link_mode:
        if (option.value != "symlink") return {};
        return refused_flag(command, "--link-mode symlink",
                            "its links would dangle once the run's cache is gone");
      case Meaning::client_certificate:
        findings_.note(where + ": the client certificate is not passed on to the index");
        return {};
      case Meaning::directory:
      case Meaning::project:
        sources_.directory = path_in(into_, sources_.directory, option.value);
        return {};
      case Meaning::configuration_file:
        sources_.configuration_files = {path_in(into_, into_.invocation.directory, option.value)};
        return {};
      case Meaning::no_configuration:
        sources_.no_configuration = true;
        return {};
      default:
        return {};
    }
  }

  /// `--with a,b`.
  Result<void> requirements(std::string_view value, const std::string& where) {
    while (true) {
      std::size_t end = value.find(',');
      TRY(requirement(value.substr(0, end), where));
      if (end == std::string_view::npos) return {};
      value.remove_prefix(end + 1);
    }
  }

  /// `-r a.py` and, where the name has no suffix, `-r a` may be a script with requirements in its head.
  Result<void> requirements_file(const std::string& file, std::string_view flag) {
    if (is_remote(file) || file == "-") return collect_requirements(into_, file, sources_.directory, flag);
    if (is_script_name(file)) return script(file);
    const std::string path = path_in(into_, sources_.directory, file);
    const bool has_suffix = file.substr(file.rfind('/') + 1).contains('.');
    if (!has_suffix && TRY(into_.read(path)) && TRY(read_script(into_, path))) return script(path);
    return collect_requirements(into_, file, sources_.directory, flag);
  }

  // ---- settings

  /// A uv.toml, or the [tool.uv] of another document.
  Result<void> settings_table(const json::Value& table, const std::string& where) {
    TRY(collect_uv_requirements(into_, table, where));
    for (std::string_view name : {"https-proxy", "http-proxy"}) {
      if (!text_at(table, name)) continue;
      return fail(kGuardSetting,
                  where + ", " + std::string(name) + ": uv prefers it to the proxy that tomme sets",
                  "move it to the variable HTTPS_PROXY: tomme goes through that proxy");
    }
    for (std::string_view prefix : {"", "pip."}) TRY(index_settings(table, where, std::string(prefix)));
    for (const std::string& host : texts_at(table, "allow-insecure-host")) {
      TRY(findings_.unchecked_tls(host, where + ", allow-insecure-host"));
    }
    const json::Value* indexes = at(table, "index");
    if (indexes != nullptr && indexes->array() != nullptr) {
      for (const json::Value& index : *indexes->array()) TRY(index_table(index, where + ", [[index]]"));
    }
    if (auto url = text_at(table, "audit.malware-check-url")) findings_.service(*url);
    if (text_at(table, "link-mode") == "symlink" || text_at(table, "pip.link-mode") == "symlink") copy_mode();
    return {};
  }

  Result<void> index_settings(const json::Value& table, const std::string& where, const std::string& prefix) {
    for (std::string_view name : {"index-url", "extra-index-url"}) {
      for (const std::string& url : texts_at(table, prefix + std::string(name))) {
        TRY(findings_.index(url, where + ", " + prefix + std::string(name)));
      }
    }
    for (const std::string& place : texts_at(table, prefix + "find-links")) {
      TRY(findings_.unproven("files from " + shown_address(place),
                             where + ", " + prefix + "find-links"));
    }
    const json::Value* no_index = at(table, prefix + "no-index");
    if (no_index != nullptr && no_index->boolean() != nullptr && *no_index->boolean()) {
      TRY(findings_.unproven("an installation without an index", where + ", " + prefix + "no-index"));
    }
    if (auto backend = text_at(table, prefix + "torch-backend")) TRY(add_torch(findings_, *backend, where));
    return {};
  }

  Result<void> index_table(const json::Value& index, const std::string& where) {
    std::optional<std::string_view> url = text_at(index, "url");
    if (!url) return {};
    if (auto name = text_at(index, "name")) names_.emplace(*name);
    if (text_at(index, "format") == "flat") {
      return findings_.unproven("files from " + shown_address(*url), where);
    }
    const auto name = text_at(index, "name");
    return findings_.index(*url, where, name ? "uv:" + std::string(*name) : std::string());
  }

  Result<void> settings_file(const std::string& path) {
    std::optional<json::Value> document = TRY(into_.read_toml(path));
    return document ? settings_table(*document, path) : Result<void>{};
  }

  Result<void> settings() {
    if (!sources_.configuration_files.empty()) {
      for (const std::string& path : sources_.configuration_files) TRY(settings_file(path));
      return {};
    }
    if (sources_.no_configuration) return {};
    TRY(settings_file("/etc/uv/uv.toml"));
    for (const std::string& dir : into_.config_dirs()) TRY(settings_file(dir + "/uv/uv.toml"));
    if (std::string home = into_.config_home(); !home.empty()) TRY(settings_file(home + "/uv/uv.toml"));
    for (const std::string& folder : folders()) TRY(settings_file(folder + "/uv.toml"));
    return pyproject_settings();
  }

  /// uv takes the nearest folder with settings, and the workspace's root above it; all of them are read.
  std::vector<std::string> folders() const {
    std::vector<std::string> all = ancestors_of(sources_.directory);
    if (!sources_.target.empty()) std::ranges::copy(ancestors_of(sources_.target), std::back_inserter(all));
    return all;
  }

  Result<void> pyproject_settings() {
    for (const std::string& folder : folders()) {
      std::string path = folder + "/pyproject.toml";
      std::optional<json::Value> document = TRY(into_.read_toml(path));
      const json::Value* table = document ? at(*document, "tool.uv") : nullptr;
      if (table != nullptr) TRY(settings_table(*table, path + ", [tool.uv]"));
    }
    return {};
  }

  // ---- project

  Result<void> project() {
    TRY(project_above(sources_.directory));
    return sources_.target.empty() ? Result<void>{} : project_above(sources_.target);
  }

  Result<void> project_above(const std::string& directory) {
    for (const std::string& folder : ancestors_of(directory)) {
      std::optional<json::Value> document = TRY(project_in(folder));
      if (!document) continue;
      TRY(collect_uv_lock(into_, folder + "/uv.lock"));
      if (at(*document, "tool.uv.workspace") != nullptr) {
        TRY(members(*document, folder));
        break;
      }
    }
    return {};
  }

  /// A pyproject.toml with its indexes, and those that its sources lead to by path: each has requirements,
  /// sources and indexes of its own.
  Result<std::optional<json::Value>> project_in(const std::string& place) {
    // One spelling of each, for projects may name one another in circles.
    const std::string folder = into_.invocation.resolve
                                   ? into_.invocation.resolve(place)
                                   : std::filesystem::path(place).lexically_normal().string();
    if (!projects_.insert(folder).second) return into_.read_toml(folder + "/pyproject.toml");
    if (projects_.size() > into_.invocation.limits.workspace_folders) {
      return fail(kGuardConfiguration, printable(folder) + ": more than " +
                                           std::to_string(into_.invocation.limits.workspace_folders) +
                                           " projects that name one another by path");
    }
    const std::string path = folder + "/pyproject.toml";
    std::optional<json::Value> document = TRY(collect_pyproject(into_, path));
    if (!document) return document;
    const json::Value* indexes = at(*document, "tool.uv.index");
    if (indexes != nullptr && indexes->array() != nullptr) {
      for (const json::Value& index : *indexes->array())
        TRY(index_table(index, path + ", [[tool.uv.index]]"));
    }
    TRY(projects_by_path(*document, folder));
    return document;
  }

  Result<void> projects_by_path(const json::Value& document, const std::string& folder) {
    const json::Value* sources = at(document, "tool.uv.sources");
    if (sources == nullptr || sources->object() == nullptr) return {};
    for (const json::Member& source : *sources->object()) {
      std::vector<const json::Value*> ways{&source.value};
      if (const json::Array* several = source.value.array()) {
        ways.clear();
        for (const json::Value& way : *several) ways.push_back(&way);
      }
      for (const json::Value* way : ways) {
        const auto path = text_at(*way, "path");
        if (!path) continue;
        [[maybe_unused]] const auto read = TRY(project_in(path_in(into_, folder, *path)));
      }
    }
    return {};
  }

  /// A requirement of the command line; a folder has indexes of its own.
  Result<void> requirement(std::string_view text, const std::string& where) {
    TRY(collect_requirement(into_, text, where, sources_.directory));
    return project_at(text);
  }

  Result<void> project_at(std::string_view requirement) {
    const auto folder = local_place_of(into_, requirement, sources_.directory);
    if (!folder) return {};
    [[maybe_unused]] const auto read = TRY(project_in(*folder));
    return {};
  }

  /// A member's own sources count for the whole workspace's lock.
  Result<void> members(const json::Value& document, const std::string& folder) {
    for (const std::string& pattern : texts_at(document, "tool.uv.workspace.members")) {
      for (const std::string& member : TRY(folders_matching(into_, folder, pattern))) {
        [[maybe_unused]] const auto read = TRY(project_in(member));
      }
    }
    return {};
  }

  /// Not `direct_url`: what the script itself asks for is not known before the start, whoever serves it.
  Result<void> script(const std::string& name) {
    if (name == "-") return findings_.unproven("a script from standard input", "uv -");
    if (is_remote(name)) {
      return findings_.unproven("a script that is read only after the start",
                                "uv " + shown_address(name));
    }
    std::string path = path_in(into_, into_.invocation.directory, name);
    std::optional<json::Value> metadata = TRY(read_script(into_, path));
    TRY(collect_uv_lock(into_, path + ".lock"));
    if (!metadata) return {};
    TRY(collect_project_tables(into_, *metadata, path));
    const json::Value* table = at(*metadata, "tool.uv");
    if (table != nullptr) TRY(settings_table(*table, path + ", [tool.uv]"));
    return collect_uv_tables(into_, *metadata, path);
  }

  struct NamedIndexWord {
    std::string text;
    std::string where;
  };

  Collector& into_;
  Findings& findings_;
  Sources sources_;
  std::set<std::string, std::less<>> names_;  ///< of indexes, as the settings define them
  std::vector<NamedIndexWord> bare_;
  std::set<std::string> projects_;  ///< folders whose pyproject.toml was read
};

}  // namespace

Result<Nested> collect_uv(Collector& into, const Command* command) {
  return UvCollector(into).run(command);
}

}  // namespace tomme::guard
