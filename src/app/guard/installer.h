#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tomme::guard {

enum class Installer : std::uint8_t { unknown, pip, uv, poetry, pdm, pipx };
std::string_view name_of(Installer installer);

/// A command line, recognised by its words alone: nothing is run or looked up.
struct Command {
  Installer installer = Installer::unknown;
  std::string program;                 ///< as it was typed: what `exec` will look for
  std::vector<std::string> arguments;  ///< what the installer itself will see
  bool is_nested = false;  ///< started by another installer, in an environment that this one chooses
};

/// `pip`, `pip3`, `pip3.11`, `uv`, `uvx`, `poetry`, `pdm`, `pipx`, with any folder before, and
/// `python[N[.N]] [options] -m {pip,uv,poetry,pdm,pipx}`. `uvx …` has the arguments of `uv tool run …`.
/// Everything else is unknown (`env`, `sh -c`, `make`): such a child gets the same environment, the
/// settings of the installers are read for it, and its words are looked through by `words_within`.
Command detect_installer(std::span<const std::string> argv);

/// The words of a command line of something else, and the words of each shell command that one of them holds:
/// `sh -c "cd a; pip install x"` has three lists. Quotes do not keep `;`, `|` and `&` together here.
std::vector<std::vector<std::string>> words_within(std::span<const std::string> argv);
/// The installer in such a list and what stands behind it; empty where there is none. Errs towards seeing too
/// much: a word that is spelled like an installer is one.
std::vector<std::string> installer_within(std::span<const std::string> words);

/// Programs that start others with an emptied environment, so that nothing set here arrives.
bool drops_environment(const Command& command);

}  // namespace tomme::guard
