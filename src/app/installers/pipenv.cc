#include <algorithm>
#include <array>
#include <span>

#include "app/installers/errors.h"
#include "app/installers/pasted_requirements.h"
#include "app/installers/pip_options.h"
#include "app/installers/pipenv_lines.h"
#include "app/installers/pipenv_scripts.h"
#include "app/installers/started_variables.h"
#include "app/installers/starters.h"
#include "app/installers/walk.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"
#include "core/packaging/project_name.h"

namespace tomme::guard {
namespace {

/// Of all commands of pipenv 2026, and of older ones; argparse.
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
    {"--extras", true},
    {"--config-settings", true},
    {"--resolver", true},
    {"--backend", true},
    {"--db", true},
    {"--ignore", true},
    {"-o", true},
    {"--output", true},
    {"--output-file", true},
    {"-f", true},
    {"--key", true},
    {"--policy-file", true},
    {"--project", true},
    {"--save-json", true},
    {"-s", true},
    {"--vulnerability-service", true},
    {"--dev-groups", true},
};
constexpr std::string_view kFlags[] = {
    "--aliases",
    "--all",
    "--all-dev",
    "--anyway",
    "--bare",
    "--clean",
    "--audit-and-monitor",
    "--auto-install",
    "--clear",
    "--deploy",
    "--continue-on-error",
    "--desc",
    "--dev",
    "--dev-only",
    "--disable-audit-and-monitor",
    "--dry-run",
    "--envs",
    "--exclude-index",
    "--exclude-markers",
    "--exit-code",
    "--fancy",
    "--fix",
    "--from-pipfile",
    "--from-pyproject",
    "--generate",
    "--hash",
    "--help",
    "--ignore-pipfile",
    "--json",
    "--json-tree",
    "--local",
    "--lock-only",
    "--locked",
    "--man",
    "--no-deps",
    "--no-lock",
    "--no-site-packages",
    "--outdated",
    "--pre",
    "--py",
    "--quiet",
    "--reverse",
    "--rm",
    "--scan",
    "--site-packages",
    "--skip-editable",
    "--skip-lock",
    "--strict",
    "--support",
    "--system",
    "--use-installed",
    "--validate",
    "--venv",
    "--verbose",
    "--version",
    "--where",
    "-d",
    "-h",
    "-q",
    "-v",
    "--keep-outdated",
    "--selective-upgrade",
    "--sequential",
    "--three",
    "--two",
    "--unused",
    "--completion",
};

/// All tables have names of packages for keys.
constexpr std::string_view kByName[] = {"*"};
/// Commands are looked through where they are started.
constexpr std::string_view kHarmless[] = {"scripts", "pipenv", "_meta.hash"};

class PipenvCollector {
 public:
  explicit PipenvCollector(Collector& into) : into_(into), findings_(into.findings) {}

  Result<Nested> run(const Command& command) {
    const Arguments top = scan(command.arguments, {kPipenvOptions, true, true, kFlags});
    const std::string sub = top.words.empty() ? "" : top.words[0];
    // What follows `run` is the command's own.
    const Arguments found =
        sub == "run" ? top : scan(command.arguments, {kPipenvOptions, true, false, kFlags});
    TRY(expect_known_options(into_, "pipenv", found));
    for (const Found& option : found.options) TRY(collect_starter_option(into_, "pipenv", option));
    if (const std::string* mirror = into_.variable("PIPENV_PYPI_MIRROR"))
      TRY(findings_.index(*mirror, "PIPENV_PYPI_MIRROR"));
    if (sub == "install" || sub == "upgrade" || sub == "update") {
      for (std::size_t i = 1; i < found.words.size(); ++i)
        TRY(collect_requirement(into_, found.words[i], "pipenv " + sub, directory()));
    }
    const Pipfile pipfile = TRY(nearest_pipfile());
    TRY(pylocks(pipfile.folder));
    const StartedVariables variables = TRY(environment_file(pipfile.folder));
    TRY(collect_with_variables(into_, variables, pipfile.folder + "/.env"));
    if (sub == "shell") return pipenv_shell(into_, std::span(found.words).subspan(1), variables);
    const std::vector<std::string> started =
        sub == "run" ? words_to_run(top.words) : std::vector<std::string>();
    return started.empty() ? Nested{} : pipenv_run(into_, pipfile.document, started, variables);
  }

 private:
  const std::string& directory() const { return into_.invocation.directory; }

  /// `run [--system] COMMAND…`
  static std::vector<std::string> words_to_run(std::vector<std::string> words) {
    const auto is_option = [](const std::string& word) {
      return word == "--" || (word.size() > 2 && std::string_view("--system").starts_with(word));
    };
    const auto first = std::find_if_not(words.begin() + 1, words.end(), is_option);
    words.erase(words.begin(), first);
    return words;
  }

