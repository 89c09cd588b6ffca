#include <algorithm>
#include <array>

#include "app/installers/arguments.h"
#include "app/installers/collect.h"
#include "app/installers/errors.h"
#include "app/installers/pdm_scripts.h"
#include "app/installers/walk.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// From PDM 2.29.3's help; argparse takes abbreviations.
constexpr Option kOptions[] = {
    {"-p", true, Meaning::project},
    {"--project", true, Meaning::project},
    {"-g", false, Meaning::global_project},
    {"--global", false, Meaning::global_project},
    {"-c", true, Meaning::configuration_file},
    {"--config", true, Meaning::configuration_file},
    {"-L", true, Meaning::lock_file},
    {"--lockfile", true, Meaning::lock_file},
    {"--override", true, Meaning::requirements},
    {"-e", true, Meaning::editable},
    {"--editable", true, Meaning::editable},
    {"--env", true, Meaning::variable},
    {"--env-file", true, Meaning::environment_file},
    {"--working-dir", true, Meaning::directory},
    {"-k", true},
    {"--skip", true},
    {"--venv", true},
    {"--pip-args", true, Meaning::pip_arguments},
    {"-G", true},
    {"--group", true},
    {"--with", true},
    {"-C", true},
    {"--config-setting", true},
    {"-S", true},
    {"--strategy", true},
    {"--exclude-newer", true},
    {"--exclude-newer-override", true},
    {"--python", true},
    {"--platform", true},
    {"--implementation", true},
    {"-o", true},
    {"--output", true},
    {"-f", true},
    {"--format", true},
    {"-s", false},
    {"--site-packages", false},
};

bool is_on(std::string_view value) {
  return !value.empty() && value != "0" && value != "no" && value != "false" && value != "False";
}

/// The project's own build, and commands, which are looked through where they are started.
constexpr std::string_view kHarmlessInProject[] = {"build", "version", "scripts", "options", "publish"};
constexpr std::string_view kByNameInProject[] = {"resolution.overrides", "dev-dependencies"};
/// Where something is published or kept.
constexpr std::string_view kHarmlessInSettings[] = {"repository",
                                                    "venv",
                                                    "theme",
                                                    "global_project",
                                                    "pypi.username",
                                                    "pypi.password",
                                                    "pypi.*.username",
                                                    "pypi.*.password",
                                                    "cache_dir",
                                                    "log_dir",
                                                    "python.install_root",
                                                    "python.path"};

class PdmCollector {
 public:
  explicit PdmCollector(Collector& into)
      : into_(into), findings_(into.findings), directory_(into.invocation.directory) {}

  Result<Nested> run(const Command* command) {
    Nested nested;
    environment_places();
    if (command != nullptr) nested = TRY(command_line(*command));
    TRY(environment());
    TRY(settings());
    TRY(project());
    if (is_global_) {
      directory_ = global_project_.empty() ? into_.config_home() + "/pdm/global-project"
                                           : path_in(into_, directory_, global_project_);
      TRY(project());
    }
    // uv does the fetching then, with settings of its own.
    if (uses_uv_) TRY(collect_uv(into_, nullptr));
    return nested;
  }

 private:
  void environment_places() {
    if (const std::string* root = into_.variable("PDM_PROJECT"))
      directory_ = path_in(into_, directory_, *root);
    if (const std::string* file = into_.variable("PDM_LOCKFILE")) lock_file_ = *file;
    if (const std::string* file = into_.variable("PDM_CONFIG_FILE")) configuration_ = *file;
  }

