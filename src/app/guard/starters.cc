#include <algorithm>
#include <array>

#include "app/guard/arguments.h"
#include "app/guard/collect.h"
#include "app/guard/errors.h"
#include "app/guard/pip_options.h"
#include "app/guard/pipenv_scripts.h"
#include "app/guard/started_variables.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"

// What starts pip or uv, with settings of its own before theirs.
namespace tomme::guard {
namespace {

/// pip-tools 7.5, click: no abbreviations.
constexpr Option kPipToolsOnly[] = {
    {"--pypi-url", true, Meaning::index},
    {"--pip-args", true, Meaning::pip_arguments},
    {"-c", true, Meaning::requirements},
    {"--constraint", true, Meaning::requirements},
    {"--config", true, Meaning::configuration_file},
    {"-o", true},
    {"--output-file", true},
    {"--extra", true},
    {"-P", true},
    {"--upgrade-package", true},
    {"--unsafe-package", true},
    {"--resolver", true},
    {"--python-executable", true},
    {"--build-deps-for", true},
    {"--newline", true},
    {"--annotation-style", true},
};
constexpr auto kPipToolsOptions = joined(kIndexOptions, kConnectionOptions, kPipToolsOnly);

/// pipenv 2026; click.
constexpr Option kPipenvOptions[] = {
    {"-i", true, Meaning::index},
    {"--index", true, Meaning::index},
    {"--pypi-mirror", true, Meaning::index},
    {"--extra-pip-args", true, Meaning::pip_arguments},
    {"-r", true, Meaning::requirements},
    {"--requirements", true, Meaning::requirements},
    {"-e", true, Meaning::editable},
    {"--editable", true, Meaning::editable},
    {"--python", true},
    {"--categories", true},
};

/// build 1.5; argparse.
constexpr Option kBuildOptions[] = {
    {"-o", true},
    {"--outdir", true},
    {"-C", true},
    {"--config-setting", true},
    {"--installer", true, Meaning::module},
};

class StarterCollector {
 public:
  explicit StarterCollector(Collector& into) : into_(into), findings_(into.findings) {}

  Result<Nested> run(const Command& command) {
    TRY(collect_pip(into_, nullptr));
    switch (command.installer) {
      case Installer::pip_tools:
        return pip_tools(command);
      case Installer::pipenv:
        return pipenv(command);
      case Installer::hatch:
        return collect_hatch(into_, command);
      case Installer::build:
        return build(command);
      default:
        return environments(command);
    }
  }

 private:
  const std::string& directory() const { return into_.invocation.directory; }

  /// Their files are programs, or are read with substitutions of their own.
  Result<Nested> environments(const Command& command) {
    const std::string name(name_of(command.installer));
    TRY(findings_.unproven("environments whose commands are known only after the start", name,
                           "give the installer's command itself, with the requirements of that environment"));
    TRY(collect_uv(into_, nullptr));
    return Nested{};
  }

  Result<void> one_option(const std::string& program, const Found& option) {
    const std::string where = program + " " + option.name;
    switch (option.meaning) {
      case Meaning::refused:
        return refused_flag(program, option.name,
                            option.name == "--cache-dir"
                                ? "a cache that is not of this run holds files that nobody judged"
                                : why_refused(option.name));
      case Meaning::pip_arguments:
        return collect_pip_arguments(into_, shell_words(option.value));
      case Meaning::requirements:
        return collect_requirements(into_, option.value, directory(), option.name);
      case Meaning::editable:
        return collect_editable(into_, option.value, where, directory());
      default:
        return collect_index_option(findings_, option, where);
    }
  }

  // ---- pip-tools

  Result<Nested> pip_tools(const Command& command) {
    const Arguments found = scan(command.arguments, {kPipToolsOptions, false, false});
    std::vector<std::string> files(found.words.begin() + (found.words.empty() ? 0 : 1), found.words.end());
    const bool syncs = !found.words.empty() && found.words[0] == "sync";
    for (const Found& option : found.options) TRY(one_option("pip-tools", option));
    std::vector<std::string> settings{"pyproject.toml", ".pip-tools.toml"};
    for (const Found& option : found.options) {
      if (option.meaning == Meaning::configuration_file) settings.push_back(option.value);
    }
    for (const std::string& file : settings) TRY(pip_tools_settings(path_in(into_, directory(), file)));
    if (files.empty()) files = {syncs ? "requirements.txt" : "requirements.in"};
    if (!syncs) files.emplace_back("pyproject.toml");
    for (const std::string& file : files) {
      if (file == "-" || into_.invocation.read(path_in(into_, directory(), file), 1))
        TRY(collect_requirements(into_, file, directory(), syncs ? "pip-sync" : "pip-compile"));
    }
    return Nested{};
  }

