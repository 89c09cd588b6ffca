#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/relay/wheel_content.h"
#include "app/run/installed_distribution.h"
#include "app/run/led_places.h"
#include "app/run/path_archive.h"

namespace tomme::guard {

/// What a distribution has brought, by where Python or a shell looks for it.
struct BroughtFiles {
  std::vector<std::string> site;     ///< seen from the folder of its `.dist-info`
  std::vector<std::string> library;  ///< beside Python's own modules, seen from there
  /// Seen from the places that `.pth` files name, whoever brought these: by the folder that they stand in. Of
  /// an archive, what is in it.
  std::map<std::string, std::vector<std::string>> led_to;
  /// In more places within one another than were looked at, or in archives with more names than are.
  bool is_led_too_far = false;
  std::set<std::string> environment;  ///< seen from the environment: "bin/demo", "pyvenv.cfg"
  /// Those in "bin" by their names, with what an entry point starts; empty for a file.
  std::map<std::string, std::string> scripts;
  /// In "bin" and its like, seen from there: where a script is, Python looks for modules first.
  std::vector<std::string> beside_scripts;
};

/// As its wheel says, where it was installed from one; else as its RECORD says, but for what an installer has
/// compiled of its own sources. `content` may be null.
BroughtFiles brought_by(const OnDisk& found, WheelContent* content, const DistributionReader& reader,
                        const LedPlaces& places, PathArchiveNames& archives);

/// A file by which Python finds all modules elsewhere than it would; nothing where there is none. Beside its
/// program or in its library: `python3._pth`, `pyvenv.cfg`, `pybuilddir.txt`, the archive `python311.zip`.
std::optional<std::string> leads_python_elsewhere(const BroughtFiles& brought);

/// Those by which code runs that nobody asked for. Whenever Python starts, whatever is imported: lines of a
/// `.pth`, sitecustomize, modules among Python's own, what says where Python itself is. When a script starts:
/// what lies beside it by the name of one of Python's own modules, or as a distribution ("bin/shutil.py").
/// When a shell enters the environment: "bin/activate".
std::set<std::string> run_at_start(const BroughtFiles& brought, const OnDisk& found,
                                   const DistributionReader& reader);

/// When a file that run_at_start() gives is run.
enum class RunsWhen : std::uint8_t { python_starts, script_starts, shell_enters };
RunsWhen runs_when(std::string_view path);

/// Whether Python takes a line of this `.pth` for code.
bool has_code(std::string_view path_file);

}  // namespace tomme::guard