  Result<Nested> command_line(const Command& command) {
    std::vector<std::string> arguments = command.arguments;
    Arguments top = scan(arguments, {kOptions, true, true});
    const std::string sub = top.words.empty() ? "" : top.words[0];
    const bool runs = sub == "run" || sub == "x";
    for (const Found& option : runs ? top.options : scan(arguments, {kOptions, true, false}).options) {
      if (option.meaning == Meaning::project) directory_ = path_in(into_, directory_, option.value);
    }
    if (!sub.empty()) {
      const std::vector<std::string> own = TRY(project_options(sub));
      arguments.insert(arguments.end() - static_cast<std::ptrdiff_t>(top.words.size()) + 1, own.begin(),
                       own.end());
      top = scan(arguments, {kOptions, true, true});
    }
    const Arguments found = scan(arguments, {kOptions, true, false});
    for (const Found& option : runs ? top.options : found.options) TRY(one_option(option, sub));
    if (runs) {
      Arguments inner = scan(std::span(top.words).subspan(1), {kOptions, true, true});
      for (const Found& option : inner.options) TRY(one_option(option, sub));
      return started(inner.words, task_options(inner));
    }
    TRY(requirements(found.words, sub));
    // `pdm NAME` is `pdm run NAME` where NAME is no command of pdm's.
    constexpr std::array<std::string_view, 28> kCommands{
        "add",    "build",    "cache",  "completion", "config",  "export", "fetch",
        "fix",    "import",   "info",   "init",       "install", "list",   "lock",
        "new",    "outdated", "plugin", "publish",    "py",      "python", "remove",
        "search", "self",     "show",   "sync",       "update",  "use",    "venv"};
    const bool is_script = !sub.empty() && std::ranges::find(kCommands, sub) == kCommands.end();
    return is_script ? started(top.words, {}) : scripts().hooks(sub);
  }

  /// `--env A=B`, `--env-file F` and `--working-dir D` of `pdm run`.
  static PdmTaskOptions task_options(const Arguments& found) {
    PdmTaskOptions options;
    for (const Found& option : found.options) {
      const std::size_t equals = std::min(option.value.find('='), option.value.size());
      const std::string value = option.value.substr(std::min(equals + 1, option.value.size()));
      if (option.meaning == Meaning::variable)
        options.variables.push_back({option.value.substr(0, equals), value, is_plain_value(value)});
      if (option.meaning == Meaning::environment_file) options.environment_file = option.value;
      if (option.meaning == Meaning::directory) options.working_dir = option.value;
    }
    return options;
  }

  Result<void> requirements(std::span<const std::string> words, const std::string& sub) {
    bool adds = sub == "add";
    std::size_t first = 1;
    if (sub == "self" || sub == "plugin") {
      adds = words.size() > 1 && words[1] == "add";
      first = 2;
    }
    for (std::size_t i = first; adds && i < words.size(); ++i) {
      TRY(collect_requirement(into_, words[i], "pdm " + sub, into_.invocation.directory));
    }
    return {};
  }

  /// [tool.pdm.options]: what pdm puts behind its sub-command.
  Result<std::vector<std::string>> project_options(const std::string& sub) {
    for (const std::string& folder : ancestors_of(directory_)) {
      const std::optional<json::Value> document = TRY(into_.read_toml(folder + "/pyproject.toml"));
      if (!document) continue;
      std::vector<std::string> words;
      for (const json::Value& item : items_of(member_of(at(*document, "tool.pdm.options"), sub))) {
        if (item.text() != nullptr) words.push_back(*item.text());
      }
      return words;
    }
    return std::vector<std::string>{};
  }

  PdmScripts scripts() {
    return {into_, directory_, [this](const std::string& path) { return python_file(path); }};
  }

  /// A script of the project, a Python file with dependencies of its own, or a command.
  Result<Nested> started(std::vector<std::string> words, const PdmTaskOptions& options) {
    return words.empty() ? Result<Nested>(Nested{}) : scripts().started(std::move(words), options);
  }

  /// What a Python file asks for in its head, which pdm takes for a project of its own.
  Result<void> python_file(const std::string& path) {
    const std::optional<json::Value> metadata = TRY(read_script(into_, path));
    if (!metadata) return {};
    TRY(sources(*metadata, path));
    TRY(collect_project_tables(into_, *metadata, path));
    if (const json::Value* own = at(*metadata, "tool.pdm"))
      watch_texts(findings_, *own, path + ", [tool.pdm]", {kHarmlessInProject, kByNameInProject});
    return {};
  }

  Result<void> one_option(const Found& option, const std::string& sub) {
    std::string where = "pdm " + sub + " " + option.name;
    switch (option.meaning) {
      case Meaning::project:  // done before all others
        return {};
      case Meaning::global_project:
        is_global_ = true;
        return {};
      case Meaning::configuration_file:
        configuration_ = option.value;
        return {};
      case Meaning::variable:
        return expect_not_ours(option.value.substr(0, option.value.find('=')), where);
      case Meaning::lock_file:
        lock_file_ = option.value;
        return {};
      case Meaning::requirements:
        return collect_requirements(into_, option.value, directory_);
      case Meaning::pip_arguments:
        return collect_pip_arguments(into_, shell_words(option.value));
      case Meaning::editable:
        if (sub != "add") return {};
        return collect_editable(into_, option.value, where, into_.invocation.directory);
      default:
        return {};
    }
  }

