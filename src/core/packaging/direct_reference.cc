#include "core/packaging/direct_reference.h"

#include <algorithm>

#include "core/base/ascii.h"

namespace tomme {

namespace {

constexpr std::string_view kField = "requires-dist:";
constexpr std::string_view kBlank = " \t\v\f";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// The field lines, unfolded: a line that starts with white space goes on with the one before.
std::vector<std::string> fields_of(std::string_view metadata) {
  std::vector<std::string> fields;
  while (!metadata.empty()) {
    const std::size_t end = std::min(metadata.find_first_of("\r\n"), metadata.size());
    const std::string_view line = metadata.substr(0, end);
    const std::string_view rest = metadata.substr(end);
    // Only what everybody takes for an empty line ends the fields: a lone CR does so for some alone.
    if (line.empty() && (rest.starts_with('\n') || rest.starts_with("\r\n"))) break;
    if (!line.empty() && kBlank.contains(line.front()) && !fields.empty()) {
      fields.back().append(" ").append(line);
    } else if (!line.empty()) {
      fields.emplace_back(line);
    }
    metadata.remove_prefix(std::min(end + (rest.starts_with("\r\n") ? 2 : 1), metadata.size()));
  }
  return fields;
}

// url_req = name wsp* extras? wsp* "@" wsp* URI_reference (wsp+ | end) quoted_marker?     (PEP 508)
std::optional<DirectReference> reference_in(std::string_view requirement) {
  const std::size_t at = requirement.substr(0, requirement.find(';')).find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view name = trimmed(requirement.substr(0, std::min(requirement.find('['), at)));
  std::string_view address = trimmed(requirement.substr(at + 1));
  address = address.substr(0, address.find_first_of(kBlank));
  DirectReference reference{std::nullopt, std::string(address)};
  if (Result<ProjectName> project = ProjectName::parse(name)) reference.project = *std::move(project);
  return reference;
}

}  // namespace

std::vector<DirectReference> direct_references(std::string_view metadata) {
  std::vector<DirectReference> references;
  for (const std::string& field : fields_of(metadata)) {
    if (!ascii::to_lower(field).starts_with(kField)) continue;
    if (auto reference = reference_in(std::string_view(field).substr(kField.size())))
      references.push_back(*std::move(reference));
  }
  return references;
}

}  // namespace tomme
