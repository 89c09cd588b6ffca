#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tomme::guard {

enum class Installer : std::uint8_t { unknown, pip, uv, poetry, pdm };
std::string_view name_of(Installer installer);

/// A command line, recognised by its words alone: nothing is run or looked up.
struct Command {
  Installer installer = Installer::unknown;
  std::string program;                 ///< as it was typed: what `exec` will look for
  std::vector<std::string> arguments;  ///< what the installer itself will see
};

/// `pip`, `pip3`, `pip3.11`, `uv`, `uvx`, `poetry`, `pdm`, with any folder before, and
/// `python[N[.N]] [options] -m {pip,uv,poetry,pdm}`. `uvx …` has the arguments of `uv tool run …`.
/// Everything else is unknown, wrappers (`env`, `sudo`, `sh -c`, `make`, `pipx`) among it: such a child gets
/// the same environment, and the settings of all four installers are read for it, but not its arguments.
Command detect_installer(std::span<const std::string> argv);

/// Programs that start others with an emptied environment, so that nothing set here arrives.
bool drops_environment(const Command& command);

}  // namespace tomme::guard
