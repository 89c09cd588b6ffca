#include <algorithm>
#include <array>

#include "app/installers/arguments.h"
#include "app/installers/collect.h"
#include "app/installers/pip_options.h"
#include "app/installers/started_variables.h"
#include "app/installers/uv_internal.h"
#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"

namespace tomme::guard {
namespace {

/// From `uv help …` of 0.13.9. clap takes no abbreviations. Options whose kind depends on the sub-command
/// stand in the tables below; these are alike everywhere.
constexpr Option kEverywhere[] = {
    {"--index", true, Meaning::index},
    {"--default-index", true, Meaning::index},
    {"--publish-url", true},
    {"--check-url", true, Meaning::index},
    {"--torch-backend", true, Meaning::torch_backend},
    {"--proxy", true, Meaning::refused},
    {"--allow-insecure-host", true, Meaning::insecure_host},
    {"--link-mode", true, Meaning::link_mode},
    {"-n", false, Meaning::vanishing},
    {"--no-cache", false, Meaning::vanishing},
    {"--no-cache-dir", false, Meaning::vanishing},
    {"--isolated", false, Meaning::vanishing},
    {"--config-file", true, Meaning::configuration_file},
    {"--no-config", false, Meaning::no_configuration},
    {"--directory", true, Meaning::directory},
    {"--project", true, Meaning::project},
    {"-r", true, Meaning::requirements},
    {"--requirement", true, Meaning::requirements},
    {"--requirements", true, Meaning::requirements},
    {"--constraint", true, Meaning::requirements},
    {"--constraints", true, Meaning::requirements},
    {"--override", true, Meaning::requirements},
    {"--overrides", true, Meaning::requirements},
    {"--exclude", true},
    {"--excludes", true},
    {"-b", true, Meaning::requirements},
    {"--build-constraint", true, Meaning::requirements},
    {"--build-constraints", true, Meaning::requirements},
    {"--with-requirements", true, Meaning::requirements},
    {"-w", true, Meaning::requirement},
    {"--with", true, Meaning::requirement},
    {"--with-executables-from", true, Meaning::requirement},
    {"--from", true, Meaning::requirement},
    {"--with-editable", true, Meaning::editable},
    {"-p", true},
    {"--python", true},
    {"--python-version", true},
    {"--python-platform", true},
    {"--color", true},
    {"--index-strategy", true},
    {"--keyring-provider", true},
    {"-P", true},
    {"--upgrade-package", true},
    {"--upgrade-group", true},
    {"--resolution", true},
    {"--prerelease", true},
    {"--prerelease-package", true},
    {"--fork-strategy", true},
    {"--exclude-newer", true},
    {"--exclude-newer-package", true},
    {"--no-sources-package", true},
    {"--reinstall-package", true},
    {"--refresh-package", true},
    {"-C", true},
    {"--config-setting", true},
    {"--config-settings", true},
    {"--config-settings-package", true},
    {"--config-setting-package", true},
    {"--no-build-isolation-package", true},
    {"--no-build-package", true},
    {"--no-binary-package", true},
    {"--no-editable-package", true},
    {"--no-install-package", true},
    {"--no-emit-package", true},
    {"--env-file", true, Meaning::environment_file},
    {"--extra", true},
    {"--no-extra", true},
    {"--group", true, Meaning::group},
    {"--no-group", true},
    {"--only-group", true},
    {"--package", true},
    {"--output-format", true},
    {"-o", true},
    {"--output-file", true},
    {"--out-dir", true},
    {"--format", true},
    {"--prune", true},
    {"--annotation-style", true},
    {"--custom-compile-command", true},
    {"-t", true},
    {"--target", true},
    {"--prefix", true},
    {"--rev", true},
    {"--tag", true},
    {"--branch", true},
    {"--bounds", true},
    {"--optional", true},
    {"--preview-features", true},
};

constexpr Option kPipOnly[] = {
    {"-c", true, Meaning::requirements},
    {"-e", true, Meaning::editable},
    {"--editable", true, Meaning::editable},
    {"--no-binary", true},
    {"--only-binary", true},
};
constexpr Option kToolOnly[] = {
    {"-c", true, Meaning::requirements},
};
constexpr Option kProjectOnly[] = {
    {"--script", true, Meaning::script},
    {"-c", true, Meaning::requirements},
    {"-m", true},
    {"--marker", true},
};
constexpr Option kRunOnly[] = {
    {"-m", false, Meaning::module},           {"--module", false, Meaning::module},
    {"-s", false, Meaning::script},           {"--script", false, Meaning::script},
    {"--gui-script", false, Meaning::script},
};

constexpr auto kPipOptions = joined(kIndexOptions, kConnectionOptions, kEverywhere, kPipOnly);
constexpr auto kToolOptions = joined(kIndexOptions, kConnectionOptions, kEverywhere, kToolOnly);
constexpr auto kProjectOptions = joined(kIndexOptions, kConnectionOptions, kEverywhere, kProjectOnly);
constexpr auto kRunOptions = joined(kIndexOptions, kConnectionOptions, kEverywhere, kRunOnly);

constexpr const char* kMalwareService = "https://api.osv.dev/";

bool is_remote(std::string_view place) {
  return place.starts_with("http://") || place.starts_with("https://");
}

class UvCollector {
 public:
  explicit UvCollector(Collector& into) : into_(into), findings_(into.findings) {
    work_in(into.invocation.directory);
  }

