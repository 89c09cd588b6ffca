#include "app/guard/placeholders.h"

#include <algorithm>

namespace tomme::guard {

std::string quoted_for_shell(std::string_view word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\"'\"'") : std::string(1, c);
  return out + "'";
}

namespace {

std::string joined(std::span<const std::string> words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + quoted_for_shell(word);
  return out;
}

}  // namespace

// placeholder = "{" name [ ":" default ] "}", neither with a brace in it
FilledIn fill_in(std::string_view script, std::span<const std::string> arguments,
                 std::string_view directory) {
  FilledIn filled;
  while (!script.empty()) {
    const std::size_t open = std::min(script.find('{'), script.size());
    filled.text += script.substr(0, open);
    script.remove_prefix(open);
    const std::size_t close = script.find('}');
    if (close == std::string_view::npos) break;
    const std::string_view inner = script.substr(1, close - 1);
    const std::size_t colon = std::min(inner.find(':'), inner.size());
    const std::string_view name = inner.substr(0, colon);
    if (name == "args") {
      filled.has_arguments = true;
      filled.text += arguments.empty() ? std::string(inner.substr(std::min(colon + 1, inner.size())))
                                       : joined(arguments);
    } else if (name == "pdm" && !directory.empty()) {
      filled.text += "pdm";
    } else if (name == "run_cwd" && !directory.empty()) {
      filled.text += quoted_for_shell(directory);
    } else {
      filled.text += script.substr(0, 1);
      script.remove_prefix(1);
      continue;
    }
    script.remove_prefix(close + 1);
  }
  filled.text += script;
  return filled;
}

}  // namespace tomme::guard
