#include <algorithm>

#include "app/installers/collect.h"
#include "app/installers/errors.h"
#include "core/encoding/python_text.h"
#include "core/encoding/text.h"
#include "core/encoding/toml.h"

// PEP 723, by its own regular expression:
// (?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$
namespace tomme::guard {
namespace {

constexpr std::string_view kOpening = "# /// script";
constexpr std::string_view kClosing = "# ///";

/// As Python reads text: LF, CR LF and a lone CR end a line.
std::vector<std::string_view> lines_of(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
    text.remove_prefix(std::min<std::size_t>(text.starts_with("\r\n") ? 2 : 1, text.size()));
  }
  return lines;
}

/// The line that closes a block opened on each line: the last one that could, with at least one line of
/// content before it. 0 where none does.
std::vector<std::size_t> closing_lines(const std::vector<std::string_view>& lines) {
  std::vector<std::size_t> closing(lines.size(), 0);
  std::size_t last = 0;  // in the run of comments that begins behind line `i`
  for (std::size_t i = lines.size(); i-- > 0;) {
    if (last > i + 1) closing[i] = last;
    const bool is_comment = lines[i] == "#" || lines[i].starts_with("# ");
    if (!is_comment) {
      last = 0;
    } else if (last == 0 && lines[i] == kClosing) {
      last = i;
    }
  }
  return closing;
}

}  // namespace

Result<std::optional<json::Value>> read_script(Collector& into, const std::string& path) {
  const std::optional<std::string> text = TRY(into.read(path));
  if (!text) {
    TRY(into.findings.unproven("a script that cannot be read before the start", printable(path)));
    return std::optional<json::Value>{};
  }
  std::optional<std::string> block;
  bool has_odd_end = false;  // pip and pdm cut the block again, at what `str.splitlines` takes for an end
  const std::vector<std::string_view> lines = lines_of(*text);
  const std::vector<std::size_t> closing_of = closing_lines(lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] != kOpening) continue;
    const std::size_t closing = closing_of[i];
    if (closing == 0) continue;
    if (block) {
      return fail(kGuardConfiguration,
                  printable(path) + ": two blocks of type script, and installers differ in which they take",
                  "leave one `# /// script` block in the file");
    }
    block.emplace();
    for (++i; i < closing; ++i) {
      has_odd_end |= has_python_line_end(lines[i]);
      *block += std::string(lines[i].substr(std::min<std::size_t>(2, lines[i].size()))) + "\n";
    }
  }
  if (!block) return std::optional<json::Value>{};
  if (has_odd_end) {
    return fail(
        kGuardConfiguration,
        printable(path) + ": the block of type script has a line end that installers read differently",
        "write it with plain line ends");
  }
  Result<json::Value> parsed = parse_toml(*block, path);
  if (!parsed) return fail(kGuardConfiguration, parsed.error().message());
  return std::optional<json::Value>(*std::move(parsed));
}

}  // namespace tomme::guard
