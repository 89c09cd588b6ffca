#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tomme::guard {

/// What fetches packages itself, and what starts something that does.
enum class Installer : std::uint8_t {
  unknown,
  pip,
  uv,
  poetry,
  pdm,
  pipx,
  pnpm,
  pip_tools,
  pipenv,
  hatch,
  tox,
  nox,
  build,
};
std::string_view name_of(Installer installer);

/// A command line, recognised by its words alone: nothing is run or looked up.
struct Command {
  Installer installer = Installer::unknown;
  std::string program;                 ///< as it was typed: what `exec` will look for
  std::vector<std::string> arguments;  ///< what the installer itself will see
  bool is_nested = false;  ///< started by another installer, in an environment that this one chooses
  std::string where = {};  ///< the setting that holds the command, for messages; empty: the command line
};

/// The one table of what starts an installer: `pip`, `pip3.11`, `uv`, `uvx`, `poetry`, `pdm`, `pipx`, `pnpm`
/// and what starts those, with any folder before, `python [options] -m MODULE`, and `python FILE` where the
/// file is one of these programs, or a folder or zip of that name (`…/pip/__main__.py`, `pip.pyz`,
/// `get-pip.py`). `uvx …` has the arguments of `uv tool run …`. Everything else is unknown (`env`, `sh -c`,
/// `make`): such a child gets the same environment, the settings of the installers are read for it, and its
/// words are looked through by `words_within`.
Command detect_installer(std::span<const std::string> argv);
/// Whether that is an installer; no words are copied.
bool starts_installer(std::span<const std::string> argv);

/// The place of FILE in `python [options] FILE …`; nothing where that is something else.
std::optional<std::size_t> python_file_in(std::span<const std::string> argv);

/// The words of a command line of something else, and the words of each shell command that one of them holds:
/// `sh -c "cd a; pip install x"` has three lists. Quotes do not keep `;`, `|` and `&` together here.
std::vector<std::vector<std::string>> words_within(std::span<const std::string> argv);

/// Whether an installer among these words puts into an environment what it downloads, as far as they tell: no
/// word of a command that only downloads, locks, builds or shows.
bool installs(std::span<const std::string> argv);

/// The words of a shell command that is one plain command: nothing that a shell would expand, join, redirect
/// or take for its own, but quotes. Nothing where it is more than that.
std::optional<std::vector<std::string>> plain_words(std::string_view shell_text);

/// A program whose `-c` takes a shell command.
bool is_shell(std::string_view name);

/// What a program does with the words behind it that no look at them can tell; empty where nothing is known
/// of it: "starts others with an environment of its own" (sudo), "…" (xargs, eval).
std::string_view opaque_because(std::string_view name);

/// The last part of a path.
std::string_view basename_of(std::string_view path);

}  // namespace tomme::guard