  Result<void> environment() {
    if (const std::string* url = into_.variable("PDM_PYPI_URL")) {
      TRY(findings_.index(*url, "PDM_PYPI_URL", "pdm:pypi"));
    }
    if (const std::string* verify = into_.variable("PDM_PYPI_VERIFY_SSL");
        verify != nullptr && !is_on(*verify)) {
      TRY(findings_.unchecked_tls("", "PDM_PYPI_VERIFY_SSL"));
    }
    if (const std::string* file = into_.variable("PDM_OVERRIDE")) {
      TRY(collect_requirements(into_, *file, directory_));
    }
    if (const std::string* uv = into_.variable("PDM_USE_UV"); uv != nullptr && is_on(*uv)) uses_uv_ = true;
    return {};
  }

  Result<void> settings() {
    for (const std::string& dir : into_.config_dirs()) TRY(settings_file(dir + "/pdm/config.toml"));
    std::string home = into_.config_home();
    if (!configuration_.empty()) {
      TRY(settings_file(path_in(into_, into_.invocation.directory, configuration_)));
    } else if (!home.empty()) {
      TRY(settings_file(home + "/pdm/config.toml"));
    }
    for (const std::string& folder : ancestors_of(directory_)) {
      TRY(settings_file(folder + "/pdm.toml"));
      TRY(settings_file(folder + "/.pdm.toml"));
    }
    return {};
  }

  /// `pypi.url` and the like is PyPI's own place, `[pypi.NAME]` another source.
  Result<void> settings_file(const std::string& path) {
    std::optional<json::Value> document = TRY(into_.read_toml(path));
    if (!document) return {};
    const json::Value* pypi = at(*document, "pypi");
    if (pypi != nullptr && pypi->object() != nullptr) {
      TRY(source(*pypi, path + ", [pypi]", "pypi"));
      for (const json::Member& member : members_of(pypi)) {
        if (member.value.object() != nullptr)
          TRY(source(member.value, path + ", [pypi." + member.name + "]", member.name));
      }
    }
    watch_texts(findings_, *document, path + ",", {.harmless = kHarmlessInSettings});
    if (is_true(at(*document, "use_uv"))) uses_uv_ = true;
    if (is_true(at(*document, "global_project.fallback"))) is_global_ = true;
    if (auto place = text_at(*document, "global_project.path")) global_project_ = *place;
    if (is_true(at(*document, "install.cache"))) {
      return fail(kGuardSetting,
                  path + ", install.cache: its links would dangle once the run's cache is gone",
                  "run `pdm config install.cache false`, or set it so in pdm.toml of the project");
    }
    return {};
  }

  static bool is_true(const json::Value* value) {
    if (value == nullptr) return false;
    if (value->boolean() != nullptr) return *value->boolean();
    return value->text() != nullptr && is_on(*value->text());
  }

  /// `name` is that of the table; a source of a project says its own.
  Result<void> source(const json::Value& table, const std::string& where, std::string_view name = {}) {
    const std::string known_as = "pdm:" + std::string(text_at(table, "name").value_or(name));
    if (const auto user = text_at(table, "username")) {
      findings_.login(known_as, expand_variables(into_, *user, VariableNames::any),
                      expand_variables(into_, text_at(table, "password").value_or(""), VariableNames::any));
    }
    if (at(table, "ca_certs") != nullptr) {
      return fail(kGuardSetting,
                  where + " ca_certs: pdm prefers it to the certificates that tomme hands over",
                  "name the file in REQUESTS_CA_BUNDLE instead: tomme takes its authorities over");
    }
    const json::Value* verify = at(table, "verify_ssl");
    if (verify != nullptr && !is_true(verify)) TRY(findings_.unchecked_tls("", where + " verify_ssl"));
    if (at(table, "client_cert") != nullptr) {
      findings_.note(where + " client_cert: the client certificate is not passed on to the index");
    }
    std::optional<std::string_view> url = text_at(table, "url");
    if (!url) return {};
    findings_.taken(*url);
    if (text_at(table, "type") == "find_links") {
      return findings_.find_links(*url, where);
    }
    return findings_.index(expand_variables(into_, *url, VariableNames::any), where, known_as);
  }