  // ---- which files

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
      // It may be left out: one that is empty, and above others where the user has pipenv look less far.
      const bool counts = document && !members_of(&*document).empty() && (own != nullptr || looks_up(folder));
      if (!counts) TRY(without_pipfile());
      if (document) TRY(pipfile_tables(*document, path));
      TRY(pipfile_lock(path + ".lock"));
      return Pipfile{document ? *std::move(document) : json::Value(), folder_of_file(path)};
    }
    TRY(without_pipfile());
    return Pipfile{{}, directory()};
  }

  bool looks_up(const std::string& folder) const {
    constexpr std::ptrdiff_t kUsually = 10;
    if (folder == directory()) return true;
    for (const char* name : {"PIPENV_MAX_DEPTH", "PIPENV_NO_INHERIT"}) {
      if (into_.variable(name) != nullptr) return false;
    }
    return std::ranges::count(below(folder, directory()), '/') + 1 < kUsually;
  }

  /// pipenv makes a Pipfile of the next requirements.txt. The project's own file is looked at besides.
  Result<void> without_pipfile() {
    for (const std::string& folder : ancestors_of(directory())) {
      const std::string path = folder + "/requirements.txt";
      if (!into_.invocation.read(path, 1)) continue;
      TRY(collect_requirements(into_, path, directory(), "pipenv", ByName::nothing));
      break;
    }
    [[maybe_unused]] const auto read = TRY(collect_pyproject(into_, directory() + "/pyproject.toml"));
    return {};
  }

  /// Whatever Pipfile.lock says besides.
  Result<void> pylocks(const std::string& folder) {
    std::vector<std::string> names = into_.invocation.list(folder);
    std::erase_if(names, [](const std::string& name) {
      return name != "pylock.toml" && !(name.starts_with("pylock.") && name.ends_with(".toml"));
    });
    for (const std::string& name : names) {
      std::string path = folder + "/";
      path += name;
      TRY(collect_pylock(into_, path));
      const std::optional<json::Value> lock = TRY(into_.read_lock(path));
      if (lock) TRY(pylock_texts(*lock, path));
    }
    return {};
  }

  // ---- what stands in them

  Result<void> pipfile_tables(const json::Value& document, const std::string& path) {
    for (const json::Value& each : items_of(at(document, "source"))) TRY(source(each, path + ", [[source]]"));
    TRY(build_requirements(document, path));
    constexpr std::array<std::string_view, 5> kOther{"source", "scripts", "requires", "pipenv",
                                                     "build-system"};
    for (const json::Member& table : members_of(&document)) {
      if (std::ranges::find(kOther, table.name) == kOther.end()) TRY(packages(table.value, path));
    }
    watch_texts(findings_, document, path + ",", {kHarmless, kByName});
    return {};
  }

  /// [build-system] of a Pipfile: pipenv pastes what it requires, before all else.
  Result<void> build_requirements(const json::Value& document, const std::string& path) {
    const json::Value* list = at(document, "build-system.requires");
    const std::string where = path + ", build-system.requires";
    TRY(collect_requirement_list(into_, list, where, folder_of_file(path)));
    for (const json::Value& each : items_of(list)) {
      if (each.text() != nullptr) TRY(expect_plain_requirement(into_, *each.text(), where));
    }
    return {};
  }

  Result<void> pipfile_lock(const std::string& path) {
    const std::optional<std::string> text = into_.invocation.read(path, into_.invocation.limits.lock_bytes);
    if (!text) return {};
    const Result<json::Value> document = json::parse(*text);
    if (!document) return fail(kGuardConfiguration, printable(path) + ": " + document.error().message());
    for (const json::Value& each : items_of(at(*document, "_meta.sources"))) {
      TRY(source(each, path + ", sources"));
    }
    for (const json::Member& table : members_of(&*document)) {
      if (table.name != "_meta") TRY(packages(table.value, path));
    }
    watch_texts(findings_, *document, path + ",", {kHarmless, kByName});
    return {};
  }

  Result<void> source(const json::Value& source, const std::string& where) {
    if (auto url = text_at(source, "url")) {
      findings_.taken(*url);
      TRY(findings_.index(expanded(*url), where));
    }
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
      const std::string where = path + ", " + shown_address(package.name);
      TRY(package_texts(package, where));
      const Findings::About about(findings_, package.name);
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

  // ---- what pipenv pastes into a requirements file: each text has the form of its kind, or is anybody's

  Result<void> expect(bool is_plain, std::string_view what, const std::string& where) {
    if (is_plain) return {};
    const Findings::About nobody(findings_, std::nullopt);
    return findings_.unproven(
        "a text that is no " + std::string(what) + ", and goes into pip's requirements as it is", where,
        "write the lock anew with pipenv lock");
  }

  Result<void> package_texts(const json::Member& package, const std::string& where) {
    TRY(expect(ProjectName::parse(package.name).has_value(), "project's name", where));
    if (const std::string* version = package.value.text())
      return expect(is_plain_version(*version), "version", where);
    TRY(expect(package.value.object() != nullptr, "package", where));
    for (const json::Member& member : members_of(&package.value)) TRY(package_text(member, where));
    return {};
  }

  Result<void> package_text(const json::Member& member, const std::string& where) {
    // Sources, and what is pasted beside them alone: they cannot be judged, whatever stands there.
    constexpr std::array<std::string_view, 9> kOfSources{"git",  "hg",  "svn", "bzr",         "path",
                                                         "file", "vcs", "ref", "subdirectory"};
    const std::string place = where + "." + shown_address(member.name);
    const std::string& name = member.name;
    if (std::ranges::find(kOfSources, name) != kOfSources.end()) return {};
    if (name == "index") return index_name(member.value, place);
    if (name == "pip_args" && is_for_the_build(member.value)) return {};
    const bool is_list = name == "extras" || name == "hashes";
    for (const json::Value& item : is_list ? one_or_more(member.value) : std::span(&member.value, 1)) {
      const std::string* text = item.text();
      if (text == nullptr) {
        TRY(expect(item.array() == nullptr && item.object() == nullptr, "text of a package", place));
      } else if (name == "version") {
        TRY(expect(is_plain_version(*text), "version", place));
      } else if (name == "extras") {
        TRY(expect(ProjectName::parse(*text).has_value(), "extra", place));
      } else if (name == "hashes") {
        TRY(expect(is_plain_hash(*text), "hash", place));
      } else {
        TRY(expect(is_plain_marker(*text), "marker", place));
      }
    }
    return {};
  }

  /// Settings of the package's own build, which pipenv writes there itself: ["--config-settings", "a=b"].
  static bool is_for_the_build(const json::Value& arguments) {
    constexpr std::string_view kOption = "--config-settings";
    const std::span<const json::Value> words = one_or_more(arguments);
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string* word = words[i].text();
      if (word == nullptr) return false;
      if (word->starts_with(std::string(kOption) + "=")) continue;
      if (*word != kOption || ++i == words.size() || words[i].text() == nullptr) return false;
    }
    return true;
  }

  /// The name of a source; an address there is one of its own.
  Result<void> index_name(const json::Value& value, const std::string& place) {
    const std::string* text = value.text();
    if (text != nullptr && is_http(*text)) return findings_.index(expanded(*text), place);
    const auto is_byte = [](char c) { return c > ' ' && c < '\x7f' && c != '/' && c != '\\'; };
    const bool is_name = text != nullptr && std::ranges::all_of(*text, is_byte) && !text->starts_with('-');
    return expect(is_name, "name of a source", place);
  }

  /// pipenv makes a Pipfile.lock of it, and pastes that.
  Result<void> pylock_texts(const json::Value& lock, const std::string& path) {
    for (const json::Value& each : items_of(at(lock, "sources"))) TRY(source(each, path + ", sources"));
    for (const json::Value& package : items_of(at(lock, "packages"))) {
      const std::string name(text_at(package, "name").value_or(""));
      const std::string where = path + ", " + shown_address(name);
      TRY(expect(ProjectName::parse(name).has_value(), "project's name", where));
      if (const json::Value* version = at(package, "version"))
        TRY(expect(version->text() != nullptr && is_plain_version(*version->text()), "version", where));
      if (const json::Value* marker = at(package, "marker"))
        TRY(expect(marker->text() != nullptr && is_plain_marker(*marker->text()), "marker", where));
      TRY(pylock_hashes(package, where));
    }
    return {};
  }

  Result<void> pylock_hashes(const json::Value& package, const std::string& where) {
    const auto of_file = [&](const json::Value& file) -> Result<void> {
      for (const json::Member& hash : members_of(at(file, "hashes"))) {
        const std::string* text = hash.value.text();
        TRY(expect(text != nullptr && is_plain_hash("sha256:" + *text), "hash", where));
      }
      return {};
    };
    for (const json::Value& wheel : items_of(at(package, "wheels"))) TRY(of_file(wheel));
    if (const json::Value* sdist = at(package, "sdist")) TRY(of_file(*sdist));
    const json::Value* own = at(package, "tool.pipenv.hashes");
    if (own == nullptr) return {};
    for (const json::Value& hash : one_or_more(*own))
      TRY(expect(hash.text() != nullptr && is_plain_hash(*hash.text()), "hash", where));
    return {};
  }

  // ---- what it starts

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

  Collector& into_;
  Findings& findings_;
};

}  // namespace

Result<Nested> collect_pipenv(Collector& into, const Command& command) {
  return PipenvCollector(into).run(command);
}

}  // namespace tomme::guard