  /// [tool.pip-tools] has the options under their long names.
  Result<void> pip_tools_settings(const std::string& path) {
    const std::optional<json::Value> document = TRY(into_.read_toml(path));
    if (!document) return {};
    for (const char* table : {"tool.pip-tools", "tool.pip-tools.compile", "tool.pip-tools.sync"}) {
      for (const json::Member& setting : members_of(at(*document, table))) {
        TRY(pip_tools_setting(setting, path));
      }
    }
    return {};
  }

  Result<void> pip_tools_setting(const json::Member& setting, const std::string& path) {
    std::string name = "--" + setting.name;
    std::ranges::replace(name, '_', '-');
    const auto option = std::ranges::find(kPipToolsOptions, name, &Option::name);
    if (option == std::end(kPipToolsOptions) || option->meaning == Meaning::nothing) return {};
    if (const bool* on = setting.value.boolean(); on != nullptr && !*on) return {};
    std::vector<std::string> values = texts_at(json::Value(json::Object({setting})), setting.name);
    if (!option->takes_value) values = {""};
    for (std::string& value : values)
      TRY(in(printable(path), one_option("pip-tools", {option->meaning, name, std::move(value)})));
    return {};
  }

  // ---- pipenv

  Result<Nested> pipenv(const Command& command) {
    const Arguments top = scan(command.arguments, {kPipenvOptions, false, true});
    const std::string sub = top.words.empty() ? "" : top.words[0];
    const bool runs = sub == "run" || sub == "shell";
    const Arguments found = runs ? top : scan(command.arguments, {kPipenvOptions, false, false});
    for (const Found& option : found.options) TRY(one_option("pipenv", option));
    if (const std::string* mirror = into_.variable("PIPENV_PYPI_MIRROR"))
      TRY(findings_.index(*mirror, "PIPENV_PYPI_MIRROR"));
    if (sub == "install" || sub == "upgrade") {
      for (std::size_t i = 1; i < found.words.size(); ++i)
        TRY(collect_requirement(into_, found.words[i], "pipenv " + sub, directory()));
    }
    const Pipfile pipfile = TRY(nearest_pipfile());
    const StartedVariables variables = TRY(environment_file(pipfile.folder));
    if (sub != "run" || top.words.size() < 2) return Nested{};
    return pipenv_run(into_, pipfile.document, {top.words.begin() + 1, top.words.end()}, variables);
  }

  struct Pipfile {
    json::Value document;  ///< null where there is none
    std::string folder;    ///< of the project
  };
  /// The Pipfile that counts, with its lock read.
  Result<Pipfile> nearest_pipfile() {
    const std::string* own = into_.variable("PIPENV_PIPFILE");
    for (const std::string& folder : ancestors_of(directory())) {
      const std::string path = own != nullptr ? path_in(into_, directory(), *own) : folder + "/Pipfile";
      std::optional<json::Value> document = TRY(into_.read_toml(path));
      if (!document && own == nullptr) continue;
      if (document) TRY(pipfile_tables(*document, path));
      TRY(pipfile_lock(path + ".lock"));
      return Pipfile{document ? *std::move(document) : json::Value(), folder_of_file(path)};
    }
    return Pipfile{{}, directory()};
  }

  Result<void> pipfile_tables(const json::Value& document, const std::string& path) {
    for (const json::Value& source : items_of(at(document, "source"))) {
      TRY(pipfile_source(source, path + ", [[source]]"));
    }
    constexpr std::array<std::string_view, 4> kOther{"source", "scripts", "requires", "pipenv"};
    for (const json::Member& table : members_of(&document)) {
      if (std::ranges::find(kOther, table.name) == kOther.end()) TRY(packages(table.value, path));
    }
    return {};
  }

  Result<void> pipfile_source(const json::Value& source, const std::string& where) {
    if (auto url = text_at(source, "url")) TRY(findings_.index(expanded(*url), where));
    const json::Value* verify = at(source, "verify_ssl");
    if (verify != nullptr && verify->boolean() != nullptr && !*verify->boolean())
      TRY(findings_.unchecked_tls("", where + " verify_ssl"));
    return {};
  }

