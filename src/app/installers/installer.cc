#include "app/installers/installer.h"

#include <algorithm>
#include <array>

#include "app/installers/arguments.h"
#include "core/base/ascii.h"

namespace tomme::guard {
namespace {

/// `stem`, or `stem` and a version: "3", "3.11", "3.13t".
bool is_versioned(std::string_view name, std::string_view stem) {
  if (!name.starts_with(stem)) return false;
  name.remove_prefix(stem.size());
  if (name.starts_with('-')) name.remove_prefix(1);
  if (name.ends_with('t') && name.size() > 1) name.remove_suffix(1);
  return std::ranges::all_of(name, [](char c) { return ascii::is_digit(c) || c == '.'; });
}

struct Known {
  std::string_view program;  ///< empty: only as a module
  std::string_view module;   ///< empty: none that `python -m` takes
  Installer installer;
  bool is_versioned = false;                    ///< "pip3.11"
  std::array<std::string_view, 2> before = {};  ///< words that stand for the program's name
};
constexpr std::array<Known, 19> kKnown{{
    {"pip", "pip", Installer::pip, true},
    {"get-pip.py", "", Installer::pip, false, {"install", "pip"}},
    {"uv", "uv", Installer::uv},
    {"uvx", "", Installer::uv, false, {"tool", "run"}},
    {"poetry", "poetry", Installer::poetry},
    {"pdm", "pdm", Installer::pdm},
    {"pipx", "pipx", Installer::pipx},
    {"pnpm", "", Installer::pnpm},
    {"pn", "", Installer::pnpm},
    {"pnpx", "", Installer::pnpm, false, {"dlx"}},
    {"pnx", "", Installer::pnpm, false, {"dlx"}},
    {"pip-compile", "", Installer::pip_tools, false, {"compile"}},
    {"pip-sync", "", Installer::pip_tools, false, {"sync"}},
    {"", "piptools", Installer::pip_tools},
    {"pipenv", "pipenv", Installer::pipenv},
    {"hatch", "hatch", Installer::hatch},
    {"tox", "tox", Installer::tox},
    {"nox", "nox", Installer::nox},
    {"pyproject-build", "build", Installer::build},
}};

const Known* program_named(std::string_view name) {
  for (const Known& known : kKnown) {
    if (known.program.empty()) continue;
    if (known.is_versioned ? is_versioned(name, known.program) : name == known.program) return &known;
  }
  return nullptr;
}

const Known* module_named(std::string_view name) {
  // `python -m pip.__main__` is pip as well.
  name = name.substr(0, name.find('.'));
  for (const Known& known : kKnown) {
    if (!name.empty() && name == known.module) return &known;
  }
  return nullptr;
}

/// What Python runs where it is given a file, or a folder or zip with a `__main__.py`.
const Known* file_named(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (basename_of(path) == "__main__.py") {
    path = path.substr(0, path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/'));
    if (const Known* known = module_named(basename_of(path))) return known;
  }
  std::string_view name = basename_of(path);
  if (const Known* known = program_named(name)) return known;
  for (std::string_view ending : {".py", ".pyz", ".pyzw", ".pex", ".zip"}) {
    if (name.ends_with(ending)) return program_named(name.substr(0, name.size() - ending.size()));
  }
  return nullptr;
}

bool is_python(std::string_view name) {
  return is_versioned(name, "python") || is_versioned(name, "pypy") || name == "py";
}

/// What `python` was told to run; Python's own options may stand before, combined or not (`-Im pip`).
struct Started {
  std::string_view module = {};
  std::string_view file = {};
  std::size_t place = 0;  ///< of the file; behind the module
};
Started started_by(std::span<const std::string> argv) {
  constexpr std::string_view kWithValue = "WX";
  for (std::size_t i = 1; i < argv.size(); ++i) {
    std::string_view word = argv[i];
    if (word.empty() || word == "-") return {};
    if (word[0] != '-') return {{}, word, i};
    if (word.starts_with("--")) {
      if (word == "--check-hash-based-pycs") ++i;
      continue;
    }
    for (std::size_t k = 1; k < word.size(); ++k) {
      if (word[k] == 'c') return {};
      bool last = k + 1 == word.size();
      if (word[k] == 'm') {
        if (!last) return {word.substr(k + 1), {}, i + 1};
        return i + 1 < argv.size() ? Started{argv[i + 1], {}, i + 2} : Started{};
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

std::string_view basename_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

std::string_view name_of(Installer installer) {
  constexpr std::array<std::string_view, 13> kNames{"unknown", "pip",  "uv",        "poetry", "pdm",
                                                    "pipx",    "pnpm", "pip-tools", "pipenv", "hatch",
                                                    "tox",     "nox",  "build"};
  return kNames[static_cast<std::size_t>(installer)];
}

namespace {

/// What a command line starts, and where its arguments begin; nullptr where that is no installer.
std::pair<const Known*, std::size_t> known_in(std::span<const std::string> argv) {
  if (argv.empty()) return {nullptr, 0};
  const std::string_view name = basename_of(argv[0]);
  if (const Known* known = program_named(name)) return {known, 1};
  if (!is_python(name)) return {nullptr, 1};
  const Started started = started_by(argv);
  if (started.file.empty()) return {module_named(started.module), started.place};
  return {file_named(started.file), started.place + 1};
}

}  // namespace

bool starts_installer(std::span<const std::string> argv) {
  return known_in(argv).first != nullptr;
}

Command detect_installer(std::span<const std::string> argv) {
  if (argv.empty()) return {};
  const auto [known, rest] = known_in(argv);
  Command command{Installer::unknown, argv[0], {argv.begin() + 1, argv.end()}};
  if (known == nullptr) return command;
  command.arguments.assign(argv.begin() + static_cast<std::ptrdiff_t>(rest), argv.end());
  command.installer = known->installer;
  std::vector<std::string> before;
  for (std::string_view word : known->before) {
    if (!word.empty()) before.emplace_back(word);
  }
  command.arguments.insert(command.arguments.begin(), before.begin(), before.end());
  return command;
}

std::optional<std::size_t> python_file_in(std::span<const std::string> argv) {
  if (argv.empty() || !is_python(basename_of(argv[0]))) return std::nullopt;
  const Started started = started_by(argv);
  return started.file.empty() ? std::nullopt : std::optional(started.place);
}

std::vector<std::vector<std::string>> words_within(std::span<const std::string> argv) {
  std::vector<std::vector<std::string>> lists{{argv.begin(), argv.end()}};
  // Texts within texts: each is shorter than the one that holds it.
  for (std::size_t l = 0; l < lists.size(); ++l) {
    const std::vector<std::string> words = lists[l];
    for (std::string_view word : words) {
      if (word.find_first_of(" \t\n") == std::string_view::npos) continue;
      while (!word.empty()) {
        const std::size_t end = std::min(word.find_first_of(";|&()\n"), word.size());
        lists.push_back(shell_words(word.substr(0, end)));
        word.remove_prefix(std::min(end + 1, word.size()));
      }
    }
  }
  return lists;
}

bool installs(std::span<const std::string> argv) {
  // Others that install nothing get no wheel either.
  constexpr std::array<std::string_view, 17> kOthers{
      "download",        "wheel",     "lock",      "compile", "pip-compile", "build",
      "pyproject-build", "publish",   "export",    "tree",    "version",     "outdated",
      "fetch",           "--dry-run", "--no-sync", "--lock",  "--no-install"};
  return std::ranges::none_of(words_within(argv), [&](const std::vector<std::string>& words) {
    return std::ranges::any_of(words, [&](const std::string& word) {
      const std::string_view name = std::string_view(word).substr(word.rfind('/') + 1);
      return std::ranges::find(kOthers, name) != kOthers.end();
    });
  });
}

std::optional<std::vector<std::string>> plain_words(std::string_view text) {
  constexpr std::string_view kMeans = ";|&()<>$`\\*?[]{}~#!\r\n";
  constexpr std::array<std::string_view, 16> kReserved{
      "builtin", "command", "if", "then",   "while", "until", "for",      "case",
      "do",      "eval",    ".",  "source", "trap",  "alias", "function", "coproc"};
  char quote = 0;
  for (char c : text) {
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 ? kMeans.contains(c) : quote == '"' && std::string_view("$`\\!").contains(c)) {
      return std::nullopt;
    }
  }
  if (quote != 0) return std::nullopt;
  std::vector<std::string> words = shell_words(text);
  // Of some shells: adds to a variable, expands to a program's place.
  const auto is_other = [](std::string_view word) { return word.contains("+=") || word.starts_with('='); };
  if (std::ranges::any_of(words, is_other)) return std::nullopt;
  if (!words.empty() && std::ranges::find(kReserved, words[0]) != kReserved.end()) return std::nullopt;
  return words;
}

bool is_shell(std::string_view name) {
  constexpr std::array<std::string_view, 9> kShells{"sh",  "bash", "dash", "zsh",  "ksh",
                                                    "ash", "fish", "mksh", "rbash"};
  return std::ranges::find(kShells, name) != kShells.end();
}

std::string_view opaque_because(std::string_view name) {
  struct Opaque {
    std::string_view name;
    std::string_view because;
  };
  constexpr std::string_view kEnvironment = "a command that starts others with an environment of their own";
  constexpr std::string_view kLater = "a command whose words are known only after the start";
  constexpr std::array<Opaque, 22> kOpaque{{{"sudo", kEnvironment},
                                            {"unshare", kEnvironment},
                                            {"nsenter", kEnvironment},
                                            {"setpriv", kEnvironment},
                                            {"bwrap", kEnvironment},
                                            {"firejail", kEnvironment},
                                            {"proot", kEnvironment},
                                            {"systemd-nspawn", kEnvironment},
                                            {"doas", kEnvironment},
                                            {"su", kEnvironment},
                                            {"pkexec", kEnvironment},
                                            {"runuser", kEnvironment},
                                            {"systemd-run", kEnvironment},
                                            {"ssh", kEnvironment},
                                            {"chroot", kEnvironment},
                                            {"eval", kLater},
                                            {"source", kLater},
                                            {"xargs", kLater},
                                            {"parallel", kLater},
                                            {"watch", kLater},
                                            {"script", kLater},
                                            {"entr", kLater}}};
  const auto found = std::ranges::find(kOpaque, name, &Opaque::name);
  return found == kOpaque.end() ? std::string_view() : found->because;
}

}  // namespace tomme::guard
