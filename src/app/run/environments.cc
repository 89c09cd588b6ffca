#include "app/run/environments.h"

#include <algorithm>
#include <array>

#include "app/installers/arguments.h"
#include "app/installers/collect.h"
#include "app/installers/started_variables.h"
#include "core/base/ascii.h"

namespace tomme::guard {
namespace {

constexpr std::size_t kPoetryNameLength = 42;
constexpr std::string_view kPypackages = "__pypackages__";

/// What the options of all installers mean for where they write. One table for all: a value that is taken for
/// a folder and is none does no harm.
enum class Role : std::uint8_t { target, prefix, root, python, folder };
struct PlaceOption {
  std::string_view name;
  Role role;
};
constexpr std::array kPlaceOptions{
    PlaceOption{"-t", Role::target},        PlaceOption{"--target", Role::target},
    PlaceOption{"--prefix", Role::prefix},  PlaceOption{"--root", Role::root},
    PlaceOption{"--python", Role::python},  PlaceOption{"-p", Role::python},
    PlaceOption{"-p", Role::folder},        PlaceOption{"--directory", Role::folder},
    PlaceOption{"--project", Role::folder}, PlaceOption{"-C", Role::folder},
    PlaceOption{"-P", Role::folder},
};

class PlaceFinder {
 public:
  PlaceFinder(const Invocation& invocation, const Plan& plan, const std::string& cache)
      : invocation_(invocation), plan_(plan), cache_(cache), lists_(words_within(invocation.argv)) {
    const std::string usual = invocation.home + "/.local/share";
    const std::string* data = from_.variable("XDG_DATA_HOME");
    data_ = data != nullptr ? *data : usual;
    // Not every installer takes one that is no absolute path.
    data_folders_ = {data_, usual};
  }

  Places run() {
    bases_.insert(invocation_.directory);
    for (const auto& list : lists_) folders_in(list);
    for (const char* name : {"UV_WORKING_DIR", "UV_WORKING_DIRECTORY", "UV_PROJECT", "PDM_PROJECT"}) {
      if (const std::string* set = from_.variable(name)) base(*set);
    }
    programs();
    for (const auto& list : lists_) options_in(list);
    variables();
    pip_files();
    for (const std::string& folder : project_folders()) project(folder);
    for (const std::string& base : bases_) root_project(base);
    out_.own.insert(own_root(from_));
    uv_settings(from_.config_home() + "/uv/uv.toml", "");
    uv_settings("/etc/uv/uv.toml", "");
    collections();
    roots();
    seeds();
    return std::move(out_);
  }

 private:
  // ---- words

  /// Each word as an option that takes a value, whatever stands there in truth.
  template <class Take>
  static void each_option(const std::vector<std::string>& words, Take take) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::string_view word = words[i];
      const std::string next = i + 1 < words.size() ? words[i + 1] : "";
      for (const PlaceOption& option : kPlaceOptions) {
        if (word.starts_with("--")) {
          const std::size_t equals = word.find('=');
          const std::string_view name = word.substr(0, equals);
          if (name.size() < 5 || !option.name.starts_with(name)) continue;
          take(option.role, equals == std::string_view::npos ? next : std::string(word.substr(equals + 1)));
        } else if (word.starts_with('-') && option.name.size() == 2) {
          const std::size_t at = word.find(option.name[1], 1);
          if (at == std::string_view::npos) continue;
          std::string_view rest = word.substr(at + 1);
          if (rest.starts_with('=')) rest.remove_prefix(1);
          take(option.role, rest.empty() ? next : std::string(rest));
        }
      }
    }
  }

  void base(std::string_view value) {
    if (value.empty()) return;
    each_reading(invocation_.directory, value, [this](std::string path) { bases_.insert(std::move(path)); });
  }

