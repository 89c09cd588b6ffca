#include "core/packaging/core_metadata.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace tomme {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\v\f";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

CoreMetadata core_metadata_of(std::string_view text) {
  CoreMetadata found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.empty()) break;
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string field = ascii::to_lower(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(std::min(colon + 1, line.size())));
    if (field == "name" && found.name.empty()) found.name = value;
    if (field == "version" && found.version.empty()) found.version = value;
    text.remove_prefix(end);
    text.remove_prefix(text.starts_with("\r\n") ? 2 : text.empty() ? 0 : 1);
  }
  return found;
}

}  // namespace tomme