  /// The nearest pyproject.toml, and the workspace's root above it: its lock and settings hold for all
  /// members.
  Result<void> project() {
    bool is_nearest = true;
    for (const std::string& folder : ancestors_of(directory_)) {
      std::string path = folder + "/pyproject.toml";
      std::optional<json::Value> document = TRY(into_.read_toml(path));
      if (!document) continue;
      const bool is_root = at(*document, "tool.pdm.workspace") != nullptr;
      if (!is_nearest && !is_root) continue;
      is_nearest = false;
      TRY(project_file(*document, path));
      TRY(collect_pdm_lock(into_, path_in(into_, folder, lock_file_)));
      TRY(collect_pylock(
          into_, path_in(into_, folder, lock_file_.ends_with("pdm.lock") ? "pylock.toml" : lock_file_)));
      if (is_root) return members(*document, folder);
    }
    return {};
  }

  Result<void> members(const json::Value& root, const std::string& folder) {
    for (const std::string& glob : texts_at(root, "tool.pdm.workspace.members")) {
      for (const std::string& member : TRY(folders_matching(into_, folder, glob))) {
        const std::string path = member + "/pyproject.toml";
        const std::optional<json::Value> document = TRY(into_.read_toml(path));
        if (!document) continue;
        TRY(project_file(*document, path));
        TRY(collect_own_sources(into_, member, below(folder, member),
                                folder + "/pyproject.toml, [tool.pdm.workspace]"));
      }
    }
    return {};
  }

  Result<void> project_file(const json::Value& document, const std::string& path) {
    TRY(sources(document, path));
    TRY(collect_project_tables(into_, document, path));
    TRY(collect_pdm_converted(into_, document, path));
    TRY(collect_build_settings(into_, &document, folder_of_file(path)));
    TRY(collect_requirement_list(into_, at(document, "tool.pdm.plugins"), path + ", [tool.pdm] plugins"));
    for (const json::Member& group : members_of(at(document, "tool.pdm.dev-dependencies"))) {
      TRY(dev_dependencies(group, path));
    }
    for (const json::Member& entry : members_of(at(document, "tool.pdm.resolution.overrides"))) {
      // A URL stands there bare, a version with or without its operator.
      const std::string* text = entry.value.text();
      if (text == nullptr || text->find_first_of(":/") == std::string::npos) continue;
      findings_.taken(*text);
      TRY(findings_.requirement(entry.name + " @ " + *entry.value.text(),
                                path + ", [tool.pdm.resolution.overrides]"));
    }
    const json::Value* own = at(document, "tool.pdm");
    if (own != nullptr)
      watch_texts(findings_, *own, path + ", [tool.pdm]", {kHarmlessInProject, kByNameInProject});
    return {};
  }

  /// `-e file:///${PROJECT_ROOT}/x` stands among them.
  Result<void> dev_dependencies(const json::Member& group, const std::string& path) {
    const std::string where = path + ", [tool.pdm.dev-dependencies] " + shown_address(group.name);
    const std::string folder = folder_of_file(path);
    json::Array others;
    for (const json::Value& item : items_of(&group.value)) {
      constexpr std::string_view kEditable = "-e ";
      constexpr std::string_view kRoot = "${PROJECT_ROOT}";
      if (item.text() == nullptr || !item.text()->starts_with(kEditable)) {
        others.push_back(item);
        continue;
      }
      findings_.taken(*item.text());
      std::string text(trim(item.text()->substr(kEditable.size())));
      // Behind "file:///" the root's own slash is one too many.
      if (const std::size_t at = text.find("/" + std::string(kRoot)); at != std::string::npos)
        text.replace(at, kRoot.size() + 1, folder);
      TRY(collect_editable(into_, text, where, folder));
    }
    const json::Value rest(std::move(others));
    return collect_requirement_list(into_, group.value.array() == nullptr ? &group.value : &rest, where);
  }

  Result<void> sources(const json::Value& document, const std::string& path) {
    for (const json::Value& item : items_of(at(document, "tool.pdm.source"))) {
      TRY(source(item, path + ", [[tool.pdm.source]]"));
    }
    return {};
  }

  Collector& into_;
  Findings& findings_;
  std::string directory_;
  std::string configuration_;
  std::string lock_file_ = "pdm.lock";
  std::string global_project_;
  bool is_global_ = false;
  bool uses_uv_ = false;
};

}  // namespace

Result<Nested> collect_pdm(Collector& into, const Command* command) {
  return PdmCollector(into).run(command);
}

}  // namespace tomme::guard