  void folders_in(const std::vector<std::string>& words) {
    each_option(words, [this](Role role, const std::string& value) {
      if (role == Role::folder) base(value);
    });
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == "cd" || words[i] == "pushd") base(words[i + 1]);
    }
  }

  void options_in(const std::vector<std::string>& words) {
    each_option(words, [this](Role role, const std::string& value) { place(role, value); });
    bool makes_environment = false;
    for (const std::string& word : words) {
      if (word.contains("/bin/")) prefix(word.substr(0, word.rfind("/bin/")));
      // `python -m venv PATH`, `uv venv PATH`, `virtualenv PATH`.
      if (makes_environment && !word.starts_with('-')) prefix(word);
      makes_environment = makes_environment || word == "venv" || basename_of(word) == "virtualenv";
    }
  }

  /// "~" is the home folder to pip, Poetry and PDM; to uv it is a name as any other.
  template <class Put>
  void each_reading(const std::string& directory, std::string_view value, Put put) const {
    put(path_in(from_, directory, value));
    if (value.starts_with('~')) put(directory + "/" + std::string(value));
  }

  template <class Put>
  void from_each_base(std::string_view value, Put put) const {
    if (value.empty()) return;
    for (const std::string& base : bases_) each_reading(base, value, put);
  }

  void prefix(std::string_view value) {
    from_each_base(value, [this](std::string path) { out_.prefixes.insert(std::move(path)); });
  }

  void place(Role role, const std::string& value) {
    if (value.empty()) return;
    if (role == Role::prefix) prefix(value);
    if (role == Role::python) interpreter(value);
    if (role == Role::target)
      from_each_base(value, [this](std::string path) { out_.folders.insert(std::move(path)); });
    if (role == Role::root)
      from_each_base(value, [this](std::string path) { roots_.insert(std::move(path)); });
  }

  // ---- Pythons

  /// A path, the folder of an environment, "3.12", "python3.12", "cpython@3.12".
  void interpreter(const std::string& value) {
    prefix(value);
    if (value.contains("/bin/")) prefix(value.substr(0, value.rfind("/bin/")));
    program(value);
    if (!value.contains('/')) program("python" + value.substr(value.rfind('@') + 1));
  }

  void program(const std::string& name) {
    const Command command{Installer::pip, name, {}};
    for (std::string& folder : python_prefixes(from_, &command)) {
      if (!folder.empty()) out_.prefixes.insert(std::move(folder));
    }
  }

  void programs() {
    for (const auto& list : lists_) {
      if (list.empty()) continue;
      if (&list == &lists_.front()) program(list.front());
      for (std::size_t i = 0; i < list.size(); ++i) {
        const Command command = detect_installer(std::span(list).subspan(i));
        if (command.installer == Installer::unknown) continue;
        kinds_.insert(command.installer);
        program(command.program);
      }
    }
    // Others (tox, hatch, make) may start any of these.
    using enum Installer;
    constexpr std::array kInstallers{pip, uv, poetry, pdm, pipx};
    knows_kind_ =
        std::ranges::find(kInstallers, detect_installer(invocation_.argv).installer) != kInstallers.end();
    program("python3");
    program("python");
  }

  bool may_start(Installer installer) const { return !knows_kind_ || kinds_.contains(installer); }

  // ---- environment and settings

  void variables() {
    for (const char* name : {"VIRTUAL_ENV", "CONDA_PREFIX", "PIPX_SHARED_LIBS"}) {
      if (const std::string* set = from_.variable(name)) prefix(*set);
    }
    for (const char* name : {"UV_PYTHON", "PDM_PYTHON", "PIPX_DEFAULT_PYTHON"}) {
      if (const std::string* set = from_.variable(name)) interpreter(*set);
    }
    const std::string* user = from_.variable("PYTHONUSERBASE");
    if (user != nullptr) {
      prefix(*user);
    } else if (!invocation_.home.empty()) {
      out_.prefixes.insert(invocation_.home + "/.local");
    }
  }

  void setting(std::string_view name, const std::string& value) {
    for (const PlaceOption& option : kPlaceOptions) {
      if (option.name.starts_with("--") && option.name.substr(2) == name && option.role != Role::folder)
        place(option.role, value);
    }
  }

  /// pip.conf and PIP_TARGET, PIP_PREFIX, PIP_ROOT, PIP_PYTHON. A file that cannot be read was refused
  /// before.
  void pip_files() {
    const Command command = plan_.command;
    const auto settings = pip_settings(from_, command.installer == Installer::pip ? &command : nullptr);
    if (!settings) return;
    for (const PipSetting& found : *settings) setting(found.name, found.value);
  }

  void uv_settings(const std::string& path, const std::string& table) {
    const auto document = from_.read_toml(path);
    if (document && *document) uv_table(**document, table);
  }

  void uv_table(const json::Value& document, const std::string& table) {
    for (const char* name : {"target", "prefix", "python"}) {
      if (const auto value = text_at(document, table + "pip." + name)) setting(name, std::string(*value));
    }
  }

  // ---- projects

  /// The folders in which the command may work, and all above them.
  std::set<std::string> project_folders() const {
    std::set<std::string> all;
    for (const std::string& base : bases_) {
      for (const std::string& folder : ancestors_of(base)) {
        if (!folder.empty()) all.insert(folder);
      }
    }
    return all;
  }

  void project(const std::string& folder) {
    out_.prefixes.insert({folder + "/.venv", folder + "/.pdm-plugins"});
    out_.folders.insert(folder + "/.poetry/plugins");
    collection(folder + "/" + std::string(kPypackages));
    if (const std::string* own = from_.variable("UV_PROJECT_ENVIRONMENT"))
      each_reading(folder, *own, [this](std::string path) { out_.prefixes.insert(std::move(path)); });
    if (const auto python = from_.read(folder + "/.pdm-python"); python && *python)
      interpreter(std::string(trim(**python)));
    uv_settings(folder + "/uv.toml", "");
    const bool is_base = bases_.contains(folder);
    if (is_base) {
      out_.own.insert(folder);
      for (const char* name : {"/.tox", "/.nox"}) {
        if (!knows_kind_) collection(folder + name);
      }
    }
    const auto document = from_.read_toml(folder + "/pyproject.toml");
    if (!document || !*document) return;
    out_.own.insert(folder);
    uv_table(**document, "tool.uv.");
    std::string name(
        text_at(**document, "project.name").value_or(text_at(**document, "tool.poetry.name").value_or("")));
    if (const Result<ProjectName> parsed = ProjectName::parse(name))
      out_.own_projects.insert({folder, *parsed});
    if (may_start(Installer::poetry)) poetry(folder, name);
  }

  void root_project(const std::string& base) {
    for (const std::string& folder : ancestors_of(base)) {
      const auto found =
          std::ranges::find(out_.own_projects, folder, [](const auto& own) { return own.first; });
      if (found == out_.own_projects.end()) continue;
      out_.root_projects.insert(*found);
      return;
    }
  }

  /// `{virtualenvs.path}/{name, cut and lowered}-{digest}-py3.11`.
  void poetry(const std::string& folder, std::string name) {
    const auto set = plan_.variables.find("POETRY_VIRTUALENVS_PATH");
    if (set == plan_.variables.end()) return;
    std::string path = set->second;
    constexpr std::string_view kFolder = "{project-dir}";
    std::set<std::string> readings{path};  // not every version of Poetry puts the folder in
    if (const std::size_t at = path.find(kFolder); at != std::string::npos)
      readings.insert(path.replace(at, kFolder.size(), folder));
    name = ascii::to_lower(name).substr(0, kPoetryNameLength);
    // A name with one of these begins otherwise on the disk.
    name = name.substr(0, name.find_first_of(" $`!*@\"\\\r\n\t"));
    for (const std::string& reading : readings)
      out_.collections.insert({path_in(from_, folder, reading), name});
  }

  // ---- what installers keep for themselves

  void collection(const std::string& path) { out_.collections.insert({path}); }

  /// The folder that a variable names, in both readings, and the usual one: not every version knows the
  /// variable.
  void collection_named(const char* variable, const std::string& below_data) {
    for (const std::string& data : data_folders_) collection(data + below_data);
    const std::string* set = from_.variable(variable);
    if (set == nullptr) return;
    each_reading(invocation_.directory, *set, [this](const std::string& path) { collection(path); });
  }

  /// The folder that a variable names, else the usual one.
  std::string named(const char* variable, const std::string& usual) const {
    const std::string* set = from_.variable(variable);
    return set != nullptr ? path_in(from_, invocation_.directory, *set) : usual;
  }

  void collections() {
    if (may_start(Installer::uv)) {
      collection_named("UV_TOOL_DIR", "/uv/tools");
      // uv's own Pythons come with a pip of theirs, and nothing is put into them unless this is said.
      if (is_said("--system") || is_said("--break-system-packages") ||
          from_.variable("UV_SYSTEM_PYTHON") != nullptr)
        collection_named("UV_PYTHON_INSTALL_DIR", "/uv/python");
    }
    // "environments-v2/x-1" of a script, and "environments-v2/7f…/c3…" of `uvx` and `uv run --with`: others
    // start uv too, as pipx does.
    out_.collections.insert({cache_ + "/uv", "environments-", 3});
    if (may_start(Installer::pipx)) pipx();
    if (may_start(Installer::pdm)) pdm();
    if (!knows_kind_) pipenv();
    if (!knows_kind_) hatch();
    // Behind the shims that stand on PATH there.
    collection(named("PYENV_ROOT", invocation_.home + "/.pyenv") + "/versions");
    collection(named("ASDF_DATA_DIR", invocation_.home + "/.asdf") + "/installs/python");
    collection(named("MISE_DATA_DIR", data_ + "/mise") + "/installs/python");
  }

  /// `.env` of the project counts as the environment does.
  void pipenv() {
    collection_named("WORKON_HOME", "/virtualenvs");
    for (const std::string& folder : project_folders()) {
      const auto variables = variables_of_file(from_, folder + "/.env", true);
      if (!variables) continue;
      for (const StartedVariable& variable : *variables) {
        if (variable.name != "WORKON_HOME") continue;
        each_reading(folder, variable.value, [this](const std::string& path) { collection(path); });
      }
    }
  }

  bool is_said(std::string_view word) const {
    return std::ranges::any_of(lists_,
                               [&](const auto& list) { return std::ranges::find(list, word) != list.end(); });
  }

  void pipx() {
    std::set<std::string> homes{data_ + "/pipx", invocation_.home + "/.local/share/pipx",
                                invocation_.home + "/.local/pipx", "/opt/pipx"};
    for (const char* name : {"PIPX_HOME", "PIPX_GLOBAL_HOME"}) homes.insert(named(name, "/opt/pipx"));
    for (const std::string& home : homes) {
      collection(home + "/venvs");
      collection(home + "/.cache");
      out_.prefixes.insert(home + "/shared");
    }
    collection(named("XDG_CACHE_HOME", invocation_.home + "/.cache") + "/pipx");
  }

  /// "env/virtual/demo/AbC/test" in its data, ".internal/hatch-test" before that for its own commands. What
  /// its settings name instead may hold environments at once, or as deep.
  void hatch() {
    std::set<std::string> homes{named("HATCH_DATA_DIR", data_ + "/hatch")};
    for (const std::string& data : data_folders_) homes.insert(data + "/hatch");
    for (const auto& list : lists_) {
      for (std::size_t i = 0; i + 1 < list.size(); ++i) {
        if (list[i] == "--data-dir") homes.insert(path_in(from_, invocation_.directory, list[i + 1]));
      }
    }
    const auto settings = from_.read_toml(named("HATCH_CONFIG", from_.config_home() + "/hatch/config.toml"));
    if (settings && *settings) {
      if (const auto data = text_at(**settings, "dirs.data"))
        homes.insert(path_in(from_, invocation_.directory, *data));
      for (const json::Member& type : members_of(at(**settings, "dirs.env"))) hatch_environments(type.value);
    }
    for (const std::string& home : homes) {
      out_.collections.insert({home + "/env", "", 4});
      out_.collections.insert({home + "/env/.internal", "", 4});
    }
    if (const std::string* path = from_.variable("HATCH_ENV_TYPE_VIRTUAL_PATH")) hatch_environment(*path);
    for (const std::string& folder : project_folders()) {
      for (const auto& [file, table] :
           {std::pair("/pyproject.toml", "tool.hatch.envs"), {"/hatch.toml", "envs"}}) {
        const auto document = from_.read_toml(folder + file);
        if (!document || !*document) continue;
        for (const json::Member& one : members_of(at(**document, table))) {
          if (const auto path = text_at(one.value, "path")) hatch_environment(*path);
        }
      }
    }
  }

  void hatch_environments(const json::Value& folder) {
    const std::string* path = folder.text();
    if (path == nullptr) return;
    for (const std::string& project : project_folders())
      each_reading(project, *path,
                   [this](std::string one) { out_.collections.insert({std::move(one), "", 3}); });
  }

  void hatch_environment(std::string_view path) {
    for (const std::string& project : project_folders())
      each_reading(project, path, [this](std::string one) { out_.prefixes.insert(std::move(one)); });
  }

  void pdm() {
    collection_named("PDM_VENV_LOCATION", "/pdm/venvs");
    std::vector<std::string> files{from_.config_home() + "/pdm/config.toml"};
    if (const std::string* set = from_.variable("PDM_CONFIG_FILE"))
      files.push_back(path_in(from_, invocation_.directory, *set));
    for (const auto& list : lists_) {
      for (std::size_t i = 0; i + 1 < list.size(); ++i) {
        if (list[i] == "-c" || list[i] == "--config")
          from_each_base(list[i + 1], [&](std::string path) { files.push_back(std::move(path)); });
      }
      for (const std::string& word : list) {
        constexpr std::string_view kConfig = "--config=";
        if (word.starts_with(kConfig))
          from_each_base(word.substr(kConfig.size()),
                         [&](std::string path) { files.push_back(std::move(path)); });
      }
    }
    for (const std::string& folder : project_folders()) files.push_back(folder + "/pdm.toml");
    for (const std::string& path : files) {
      const auto document = from_.read_toml(path);
      if (!document || !*document) continue;
      if (const auto place = text_at(**document, "venv.location"))
        each_reading(invocation_.directory, *place, [this](const std::string& one) { collection(one); });
      if (const auto python = text_at(**document, "python.path")) interpreter(std::string(*python));
    }
  }

  /// `--root R` puts R before what would be the place.
  void roots() {
    std::set<std::string> below;
    for (const std::string& root : roots_) {
      for (const std::string& path : out_.prefixes) below.insert(root + path);
    }
    out_.prefixes.merge(below);
  }

  /// ensurepip's wheels, Debian's, and what virtualenv has fetched in former days.
  void seeds() {
    out_.seeds.insert("/usr/share/python-wheels");
    const std::string wheels = named("VIRTUALENV_OVERRIDE_APP_DATA", data_ + "/virtualenv") + "/wheel/house";
    out_.seeds.insert(wheels);
  }

  const Invocation& invocation_;
  const Plan& plan_;
  const std::string& cache_;
  Findings findings_{ProofNeed::optional, {}};  // never read: the command has passed
  Collector from_{invocation_, findings_};
  const std::vector<std::vector<std::string>> lists_;
  std::string data_;
  std::set<std::string> data_folders_;
  std::set<std::string> bases_;
  std::set<std::string> roots_;
  std::set<Installer> kinds_;
  bool knows_kind_ = false;
  Places out_;
};

