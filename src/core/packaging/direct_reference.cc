#include "core/packaging/direct_reference.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/packaging/extra_marker.h"
#include "core/packaging/metadata_fields.h"

namespace tomme {

namespace {

// url_req = name wsp* extras? wsp* "@" wsp* URI_reference (wsp+ | end) quoted_marker?     (PEP 508)
std::optional<DirectReference> reference_in(std::string_view requirement) {
  const std::size_t at = requirement.substr(0, requirement.find(';')).find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view name = trimmed_field(requirement.substr(0, std::min(requirement.find('['), at)));
  const std::string_view behind = trimmed_field(requirement.substr(at + 1));
  const std::size_t end = std::min(behind.find_first_of(" \t\v\f"), behind.size());
  const std::string_view marker = trimmed_field(behind.substr(end));
  DirectReference reference{std::nullopt, std::string(behind.substr(0, end))};
  reference.needs_extra = marker.starts_with(';') && needs_an_extra(marker.substr(1));
  if (Result<ProjectName> project = ProjectName::parse(name)) reference.project = *std::move(project);
  return reference;
}

}  // namespace

std::vector<DirectReference> direct_references(std::string_view metadata) {
  std::vector<DirectReference> references;
  for (const MetadataField& field : metadata_fields(metadata)) {
    if (field.name != "requires-dist") continue;
    if (auto reference = reference_in(field.value)) references.push_back(*std::move(reference));
  }
  return references;
}

}  // namespace tomme