  /// `${NAME}` and `$NAME`, which pipenv puts in.
  std::string expanded(std::string_view text) const {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool braced = text.substr(i).starts_with("${");
      const std::size_t start = i + (braced ? 2 : 1);
      std::size_t end = start;
      while (end < text.size() && (ascii::is_alnum(text[end]) || text[end] == '_')) ++end;
      const std::string* value = text[i] == '$' && end > start
                                     ? into_.variable(std::string(text.substr(start, end - start)))
                                     : nullptr;
      if (value == nullptr) {
        out += text[i];
        continue;
      }
      out += *value;
      i = braced ? end : end - 1;
    }
    return out;
  }

  /// `name = {git = …}`, `{path = …}`, `{file = "https://…"}`; in a lock the same.
  Result<void> packages(const json::Value& table, const std::string& path) {
    const std::string folder = folder_of_file(path);
    for (const json::Member& package : members_of(&table)) {
      const Findings::About about(findings_, package.name);
      const std::string where = path + ", " + printable(package.name);
      for (std::string_view kind : {"git", "hg", "svn", "bzr"}) {
        if (auto url = text_at(package.value, kind)) TRY(findings_.checkout(*url, where));
      }
      for (std::string_view kind : {"path", "file"}) {
        const auto place = text_at(package.value, kind);
        if (!place) continue;
        if (!is_http(*place) && TRY(takes_own_folder(into_, *place, folder, where))) continue;
        TRY(is_http(*place) ? findings_.direct_url(*place, where) : findings_.local_path(*place, where));
      }
    }
    return {};
  }

  Result<void> pipfile_lock(const std::string& path) {
    const std::optional<std::string> text = into_.invocation.read(path, into_.invocation.limits.lock_bytes);
    if (!text) return {};
    const Result<json::Value> document = json::parse(*text);
    if (!document) return fail(kGuardConfiguration, printable(path) + ": " + document.error().message());
    for (const json::Value& source : items_of(at(*document, "_meta.sources"))) {
      TRY(pipfile_source(source, path + ", sources"));
    }
    for (const json::Member& table : members_of(&*document)) {
      if (table.name != "_meta") TRY(packages(table.value, path));
    }
    return {};
  }

  /// `pipenv run` and `pipenv shell` put what stands in `.env` over the environment.
  Result<StartedVariables> environment_file(const std::string& folder) {
    constexpr std::array<std::string_view, 4> kOn{"1", "true", "yes", "on"};
    const std::string* off = into_.variable("PIPENV_DONT_LOAD_ENV");
    if (off != nullptr && std::ranges::find(kOn, *off) != kOn.end()) return StartedVariables{};
    const std::string* own = into_.variable("PIPENV_DOTENV_LOCATION");
    const std::string path = own != nullptr ? path_in(into_, directory(), *own) : folder + "/.env";
    if (!into_.invocation.read(path, 1)) return StartedVariables{};
    StartedVariables variables = TRY(variables_of_file(into_, path));
    for (const StartedVariable& each : variables) {
      if (!is_ours(each.name)) continue;
      return fail(kGuardSetting,
                  printable(path) + ", " + printable(each.name) + ": it would lead downloads around tomme",
                  "leave it out, or set PIPENV_DONT_LOAD_ENV=1 for this command");
    }
    return variables;
  }

  // ---- build

  Result<Nested> build(const Command& command) {
    const Arguments found = scan(command.arguments, {kBuildOptions, true, false});
    for (const Found& option : found.options) {
      if (option.value == "uv") TRY(collect_uv(into_, nullptr));
    }
    const std::string folder = path_in(into_, directory(), found.words.empty() ? "." : found.words[0]);
    const std::string path = folder + "/pyproject.toml";
    const std::optional<json::Value> document = TRY(into_.read_toml(path));
    if (!document) return Nested{};
    TRY(collect_requirement_list(into_, at(*document, "build-system.requires"),
                                 path + ", build-system.requires"));
    return Nested{};
  }

  Collector& into_;
  Findings& findings_;
};

}  // namespace

Result<Nested> collect_starter(Collector& into, const Command& command) {
  return StarterCollector(into).run(command);
}

}  // namespace tomme::guard