void add_sites(std::vector<std::string>& into, const std::string& prefix, const ListFolder& list) {
  const std::size_t slash = prefix.rfind('/');
  if (slash != std::string::npos && basename_of(std::string_view(prefix).substr(0, slash)) == kPypackages)
    into.push_back(prefix + "/lib");
  // On Debian, what is installed by hand goes below "local".
  for (const char* library : {"/lib", "/lib64", "/local/lib", "/local/lib64"}) {
    const std::string folder = prefix + library;
    for (const std::string& name : list(folder)) {
      if (!name.starts_with("python") && !name.starts_with("pypy")) continue;
      into.push_back(folder + "/" + name + "/site-packages");
      into.push_back(folder + "/" + name + "/dist-packages");
    }
  }
}

void add_collection(std::vector<std::string>& into, const Collection& collection, const ListFolder& list) {
  for (const std::string& name : list(collection.folder)) {
    if (!ascii::to_lower(name).starts_with(collection.beginning)) continue;
    const std::string prefix = collection.folder + "/" + name;
    add_sites(into, prefix, list);
    if (collection.depth > 1) add_collection(into, {prefix, "", collection.depth - 1}, list);
  }
}

}  // namespace

Places places_of(const Invocation& invocation, const Plan& plan, const std::string& cache) {
  return PlaceFinder(invocation, plan, cache).run();
}

std::vector<std::string> site_folders(const Places& places, const ListFolder& list) {
  std::vector<std::string> folders(places.folders.begin(), places.folders.end());
  for (const std::string& prefix : places.prefixes) add_sites(folders, prefix, list);
  for (const Collection& collection : places.collections) add_collection(folders, collection, list);
  return folders;
}

}  // namespace tomme::guard
