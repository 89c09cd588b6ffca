#include <algorithm>
#include <array>
#include <set>

#include "app/installers/pasted_requirements.h"
#include "app/installers/pip_options.h"
#include "app/installers/starters.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// pip-tools 7.5, click: no abbreviations.
constexpr Option kPipToolsOnly[] = {
    {"--pypi-url", true, Meaning::index},
    {"--pip-args", true, Meaning::pip_arguments},
    {"-c", true, Meaning::requirements},
    {"--constraint", true, Meaning::requirements},
    {"--config", true, Meaning::configuration_file},
    {"-P", true, Meaning::requirement},
    {"--upgrade-package", true, Meaning::requirement},
    {"-o", true},
    {"--output-file", true},
    {"--extra", true},
    {"--unsafe-package", true},
    {"--resolver", true},
    {"--python-executable", true},
    {"--build-deps-for", true},
    {"--newline", true},
    {"--annotation-style", true},
    {"--max-rounds", true},
    {"--uploaded-prior-to", true},
};
constexpr auto kOptions = joined(kIndexOptions, kConnectionOptions, kPipToolsOnly);

/// Of both commands, 7.6.
constexpr std::string_view kFlags[] = {
    "-h",
    "--help",
    "--version",
    "--color",
    "--no-color",
    "-v",
    "--verbose",
    "-q",
    "--quiet",
    "-n",
    "--dry-run",
    "-p",
    "--pre",
    "-r",
    "--rebuild",
    "--all-extras",
    "--header",
    "--no-header",
    "--emit-trusted-host",
    "--no-emit-trusted-host",
    "--annotate",
    "--no-annotate",
    "-U",
    "--upgrade",
    "--no-upgrade",
    "--allow-unsafe",
    "--no-allow-unsafe",
    "--strip-extras",
    "--no-strip-extras",
    "--generate-hashes",
    "--reuse-hashes",
    "--no-reuse-hashes",
    "--build-isolation",
    "--no-build-isolation",
    "--emit-find-links",
    "--no-emit-find-links",
    "--emit-index-url",
    "--no-emit-index-url",
    "--emit-options",
    "--no-emit-options",
    "--index",
    "--no-index",
    "--no-config",
    "--all-build-deps",
    "--only-build-deps",
    "-a",
    "--ask",
    "--force",
    "--user",
};

/// Settings have the long names of options, and besides the names that the options have inside the program.
struct InnerName {
  std::string_view name;
  std::string_view option;
};
constexpr std::array<InnerName, 2> kInnerNames{
    {{"--pip-args-str", "--pip-args"}, {"--upgrade-packages", "--upgrade-package"}}};

/// What a setting says that brings nothing in, without its "no-".
constexpr std::array<std::string_view, 36> kHarmless{"--color",
                                                     "--verbose",
                                                     "--quiet",
                                                     "--dry-run",
                                                     "--pre",
                                                     "--rebuild",
                                                     "--extra",
                                                     "--extras",
                                                     "--all-extras",
                                                     "--header",
                                                     "--emit-trusted-host",
                                                     "--annotate",
                                                     "--upgrade",
                                                     "--annotation-style",
                                                     "--output-file",
                                                     "--newline",
                                                     "--allow-unsafe",
                                                     "--strip-extras",
                                                     "--reuse-hashes",
                                                     "--generate-hashes",
                                                     "--max-rounds",
                                                     "--resolver",
                                                     "--build-isolation",
                                                     "--emit-find-links",
                                                     "--resolver-name",
                                                     "--emit-index-url",
                                                     "--emit-options",
                                                     "--unsafe-package",
                                                     "--build-deps-for",
                                                     "--build-deps-targets",
                                                     "--all-build-deps",
                                                     "--only-build-deps",
                                                     "--ask",
                                                     "--force",
                                                     "--user",
                                                     "--user-only"};
/// A cache of the settings' counts for less than the one that tomme gives by a variable.
constexpr std::array<std::string_view, 4> kAlsoHarmless{"--python-executable", "--uploaded-prior-to",
                                                        "--config", "--cache-dir"};

bool is_harmless(std::string_view name) {
  constexpr std::string_view kNo = "--no-";
  const std::string without =
      name.starts_with(kNo) ? "--" + std::string(name.substr(kNo.size())) : std::string(name);
  return std::ranges::find(kHarmless, without) != kHarmless.end() ||
         std::ranges::find(kAlsoHarmless, without) != kAlsoHarmless.end();
}

class PipToolsCollector {
 public:
  explicit PipToolsCollector(Collector& into) : into_(into) {}

