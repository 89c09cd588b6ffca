#include <algorithm>
#include <array>

#include "app/installers/arguments.h"
#include "app/installers/collect.h"
#include "app/installers/ini.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"

// pip reads `sys.prefix/pip.conf` of the Python that really runs it, so that Python is looked for, and where
// it cannot be told (a shim in another language) the command is refused where proof is required. The other
// way, to read nothing (PIP_CONFIG_FILE=/dev/null) and to hand what was found over in variables, is not
// exact: a section for one command would hold for the pip inside a build as well, options that take several
// values lose their order, and a file that was not found would be dropped without a word, its private index
// with it, so that PyPI were asked for private names.
namespace tomme::guard {
namespace {

constexpr std::size_t kHeadBytes = 4096;
constexpr int kInterpreters = 4;  ///< `pip` to `env python` to `python`, and one to spare

/// The folders that may be `sys.prefix`. One too many does no harm.
class Prefixes {
 public:
  explicit Prefixes(const Collector& from) : from_(from) {
    add("/usr");
    add("/usr/local");
    for (const char* name : {"VIRTUAL_ENV", "PYTHONHOME"}) {
      if (const std::string* set = from.variable(name)) {
        const std::size_t colon = std::min(set->find(':'), set->size());
        add(set->substr(0, colon));
        add(set->substr(std::min(colon + 1, set->size())));
      }
    }
  }

  /// `--python` and PIP_PYTHON name an interpreter or the folder of its environment.
  void interpreter(const std::string& name) {
    const std::string path = path_in(from_, from_.invocation.directory, name);
    if (from_.invocation.read(path, 1)) return file(path, kInterpreters);
    add(path);
    file(path + "/bin/python", kInterpreters);
  }

  /// What `exec` would find. What it does not find does not start.
  void program(const std::string& name) {
    if (const std::string path = find_program(from_, name); !path.empty()) file(path, kInterpreters);
  }

  const std::vector<std::string>& folders() const { return folders_; }
  const std::string& untold() const { return untold_; }

 private:
  void add(const std::string& folder) {
    if (folder.empty() || std::ranges::find(folders_, folder) != folders_.end()) return;
    folders_.push_back(folder);
  }

  /// A program in machine code, or one whose first lines name its interpreter.
  void file(const std::string& path, int left) {
    above(path);
    const std::optional<std::string> head = from_.invocation.read(path, kHeadBytes);
    if (!head) return;
    if (!head->starts_with("#!")) {
      if (!is_python(path)) untold_ = path;
      return;
    }
    const std::string next = interpreter_in(*head);
    const std::string found = next.empty() || left == 0 ? "" : find_program(from_, next);
    if (found.empty() || !is_python(found)) {
      untold_ = path;
    } else {
      file(found, left - 1);
    }
  }

  /// Python looks for its library upwards from its own file: as it was called in a virtual environment, else
  /// with links followed.
  void above(const std::string& path) {
    std::vector<std::string> places{path};
    if (from_.invocation.resolve) places.push_back(from_.invocation.resolve(path));
    for (const std::string& place : places) {
      const std::vector<std::string> ancestors = ancestors_of(place);
      for (std::size_t i = 2; i < ancestors.size(); ++i) add(ancestors[i]);
    }
  }

  static bool is_python(std::string_view path) {
    const std::string_view name = basename_of(path);
    return name.starts_with("python") || name.starts_with("pypy");
  }

  /// `#!/x/python -I`, `#!/usr/bin/env python3`, and where the path is too long or has spaces in it
  /// `#!/bin/sh` and `'''exec' "/x/python" "$0" "$@"` in the second line.
  static std::string interpreter_in(std::string_view head) {
    head.remove_prefix(2);
    const std::size_t end = std::min(head.find('\n'), head.size());
    const std::vector<std::string> words = words_of(head.substr(0, end));
    if (words.empty()) return {};
    const std::string_view name = basename_of(words[0]);
    if (name == "env") {
      const bool splits = words.size() > 2 && words[1] == "-S";
      return words.size() > 1 ? words[splits ? 2 : 1] : "";
    }
    if (name != "sh") return words[0];
    const std::string_view rest = head.substr(std::min(end + 1, head.size()));
    if (!rest.starts_with("'''exec' ")) return {};
    const std::vector<std::string> second = shell_words(rest.substr(0, rest.find('\n')));
    return second.size() > 1 ? second[1] : "";
  }

