#include "core/packaging/rewritten_script.h"

#include <algorithm>
#include <vector>

#include "core/base/ascii.h"

namespace tomme {
namespace {

/// Installers leave the second half of a "\r\n" behind.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    if (end > 0) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool is_head(std::string_view head) {
  const std::vector<std::string_view> lines = lines_of(head);
  if (lines.empty() || !lines[0].starts_with("#!")) return false;
  if (lines.size() == 1) return true;
  return lines.size() == 3 && lines[0] == "#!/bin/sh" && lines[1].starts_with("'''exec' ") &&
         lines[1].ends_with("\"$@\"") && lines[2] == "' '''";
}

}  // namespace

bool has_placeholder(std::string_view script) {
  return script.starts_with("#!python");
}

bool is_script_rewritten(std::string_view script, std::string_view installed) {
  if (!has_placeholder(script)) return false;
  const std::size_t end = script.find('\n');
  const std::string_view rest = end == std::string_view::npos ? "" : script.substr(end + 1);
  return installed.ends_with(rest) && is_head(installed.substr(0, installed.size() - rest.size()));
}

bool has_option_of_pipx(std::string_view script, std::string_view installed) {
  constexpr std::string_view kOption = " -E";
  const std::string_view line = script.substr(0, script.find('\n'));
  if (!line.starts_with("#!") || !ascii::to_lower(line).contains("python")) return false;
  if (!installed.starts_with(line)) return false;
  installed.remove_prefix(line.size());
  return installed.starts_with(kOption) && installed.substr(kOption.size()) == script.substr(line.size());
}

}  // namespace tomme
