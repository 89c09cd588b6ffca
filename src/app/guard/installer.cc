#include "app/guard/installer.h"

#include <algorithm>
#include <array>

#include "app/guard/arguments.h"

namespace tomme::guard {
namespace {

std::string_view basename_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

/// `stem`, or `stem` and a version: "3", "3.11", "3.13t".
bool is_versioned(std::string_view name, std::string_view stem) {
  if (!name.starts_with(stem)) return false;
  name.remove_prefix(stem.size());
  if (name.starts_with('-')) name.remove_prefix(1);
  if (name.ends_with('t') && name.size() > 1) name.remove_suffix(1);
  return std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

Installer installer_named(std::string_view name) {
  if (is_versioned(name, "pip")) return Installer::pip;
  if (name == "uv" || name == "uvx") return Installer::uv;
  if (name == "poetry") return Installer::poetry;
  if (name == "pdm") return Installer::pdm;
  if (name == "pipx") return Installer::pipx;
  return Installer::unknown;
}

bool is_python(std::string_view name) {
  return is_versioned(name, "python") || is_versioned(name, "pypy") || name == "py";
}

/// The place behind `-m MODULE`, and the module; Python's own options may stand before, combined or not
/// (`-Im pip`). Nothing where Python runs something else.
struct Module {
  std::string_view name;
  std::size_t rest = 0;
};
Module module_of(std::span<const std::string> argv) {
  constexpr std::string_view kWithValue = "WX";
  for (std::size_t i = 1; i < argv.size(); ++i) {
    std::string_view word = argv[i];
    if (word.size() < 2 || word[0] != '-') return {};
    if (word.starts_with("--")) {
      if (word == "--check-hash-based-pycs") ++i;
      continue;
    }
    for (std::size_t k = 1; k < word.size(); ++k) {
      if (word[k] == 'c') return {};
      bool last = k + 1 == word.size();
      if (word[k] == 'm') {
        if (!last) return {word.substr(k + 1), i + 1};
        return i + 1 < argv.size() ? Module{argv[i + 1], i + 2} : Module{};
      }
      if (kWithValue.contains(word[k])) {
        if (last) ++i;
        break;
      }
    }
  }
  return {};
}

}  // namespace

std::string_view name_of(Installer installer) {
  constexpr std::array<std::string_view, 6> kNames{"unknown", "pip", "uv", "poetry", "pdm", "pipx"};
  return kNames[static_cast<std::size_t>(installer)];
}

Command detect_installer(std::span<const std::string> argv) {
  if (argv.empty()) return {};
  Command command{Installer::unknown, argv[0], {argv.begin() + 1, argv.end()}};
  std::string_view name = basename_of(argv[0]);
  command.installer = installer_named(name);
  if (name == "uvx") command.arguments.insert(command.arguments.begin(), {"tool", "run"});
  if (is_python(name)) {
    Module module = module_of(argv);
    // `python -m pip.__main__` is pip as well.
    std::string_view package = module.name.substr(0, module.name.find('.'));
    bool is_versioned_name = package != "pip" && is_versioned(package, "pip");
    if (!package.empty() && !is_versioned_name) command.installer = installer_named(package);
    if (command.installer != Installer::unknown) {
      auto rest = argv.begin() + static_cast<std::ptrdiff_t>(module.rest);
      command.arguments.assign(rest, argv.end());
    }
  }
  return command;
}

std::vector<std::vector<std::string>> words_within(std::span<const std::string> argv) {
  std::vector<std::vector<std::string>> lists{{argv.begin(), argv.end()}};
  for (std::string_view word : argv) {
    if (word.find_first_of(" \t\n") == std::string_view::npos) continue;
    while (!word.empty()) {
      const std::size_t end = std::min(word.find_first_of(";|&()\n"), word.size());
      lists.push_back(shell_words(word.substr(0, end)));
      word.remove_prefix(std::min(end + 1, word.size()));
    }
  }
  return lists;
}

std::vector<std::string> installer_within(std::span<const std::string> words) {
  for (; !words.empty(); words = words.subspan(1)) {
    if (detect_installer(words).installer != Installer::unknown) return {words.begin(), words.end()};
  }
  return {};
}

bool drops_environment(const Command& command) {
  constexpr std::array<std::string_view, 7> kNames{"sudo",    "doas",        "su", "pkexec",
                                                   "runuser", "systemd-run", "ssh"};
  return std::ranges::find(kNames, basename_of(command.program)) != kNames.end();
}

}  // namespace tomme::guard