  Result<Nested> run(const Command* command) {
    for (const char* name : {"UV_WORKING_DIR", "UV_WORKING_DIRECTORY"}) {
      if (const std::string* folder = into_.variable(name)) work_in(*folder);
    }
    if (const std::string* folder = into_.variable("UV_PROJECT")) project_in(*folder);
    Nested nested;
    if (command != nullptr) nested = TRY(command_line(*command));
    // Files that it names are seen from where the options say that uv works.
    TRY(environment());
    TRY(settings_.files(sources_));
    if (sources_.reads_project) {
      TRY(projects_.above(sources_.directory));
      if (!sources_.target.empty()) TRY(projects_.above(sources_.target));
    }
    TRY(indexes_.words_left());
    malware_check();
    TRY(expect_lasting());
    return nested;
  }

 private:
  /// Instead of where another setting said; the project with it, unless that is said.
  void work_in(const std::string& folder) {
    sources_.current = path_in(into_, into_.invocation.directory, folder);
    sources_.directory = project_ ? path_in(into_, sources_.current, *project_) : sources_.current;
  }
  void project_in(const std::string& folder) {
    project_ = folder;
    sources_.directory = path_in(into_, sources_.current, folder);
  }

  Result<void> environment() {
    for (const char* name : {"UV_INDEX", "UV_DEFAULT_INDEX"}) {
      for (const std::string& word : list(name, false)) TRY(indexes_.named_or_url(word, name));
    }
    for (const char* name : {"UV_INDEX_URL", "UV_EXTRA_INDEX_URL"}) {
      for (const std::string& word : list(name, false)) TRY(findings_.index(word, name));
    }
    for (const std::string& word : list("UV_FIND_LINKS", true)) {
      TRY(findings_.find_links(word, "UV_FIND_LINKS"));
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
      TRY(indexes_.torch(*backend, "UV_TORCH_BACKEND"));
    }
    const std::string* file = into_.variable("UV_CONFIG_FILE");
    if (file != nullptr && sources_.configuration_files.empty()) {
      sources_.configuration_files = {path_in(into_, sources_.current, *file)};
    }
    const std::string* off = into_.variable("UV_NO_CONFIG");
    if (off != nullptr && (*off == "1" || *off == "true" || *off == "yes" || *off == "on")) {
      sources_.no_configuration = true;
    }
    const std::string* links = into_.variable("UV_LINK_MODE");
    if (links != nullptr && *links == "symlink") forbid_uv_links(findings_);
    return {};
  }

  /// UV_NO_CACHE is taken away from the child, whose cache is the run's own and as short-lived; what is said
  /// elsewhere cannot be.
  Result<void> expect_lasting() {
    if (sources_.runs.empty()) return {};
    const std::string* isolated = into_.variable("UV_ISOLATED");
    const std::string by = !sources_.vanishes_by.empty() ? sources_.runs + " " + sources_.vanishes_by
                           : isolated != nullptr         ? "UV_ISOLATED"
                                                         : settings_.no_cache();
    if (by.empty()) return {};
    const Findings::About any(findings_, std::nullopt);
    return findings_.unproven("an environment that uv deletes before tomme can look at it", by,
                              "leave it out: each run of tomme has an empty cache of its own");
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
      // A folder, with the settings of the project there, or a source distribution.
      if (sub == "build") {
        TRY(projects_.named_by(word.starts_with('/') ? word : "./" + word, sources_.current));
        if (has_archive_name(word)) TRY(requirement(word, "uv build"));
      }
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
    if (runs) sources_.runs = "uv tool run";
    Arguments found = scan({top.words.begin() + 1, top.words.end()}, {kToolOptions, false, runs});
    TRY(options(found, "uv tool " + sub, {}));
    if (sub == "upgrade") TRY(collect_uv_receipts(into_, settings_, found.words));
    if (found.words.empty() || !(runs || sub == "install" || sub == "upgrade")) return Nested{};
    TRY(requirement(without_version(found.words[0]), "uv tool " + sub));
    return runs ? Nested{{tool_command(found.words)}} : Nested{};
  }

