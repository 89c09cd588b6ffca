#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "app/relay/wheel_content.h"
#include "app/run/installed_distribution.h"
#include "app/run/led_places.h"

namespace tomme::guard {

/// What a distribution has brought, by where Python or a shell looks for it.
struct BroughtFiles {
  std::vector<std::string> site;     ///< seen from the folder of its `.dist-info`
  std::vector<std::string> library;  ///< beside Python's own modules, seen from there
  /// Seen from the places that `.pth` files name, whoever brought these: by the folder that they stand in. Of
  /// an archive, what is in it.
  std::map<std::string, std::vector<std::string>> led_to;
  bool is_led_too_far = false;        ///< in more places within one another than were looked at
  std::set<std::string> environment;  ///< seen from the environment: "bin/demo", "pyvenv.cfg"
  std::set<std::string> scripts;      ///< names of those in "bin", by entry points as well
};

/// As its wheel says, where it was installed from one; else as its RECORD says, but for what an installer has
/// compiled of its own sources. `content` may be null.
BroughtFiles brought_by(const OnDisk& found, WheelContent* content, const DistributionReader& reader,
                        const LedPlaces& places);

/// Those by which Python runs code whenever it starts, whatever is imported: lines of a `.pth`,
/// sitecustomize, modules among Python's own, what says where Python itself is.
std::set<std::string> run_at_start(const BroughtFiles& brought, const OnDisk& found,
                                   const DistributionReader& reader);

/// Whether Python takes a line of this `.pth` for code.
bool has_code(std::string_view path_file);

}  // namespace tomme::guard
