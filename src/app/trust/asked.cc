#include "app/trust/store.h"
#include "core/encoding/text.h"

namespace tomme::trust {

namespace {

constexpr std::size_t kReasonBytes = 400;

std::string_view take_word(std::string_view& line) {
  const std::size_t end = line.find(' ');
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

}  // namespace

std::string to_text(const Asked& asked) {
  std::string text;
  if (asked.refreshed) text += "refreshed " + to_rfc3339(*asked.refreshed) + "\n";
  if (asked.failed) {
    text += "failed " + to_rfc3339(*asked.failed) + " " + printable(asked.reason, kReasonBytes) + "\n";
  }
  if (asked.told) text += "told " + to_rfc3339(*asked.told) + "\n";
  return text;
}

Asked parse_asked(std::string_view text) {
  Asked asked;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;  // torn
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const std::string_view what = take_word(line);
    const std::optional<Time> when = parse_rfc3339(take_word(line));
    if (what == "refreshed") asked.refreshed = when;
    if (what == "told") asked.told = when;
    if (what != "failed" || !when) continue;
    asked.failed = when;
    asked.reason = printable(line, kReasonBytes);
  }
  return asked;
}

}  // namespace tomme::trust