  Result<Nested> run_command(std::span<const std::string> rest) {
    sources_.runs = "uv run";
    Arguments found = scan(rest, {kRunOptions, false, true});
    TRY(options(found, "uv run", found.words));
    if (found.words.empty()) return Nested{};
    const std::string& first = found.words[0];
    if (first.contains('/') && !is_remote(first)) {
      sources_.target = path_in(into_, sources_.current, first.substr(0, first.rfind('/')));
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
      const std::string path = path_in(into_, sources_.current, file);
      nested = TRY(with_environment_file(into_, path, std::move(nested)));
    }
    return nested;
  }

  Result<void> options(const Arguments& found, const std::string& command,
                       const std::vector<std::string>& words) {
    // Wherever they stand, folders come first: uv goes there before it looks at anything else.
    for (const Found& option : found.options) {
      if (option.meaning == Meaning::directory) work_in(option.value);
      if (option.meaning == Meaning::project) project_in(option.value);
    }
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
          TRY(may_name ? indexes_.named_or_url(word, where) : findings_.index(word, where));
        }
        return {};
      }
      case Meaning::editable:
        TRY(collect_editable(into_, option.value, where, sources_.current));
        return projects_.named_by(local_path_of(option.value) ? option.value : "./" + option.value,
                                  sources_.current);
      case Meaning::requirement:
        return requirements(option.name == "--from" ? without_version(option.value) : option.value, where);
      case Meaning::requirements:
        return requirements_file(option.value, option.name);
      case Meaning::group:
        return collect_group(into_, option.value, sources_.current);
      case Meaning::script: {
        std::string path = !option.value.empty() ? option.value : words.empty() ? "" : words[0];
        return path.empty() ? Result<void>{} : script(path);
      }
      case Meaning::torch_backend:
        return indexes_.torch(option.value, where);
      case Meaning::link_mode:
        if (option.value != "symlink") return {};
        return refused_flag(command, "--link-mode symlink",
                            "its links would dangle once the run's cache is gone");
      case Meaning::vanishing:
        sources_.vanishes_by = option.name;
        return {};
      case Meaning::directory:
      case Meaning::project:
        return {};
      case Meaning::configuration_file:
        sources_.configuration_files = {path_in(into_, sources_.current, option.value)};
        return {};
      case Meaning::no_configuration:
        sources_.no_configuration = true;
        return {};
      default:
        return collect_index_option(findings_, option, where);
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
    if (is_remote(file) || file == "-") return collect_requirements(into_, file, sources_.current, flag);
    if (is_script_name(file)) return script(file);
    const std::string path = path_in(into_, sources_.current, file);
    const bool has_suffix = basename_of(file).contains('.');
    if (!has_suffix && TRY(into_.read(path)) && TRY(read_script(into_, path))) return script(path);
    return collect_requirements(into_, file, sources_.current, flag);
  }

  /// A requirement of the command line; a folder has indexes of its own.
  Result<void> requirement(std::string_view text, const std::string& where) {
    TRY(collect_requirement(into_, text, where, sources_.current));
    return projects_.named_by(text, sources_.current);
  }

  /// Not `direct_url`: what the script itself asks for is not known before the start, whoever serves it.
  Result<void> script(const std::string& name) {
    if (name == "-") return findings_.unproven("a script from standard input", "uv -");
    if (is_remote(name)) {
      return findings_.unproven("a script that is read only after the start", "uv " + shown_address(name));
    }
    std::string path = path_in(into_, sources_.current, name);
    std::optional<json::Value> metadata = TRY(read_script(into_, path));
    TRY(collect_uv_lock(into_, path + ".lock"));
    if (!metadata) return {};
    TRY(collect_project_tables(into_, *metadata, path));
    const json::Value* table = at(*metadata, "tool.uv");
    if (table != nullptr) TRY(settings_.table(*table, path + ", [tool.uv]", UvSettings::Whose::projects));
    return collect_uv_tables(into_, *metadata, path);
  }

  Collector& into_;
  Findings& findings_;
  UvSources sources_;
  std::optional<std::string> project_;  ///< as --project or UV_PROJECT has it
  UvIndexes indexes_{findings_};
  UvSettings settings_{into_, indexes_};
  UvProjects projects_{into_, indexes_};
};

}  // namespace

Result<Nested> collect_uv(Collector& into, const Command* command) {
  return UvCollector(into).run(command);
}

}  // namespace tomme::guard
