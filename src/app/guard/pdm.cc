#include <algorithm>

#include "app/guard/arguments.h"
#include "app/guard/collect.h"
#include "app/guard/errors.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// From PDM 2.29.3's help; argparse takes abbreviations.
constexpr Option kOptions[] = {
    {"-p", true, Meaning::project},
    {"--project", true, Meaning::project},
    {"-c", true, Meaning::configuration_file},
    {"--config", true, Meaning::configuration_file},
    {"-L", true, Meaning::lock_file},
    {"--lockfile", true, Meaning::lock_file},
    {"--override", true, Meaning::requirements},
    {"-e", true, Meaning::editable},
    {"--editable", true, Meaning::editable},
    {"--env", true, Meaning::variable},
    {"--env-file", true},
    {"--working-dir", true},
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
    Arguments top = scan(command.arguments, {kOptions, true, true});
    std::string sub = top.words.empty() ? "" : top.words[0];
    bool runs = sub == "run" || sub == "x";
    Arguments found = scan(command.arguments, {kOptions, true, false});
    for (const Found& option : runs ? top.options : found.options) TRY(one_option(option, sub));
    if (runs) {
      Arguments inner = scan(std::span(top.words).subspan(1), {kOptions, true, true});
      for (const Found& option : inner.options) TRY(one_option(option, sub));
      return started(inner.words);
    }
    bool adds = sub == "add";
    std::size_t first = 1;
    if (sub == "self" || sub == "plugin") {
      adds = found.words.size() > 1 && (found.words[1] == "add");
      first = 2;
    }
    for (std::size_t i = first; adds && i < found.words.size(); ++i) {
      TRY(findings_.requirement(found.words[i], "pdm " + sub));
    }
    return Nested{};
  }

  static Result<void> variable(std::string_view name, const std::string& where) {
    if (!is_ours(name)) return {};
    return fail(kGuardSetting, where + " " + printable(name) + ": it would lead downloads around tomme");
  }

  /// A script of the project, a Python file with dependencies of its own, or a command.
  Result<Nested> started(std::vector<std::string> words) {
    if (words.empty()) return Nested{};
    std::string name = words[0];
    if (name.ends_with(".py")) {
      std::string path = path_in(into_, into_.invocation.directory, name);
      if (auto metadata = TRY(read_script(into_, path))) {
        TRY(sources(*metadata, path));
        TRY(collect_project_tables(into_, *metadata, path));
      }
    }
    for (const std::string& folder : ancestors_of(directory_)) {
      std::string path = folder + "/pyproject.toml";
      std::optional<json::Value> document = TRY(into_.read_toml(path));
      const json::Value* scripts = document ? at(*document, "tool.pdm.scripts") : nullptr;
      if (scripts == nullptr || scripts->object() == nullptr) continue;
      const json::Value* script = scripts->object()->find(name);
      if (script == nullptr) return Nested(std::move(words));
      std::string where = path + ", [tool.pdm.scripts]";
      if (const json::Value* shared = scripts->object()->find("_"))
        TRY(script_environment(*shared, where + " _"));
      TRY(script_environment(*script, where + " " + printable(name)));
      std::string_view command = script->text() != nullptr ? std::string_view(*script->text())
                                                           : text_at(*script, "cmd").value_or("");
      std::vector<std::string> expanded = words_of(command);
      expanded.insert(expanded.end(), words.begin() + 1, words.end());
      return Nested(std::move(expanded));
    }
    return Nested(std::move(words));
  }

  static Result<void> script_environment(const json::Value& script, const std::string& where) {
    if (at(script, "env_file.override") != nullptr) {
      return fail(kGuardSetting,
                  where + " env_file.override: it would replace the variables that tomme sets");
    }
    const json::Value* table = at(script, "env");
    if (table == nullptr || table->object() == nullptr) return {};
    for (const json::Member& entry : *table->object()) TRY(variable(entry.name, where + " env"));
    return {};
  }

  Result<void> one_option(const Found& option, const std::string& sub) {
    std::string where = "pdm " + sub + " " + option.name;
    switch (option.meaning) {
      case Meaning::project:
        directory_ = path_in(into_, directory_, option.value);
        return {};
      case Meaning::configuration_file:
        configuration_ = option.value;
        return {};
      case Meaning::variable:
        return variable(option.value.substr(0, option.value.find('=')), where);
      case Meaning::lock_file:
        lock_file_ = option.value;
        return {};
      case Meaning::requirements:
        return collect_requirements(into_, option.value, directory_);
      case Meaning::pip_arguments: {
        Command pip{Installer::pip, "pip", shell_words(option.value)};
        pip.arguments.insert(pip.arguments.begin(), "install");
        [[maybe_unused]] const Nested none = TRY(collect_pip(into_, &pip));
        return {};
      }
      case Meaning::editable:
        if (sub != "add") return {};
        return findings_.unproven("a source tree (" + printable(option.value) + ")", where);
      default:
        return {};
    }
  }

  Result<void> environment() {
    if (const std::string* url = into_.variable("PDM_PYPI_URL")) TRY(findings_.index(*url, "PDM_PYPI_URL"));
    if (const std::string* verify = into_.variable("PDM_PYPI_VERIFY_SSL");
        verify != nullptr && !is_on(*verify)) {
      TRY(findings_.unproven("unchecked TLS", "PDM_PYPI_VERIFY_SSL"));
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
      TRY(source(*pypi, path + ", [pypi]"));
      for (const json::Member& member : *pypi->object()) {
        if (member.value.object() != nullptr)
          TRY(source(member.value, path + ", [pypi." + member.name + "]"));
      }
    }
    if (is_true(at(*document, "use_uv"))) uses_uv_ = true;
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

  Result<void> source(const json::Value& table, const std::string& where) {
    if (at(table, "ca_certs") != nullptr) {
      return fail(kGuardSetting,
                  where + " ca_certs: pdm prefers it to the certificates that tomme hands over",
                  "name the file in REQUESTS_CA_BUNDLE instead: tomme takes its authorities over");
    }
    const json::Value* verify = at(table, "verify_ssl");
    if (verify != nullptr && !is_true(verify))
      TRY(findings_.unproven("unchecked TLS", where + " verify_ssl"));
    if (at(table, "client_cert") != nullptr) {
      findings_.note(where + " client_cert: the client certificate is not passed on to the index");
    }
    std::optional<std::string_view> url = text_at(table, "url");
    if (!url) return {};
    if (text_at(table, "type") == "find_links") {
      return findings_.unproven("files from " + printable(without_userinfo(*url)), where);
    }
    return findings_.index(*url, where);
  }

  Result<void> project() {
    for (const std::string& folder : ancestors_of(directory_)) {
      std::string path = folder + "/pyproject.toml";
      std::optional<json::Value> document = TRY(into_.read_toml(path));
      if (!document) continue;
      TRY(sources(*document, path));
      TRY(collect_project_tables(into_, *document, path));
      const json::Value* dev = at(*document, "tool.pdm.dev-dependencies");
      if (dev != nullptr && dev->object() != nullptr) {
        for (const json::Member& group : *dev->object()) {
          TRY(collect_requirement_list(into_, &group.value, path + ", " + group.name));
        }
      }
      TRY(collect_pdm_lock(into_, path_in(into_, folder, lock_file_)));
      TRY(collect_pylock(
          into_, path_in(into_, folder, lock_file_.ends_with("pdm.lock") ? "pylock.toml" : lock_file_)));
      return {};
    }
    return {};
  }

  Result<void> sources(const json::Value& document, const std::string& path) {
    const json::Value* list = at(document, "tool.pdm.source");
    if (list == nullptr || list->array() == nullptr) return {};
    for (const json::Value& item : *list->array()) TRY(source(item, path + ", [[tool.pdm.source]]"));
    return {};
  }

  Collector& into_;
  Findings& findings_;
  std::string directory_;
  std::string configuration_;
  std::string lock_file_ = "pdm.lock";
  bool uses_uv_ = false;
};

}  // namespace

Result<Nested> collect_pdm(Collector& into, const Command* command) {
  return PdmCollector(into).run(command);
}

}  // namespace tomme::guard
