#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/installers/findings.h"
#include "app/installers/installer.h"
#include "app/installers/invocation.h"
#include "app/installers/our_variables.h"
#include "app/installers/tables.h"
#include "core/base/result.h"
#include "core/encoding/json.h"

namespace tomme::guard {

/// What the collectors of the installers share.
struct Collector {
  const Invocation& invocation;
  Findings& findings;

  /// Nothing where there is no such file; kGuardConfiguration where it is larger than the limit.
  Result<std::optional<std::string>> read(const std::string& path) const;
  Result<std::optional<json::Value>> read_toml(const std::string& path) const;
  Result<std::optional<json::Value>> read_lock(const std::string& path) const;
  /// nullptr where unset or empty.
  const std::string* variable(const std::string& name) const;
  std::string config_home() const;               ///< $XDG_CONFIG_HOME or ~/.config; empty without a home
  std::vector<std::string> config_dirs() const;  ///< $XDG_CONFIG_DIRS or /etc/xdg
};

/// A command that was started by the installer: `uv run pip install …`, a script of its settings.
struct StartedCommand {
  std::vector<std::string> words;
  std::string where = {};      ///< the setting that holds it; empty: the command line
  std::string directory = {};  ///< where it works; empty: where the installer does
};
using Nested = std::vector<StartedCommand>;

/// What `exec` would find; empty where there is no such program.
std::string find_program(const Collector& from, const std::string& program);
/// The program's own place, with links followed; the word itself where it is not found.
std::string real_name(const Collector& from, const std::string& program);
/// `detect_installer`, also by what links lead to: of the program, and of the file that a Python is to run.
Command recognise(const Collector& from, std::span<const std::string> argv);
/// Whether `recognise` gives an installer; costs no copy of a long list.
bool leads_to_installer(const Collector& from, std::span<const std::string> argv);
/// The installer in a list of words and what stands behind it; `unknown` where there is none. Errs towards
/// seeing too much: a word that is spelled like an installer is one.
Command recognise_within(const Collector& from, std::span<const std::string> words);

/// The command that a runner of tools makes of these words: the first is a requirement (`pip@26`, `pip==26`,
/// `pip[x]`), and the tool has the name of its project.
std::vector<std::string> tool_command(std::vector<std::string> words);

/// Each reads what its installer would read: arguments, environment, settings, files named by them. Without
/// `arguments` (an unknown child that may start any installer) only environment and settings.
Result<Nested> collect_pip(Collector& into, const Command* command);
Result<Nested> collect_uv(Collector& into, const Command* command);
Result<Nested> collect_poetry(Collector& into, const Command* command);
Result<Nested> collect_pdm(Collector& into, const Command* command);
Result<Nested> collect_pipx(Collector& into, const Command& command);
Result<Nested> collect_pnpm(Collector& into, const Command* command);
/// What starts pip or uv: pip-tools, pipenv, hatch, tox, nox and build.
Result<Nested> collect_starter(Collector& into, const Command& command);
Result<Nested> collect_hatch(Collector& into, const Command& command);

/// A shell command in somebody's settings, as `sh -c` would run it.
inline StartedCommand shell_command(std::string_view text, std::string where) {
  return {{"sh", "-c", std::string(text)}, std::move(where)};
}

/// What another program hands to `pip install`, without pip's settings.
Result<void> collect_pip_arguments(Collector& into, std::vector<std::string> arguments);

/// pip.conf in every place that pip looks at, least important first. `(file, section, name, value)`.
struct PipSetting {
  std::string name;
  std::string value;
  std::string where;
};
Result<std::vector<PipSetting>> pip_settings(const Collector& from, const Command* command);
/// The setting that a variable stands for: `PIP_INDEX_URL` and `PIP_index-url` for "index-url". Empty for one
/// that is not pip's.
std::string pip_setting_of(std::string_view variable);

/// Every folder that may be `sys.prefix` of the Python that runs this command, there or not; without a
/// command of any.
std::vector<std::string> python_prefixes(const Collector& from, const Command* command);

/// Whether pip's sub-command fetches what it installs or keeps.
bool pip_installs(std::string_view command);
/// The program between this command and a Python whose `pip.conf` cannot be told; empty where it is known.
std::string untold_python(const Collector& from, const Command& command);

/// A requirements or constraints file and all that it names, as pip and uv read it. `path` may be a `file:`
/// URL; one on the network cannot be read before the start and counts as unproven. A `pylock*.toml` is read
/// as a lock, and a pyproject.toml as a project, where the command itself names it and its installer goes by
/// that name; a file that another one names never is.
/// `flag` is the option that named it, for messages.
enum class ByName : std::uint8_t { nothing, locks, locks_and_projects };
Result<void> collect_requirements(Collector& into, const std::string& path, const std::string& directory,
                                  std::string_view flag = "-r", ByName by_name = ByName::locks_and_projects);

/// `${NAME}`, where the variable is set. pip and uv take names of capital letters, digits and `_` alone, pdm
/// any.
enum class VariableNames : bool { capitals, any };
std::string expand_variables(const Collector& from, std::string_view text, VariableNames names);

/// "….py", "….pyw" in any case: uv takes it for a script, as a requirements file too.
bool is_script_name(std::string_view path);
/// One requirement of a command line or requirements file, seen from `directory`. A folder is known by its
/// pyproject.toml: it is that project's, and what its build asks for counts.
Result<void> collect_requirement(Collector& into, std::string_view text, const std::string& where,
                                 const std::string& directory);
/// Where the path or `file:` URL of a requirement leads; nothing where it names neither.
std::optional<std::string> local_place_of(const Collector& from, std::string_view requirement,
                                          const std::string& directory);
/// `-e PATH` or `-e URL`: the same, and never an index's.
Result<void> collect_editable(Collector& into, std::string_view text, const std::string& where,
                              const std::string& directory);

/// A Python script's inline metadata (PEP 723): dependencies and [tool.uv]. Nothing where it has none; a
/// script that cannot be read counts as unproven.
Result<std::optional<json::Value>> read_script(Collector& into, const std::string& path);

/// The folders from `directory` up to the root.
std::vector<std::string> ancestors_of(std::string directory);
/// The folder that a file is in; empty of one at the root.
inline std::string folder_of_file(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}
/// "a/b" of a folder below `folder`; "." of itself.
inline std::string below(const std::string& folder, const std::string& path) {
  return path.size() > folder.size() + 1 ? path.substr(folder.size() + 1) : ".";
}
/// `path` seen from `directory`, `~` from home. Where an installer may read it otherwise, `findings` hear of
/// it: one that knows no `~` and has such a file, a `..` behind a link.
std::string path_in(const Collector& from, const std::string& directory, std::string_view path);

/// PEP 508 texts in an array, alone or in tables: `{requirement = "x"}`, `{include-group = "x"}`. What has
/// any other shape is unproven: an installer may read it all the same.
/// Of a project in `folder` a path may be a folder of its own.
Result<void> collect_requirement_list(Collector& into, const json::Value* list, const std::string& where,
                                      const std::string& folder = {});
/// Every source that a table names, however many: `url`, `git`, `path`, `editable`, ... An installer takes
/// one of them, and not all the same one.
/// Paths are seen from `directory`.
Result<void> collect_ways(Collector& into, const json::Value& table, const std::string& where,
                          const std::string& directory);
/// `name = "1"`, `name = {path = "x"}`, or a list of them: [tool.poetry.dependencies].
Result<void> collect_dependency_table(Collector& into, const json::Value* table, const std::string& where,
                                      const std::string& directory);
/// [project], [dependency-groups], [build-system] of a pyproject.toml or of script metadata.
Result<void> collect_project_tables(Collector& into, const json::Value& document, const std::string& where);

/// What a uv.toml or a [tool.uv] adds to any resolution, `uv pip install` included.
Result<void> collect_uv_requirements(Collector& into, const json::Value& table, const std::string& where);
/// [tool.uv] of a pyproject.toml or of script metadata, as far as it names requirements and their sources.
Result<void> collect_uv_tables(Collector& into, const json::Value& document, const std::string& path);
/// What a build backend takes from the project in `folder` beside these: requirements in other tables, in
/// hatch.toml and setup.cfg, and in files that they name. `pyproject` is nullptr where there is none.
Result<void> collect_build_settings(Collector& into, const json::Value* pyproject, const std::string& folder);
/// All of these of a pyproject.toml; the document, or nothing where there is no such file.
Result<std::optional<json::Value>> collect_pyproject(Collector& into, const std::string& path);
/// What Poetry reads of a pyproject.toml, and PDM where there is no [project].
Result<void> collect_poetry_tables(Collector& into, const json::Value& document, const std::string& path);
/// What PDM makes a [project] of where there is none: [tool.flit] or [tool.poetry].
Result<void> collect_pdm_converted(Collector& into, const json::Value& document, const std::string& path);
/// The name by which the project in a folder is built; empty where nothing says.
Result<std::string> name_in_folder(const Collector& from, const std::string& folder);
/// What the build of a project of one's own asks for, and what it needs: nobody else looks at that.
Result<void> read_own_project(Collector& into, const std::string& folder);
/// A folder with sources that belongs to the project: a member of its workspace. It may be the very project
/// whose signer is expected, by the name in its pyproject.toml or by the one that `findings` are about.
Result<void> collect_own_sources(Collector& into, const std::string& folder, std::string_view shown,
                                 const std::string& where);
/// Whether a folder is `root` or below it, links followed, and in no other checkout, environment or folder of
/// installed packages there.
bool lies_in(const Collector& from, const std::string& folder, const std::string& root);
/// What belongs to the person's own project: the checkout that the command works in, else the project, else
/// its folder.
std::string own_root(const Collector& from);
/// Whether a path leads to a project in `own_root`, or below it, that is none whose signer is expected, or is
/// the very project that the command works in: then it is noted, as a member of a workspace is. Without a
/// name to be told by it is no such folder where a signer is expected; and where no project is at work (a
/// home folder, say), what lies there is not its own.
Result<bool> takes_own_folder(Collector& into, std::string_view path, const std::string& directory,
                              const std::string& where);
/// `--group [PATH:]NAME`: any group of the project there.
Result<void> collect_group(Collector& into, std::string_view group, const std::string& directory);
/// Folders below `folder` that a glob of workspace members names: `*`, `?`, `**`; classes count as `*`.
Result<std::vector<std::string>> folders_matching(const Collector& from, const std::string& folder,
                                                  std::string_view glob);

Result<void> collect_uv_lock(Collector& into, const std::string& path);
Result<void> collect_poetry_lock(Collector& into, const std::string& path);
Result<void> collect_pdm_lock(Collector& into, const std::string& path);
Result<void> collect_pylock(Collector& into, const std::string& path);

}  // namespace tomme::guard
