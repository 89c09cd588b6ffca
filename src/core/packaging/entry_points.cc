#include "core/packaging/entry_points.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace tomme {
namespace {

/// Of a line, as Python's str.strip() has them.
constexpr std::string_view kBlanks = " \t\v\f";

bool makes_scripts(std::string_view section) {
  const std::string name = ascii::to_lower(ascii::trim(section, kBlanks));
  return name == "console_scripts" || name == "gui_scripts";
}

}  // namespace

std::map<std::string, std::string> scripts_in(std::string_view entry_points) {
  std::map<std::string, std::string> scripts;
  bool counts = false;
  while (!entry_points.empty()) {
    const std::size_t end = std::min(entry_points.find_first_of("\r\n"), entry_points.size());
    const std::string_view line = ascii::trim(entry_points.substr(0, end), kBlanks);
    entry_points.remove_prefix(std::min(end + 1, entry_points.size()));
    if (line.starts_with('[')) counts = makes_scripts(line.substr(1, line.find(']') - 1));
    if (!counts || line.empty() || line.starts_with('[') || line.starts_with('#')) continue;
    for (const std::string_view ends : {"=", "=:"}) {
      const std::size_t at = line.find_first_of(ends);
      if (at == std::string_view::npos) continue;
      const std::string_view name = ascii::trim(line.substr(0, at), kBlanks);
      if (name.empty()) continue;
      const std::string target(ascii::trim(line.substr(at + 1), kBlanks));
      const auto [there, is_new] = scripts.try_emplace(std::string(name), target);
      if (!is_new && there->second != target) there->second.clear();
    }
  }
  return scripts;
}

std::set<std::string> script_names_in(std::string_view entry_points) {
  std::set<std::string> names;
  for (const auto& [name, target] : scripts_in(entry_points)) names.insert(name);
  return names;
}

std::string_view wrapped_name(std::string_view script) {
  for (const std::string_view ending : {".exe", "-script.py", ".pya"}) {
    if (script.ends_with(ending)) return script.substr(0, script.size() - ending.size());
  }
  return script;
}

}  // namespace tomme
