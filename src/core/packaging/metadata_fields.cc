#include "core/packaging/metadata_fields.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace tomme {

namespace {

constexpr std::string_view kBlank = " \t\v\f";

/// Unfolded: a line that starts with white space goes on with the one before.
std::vector<std::string> lines_of(std::string_view metadata) {
  std::vector<std::string> lines;
  while (!metadata.empty()) {
    const std::size_t end = std::min(metadata.find_first_of("\r\n"), metadata.size());
    const std::string_view line = metadata.substr(0, end);
    const std::string_view rest = metadata.substr(end);
    // Only what everybody takes for an empty line ends the fields: a lone CR does so for some alone.
    if (line.empty() && (rest.starts_with('\n') || rest.starts_with("\r\n"))) break;
    if (!line.empty() && kBlank.contains(line.front()) && !lines.empty()) {
      lines.back().append(" ").append(line);
    } else if (!line.empty()) {
      lines.emplace_back(line);
    }
    metadata.remove_prefix(std::min(end + (rest.starts_with("\r\n") ? 2 : 1), metadata.size()));
  }
  return lines;
}

}  // namespace

std::string_view trimmed_field(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<MetadataField> metadata_fields(std::string_view metadata) {
  std::vector<MetadataField> fields;
  for (const std::string_view line : lines_of(metadata)) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    fields.push_back({ascii::to_lower(trimmed_field(line.substr(0, colon))),
                      std::string(trimmed_field(line.substr(colon + 1)))});
  }
  return fields;
}

Result<std::string> only_field(const std::vector<MetadataField>& fields, std::string_view name,
                               const ErrorCode& code, std::string_view file) {
  const auto is_it = [&](const MetadataField& field) { return field.name == name; };
  const auto found = std::ranges::find_if(fields, is_it);
  const std::string quoted = "\"" + std::string(name) + "\"";
  if (found == fields.end()) return fail(code, std::string(file) + " has no field " + quoted);
  if (std::find_if(found + 1, fields.end(), is_it) != fields.end()) {
    return fail(code, std::string(file) + " has two fields " + quoted);
  }
  return found->value;
}

}  // namespace tomme