  Result<Nested> run(const Command& command) {
    const Arguments found = scan(command.arguments, {kOptions, false, false, kFlags});
    TRY(expect_known_options(into_, "pip-tools", found));
    files_.assign(found.words.begin() + (found.words.empty() ? 0 : 1), found.words.end());
    syncs_ = !found.words.empty() && found.words[0] == "sync";
    for (const Found& option : found.options) TRY(one_option(option, "pip-tools " + option.name));
    for (const std::string& folder : folders_of_settings()) {
      for (const char* file : {"/pyproject.toml", "/.pip-tools.toml"}) TRY(settings(folder + file));
    }
    for (const Found& option : found.options) {
      if (option.meaning == Meaning::configuration_file)
        TRY(settings(path_in(into_, directory(), option.value)));
    }
    if (files_.empty() && syncs_) files_ = {"requirements.txt"};
    if (files_.empty()) files_ = {"requirements.in", "setup.py", "setup.cfg"};
    if (!syncs_) files_.emplace_back("pyproject.toml");
    for (const std::string& file : files_) TRY(source(file));
    return Nested{};
  }

 private:
  const std::string& directory() const { return into_.invocation.directory; }

  /// The first file's with any counts, links followed.
  std::set<std::string> folders_of_settings() const {
    std::set<std::string> folders{directory()};
    for (const std::string& file : files_) {
      const std::string path = path_in(into_, directory(), file);
      const std::string real = into_.invocation.resolve ? into_.invocation.resolve(path) : path;
      folders.insert({path, real, folder_of_file(real)});
    }
    return folders;
  }

  /// What is to be upgraded is pasted into a file of constraints.
  Result<void> one_option(const Found& option, const std::string& where, const std::string& file = {}) {
    if (option.meaning == Meaning::requirement) TRY(expect_plain_requirement(into_, option.value, where));
    const Result<void> done = collect_starter_option(into_, "pip-tools", option);
    return file.empty() ? done : in(file, done);
  }

  Result<void> source(const std::string& file) {
    const std::string path = path_in(into_, directory(), file);
    if (file != "-" && !into_.invocation.read(path, 1)) return {};
    if (!syncs_) TRY(built_project(path));
    // Of a project its metadata counts, which its build says.
    if (const std::string_view name = basename_of(path); name == "setup.py" || name == "setup.cfg")
      return read_own_project(into_, folder_of_file(path));
    return collect_requirements(into_, file, directory(), syncs_ ? "pip-sync" : "pip-compile");
  }

  /// pip-tools builds it with `build`, which pastes what that asks for.
  Result<void> built_project(const std::string& path) {
    const std::string_view name = basename_of(path);
    if (name != "pyproject.toml" && name != "setup.py" && name != "setup.cfg") return {};
    return expect_plain_build_requirements(into_, folder_of_file(path));
  }

  /// [tool.pip-tools], of which a table for one command counts for that command alone.
  Result<void> settings(const std::string& path) {
    const std::optional<json::Value> document = TRY(into_.read_toml(path));
    if (!document) return {};
    const json::Value* all = at(*document, "tool.pip-tools");
    for (const json::Member& each : members_of(all)) {
      const bool is_command = each.name == "compile" || each.name == "sync";
      if (!is_command) TRY(setting(each, path));
    }
    for (const json::Member& each : members_of(member_of(all, syncs_ ? "sync" : "compile")))
      TRY(setting(each, path));
    return {};
  }

  Result<void> setting(const json::Member& setting, const std::string& path) {
    std::string name = ascii::to_lower(setting.name);
    name = "--" + name.substr(std::min(name.find_first_not_of('-'), name.size()));
    std::ranges::replace(name, '_', '-');
    if (is_harmless(name)) return {};
    if (const bool* on = setting.value.boolean(); on != nullptr && !*on) return {};
    std::vector<std::string> values = texts_at(json::Value(json::Object({setting})), setting.name);
    if (name == "--src-files") {
      files_.insert(files_.end(), values.begin(), values.end());
      return {};
    }
    if (const auto inner = std::ranges::find(kInnerNames, name, &InnerName::name); inner != kInnerNames.end())
      name = inner->option;
    const auto option = std::ranges::find(kOptions, name, &Option::name);
    const std::string place = printable(path) + ", [tool.pip-tools] " + printable(setting.name);
    if (option == std::end(kOptions) || (option->takes_value && values.empty()))
      return into_.findings.unproven("a setting that tomme does not know how to read", place);
    if (!option->takes_value) values = {""};
    for (std::string& value : values)
      TRY(one_option({option->meaning, name, std::move(value)}, place, printable(path)));
    return {};
  }

  Collector& into_;
  bool syncs_ = false;
  std::vector<std::string> files_;
};

}  // namespace

Result<Nested> collect_pip_tools(Collector& into, const Command& command) {
  return PipToolsCollector(into).run(command);
}

}  // namespace tomme::guard