  const Collector& from_;
  std::vector<std::string> folders_;
  std::string untold_;
};

/// `--python` of the command line and of the environment.
std::vector<std::string> named_interpreters(const Collector& from, const Command& command) {
  constexpr Option kPython[] = {{"--python", true, Meaning::python}};
  std::vector<std::string> names;
  for (const Found& option : scan(command.arguments, {kPython, true, false}).options)
    names.push_back(option.value);
  for (const auto& [name, value] : from.invocation.environment) {
    if (ascii::to_lower(name) == "pip_python" && !value.empty()) names.push_back(value);
  }
  return names;
}

Prefixes prefixes_of(const Collector& from, const Command* command) {
  Prefixes prefixes(from);
  if (command == nullptr || command->program.empty()) return prefixes;
  prefixes.program(command->program);
  for (const std::string& name : named_interpreters(from, *command)) prefixes.interpreter(name);
  return prefixes;
}

bool reads_no_file(const Collector& from) {
  const std::string* set = from.variable("PIP_CONFIG_FILE");
  return set != nullptr && *set == "/dev/null";
}

std::vector<std::string> configuration_files(const Collector& from, const Command* command) {
  std::vector<std::string> files;
  if (reads_no_file(from)) return files;
  const std::string* set = from.variable("PIP_CONFIG_FILE");
  for (const std::string& dir : from.config_dirs()) files.push_back(dir + "/pip/pip.conf");
  files.emplace_back("/etc/pip.conf");
  const std::string own = set != nullptr ? path_in(from, from.invocation.directory, *set) : "";
  if (own.empty() || !from.invocation.read(own, 1)) {
    if (!from.invocation.home.empty()) files.push_back(from.invocation.home + "/.pip/pip.conf");
    if (std::string home = from.config_home(); !home.empty()) files.push_back(home + "/pip/pip.conf");
  }
  const Prefixes prefixes = prefixes_of(from, command);
  for (const std::string& prefix : prefixes.folders()) files.push_back(prefix + "/pip.conf");
  if (!own.empty()) files.push_back(own);
  return files;
}

}  // namespace

std::string pip_setting_of(std::string_view variable) {
  if (!variable.starts_with("PIP_")) return {};
  std::string name = ascii::to_lower(variable.substr(4));
  std::ranges::replace(name, '_', '-');
  if (name.starts_with("--")) name.erase(0, 2);
  return name;
}

std::vector<std::string> python_prefixes(const Collector& from, const Command* command) {
  return prefixes_of(from, command).folders();
}

bool pip_installs(std::string_view command) {
  constexpr std::array<std::string_view, 4> kCommands{"install", "download", "wheel", "lock"};
  return std::ranges::find(kCommands, command) != kCommands.end();
}

std::string untold_python(const Collector& from, const Command& command) {
  if (reads_no_file(from)) return {};
  // Whoever starts it puts the environment of its own choice before PATH.
  const bool is_looked_up = !command.program.empty() && !command.program.contains('/');
  if (command.is_nested && is_looked_up) return command.program;
  return prefixes_of(from, &command).untold();
}

Result<std::vector<PipSetting>> pip_settings(const Collector& from, const Command* command) {
  std::vector<PipSetting> settings;
  for (const std::string& path : configuration_files(from, command)) {
    std::optional<std::string> text = TRY(from.read(path));
    if (!text) continue;
    for (IniEntry& entry : TRY(parse_ini(*text, path))) {
      bool is_ours = entry.section == "global" || entry.section == ":env:" || pip_installs(entry.section);
      if (!is_ours || entry.value.empty()) continue;
      std::string where = path + ", [" + entry.section + "] " + entry.name;
      settings.push_back({std::move(entry.name), std::move(entry.value), std::move(where)});
    }
  }
  for (const auto& [name, value] : from.invocation.environment) {
    std::string setting = pip_setting_of(name);
    if (!setting.empty() && !value.empty()) settings.push_back({std::move(setting), value, name});
  }
  return settings;
}

}  // namespace tomme::guard
