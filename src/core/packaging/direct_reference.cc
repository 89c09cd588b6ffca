#include "core/packaging/direct_reference.h"

#include <algorithm>

#include "core/base/ascii.h"
#include "core/encoding/python_text.h"
#include "core/packaging/extra_marker.h"
#include "core/packaging/metadata_fields.h"

namespace tomme {

namespace {

constexpr std::string_view kBlank = " \t";

bool is_name_character(char c) {
  return ascii::is_alnum(c) || c == '-' || c == '_' || c == '.';
}

/// Whether there is anything of which some installer could make an address or a path: PDM takes
/// `URL#egg=name`, a checkout and what starts with a dot, uv undoes RFC 2047 (`=?utf-8?b?…?=`). What has none
/// of it is a version with odd spelling at most, of which there are many. Nobody looks for an address behind
/// the semicolon; but pipenv writes the whole of it into a file of which pip reads each line.
bool could_name_an_address(std::string_view requirement) {
  if (requirement.contains("=?") || has_python_line_end(requirement)) return true;
  const std::string_view wanted = requirement.substr(0, requirement.find(';'));
  if (wanted.find_first_of(":/\\@") != std::string_view::npos || wanted.starts_with('.')) return true;
  const std::string lower = ascii::to_lower(wanted);
  constexpr std::string_view kCheckouts[] = {"git+", "hg+", "svn+", "bzr+"};
  return std::ranges::any_of(kCheckouts, [&](std::string_view each) { return lower.starts_with(each); });
}

// requirement = name [extras] "@" URL [blank ";" marker]                               (PEP 508)
// extras      = "[" [name *("," name)] "]"
// URL         = everything up to the next blank
// with blanks between any two parts.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<DirectReference> read() {
    Result<ProjectName> project = ProjectName::parse(take_name());
    if (!project || !take_extras() || !take('@')) return std::nullopt;
    skip_blank();
    const std::size_t end = std::min(rest_.find_first_of(" \t\v\f"), rest_.size());
    DirectReference reference{*std::move(project), std::string(rest_.substr(0, end))};
    rest_.remove_prefix(end);
    if (reference.address.empty()) return std::nullopt;
    const bool has_marker = take(';');
    if (has_marker ? !is_marker(rest_) : !rest_.empty()) return std::nullopt;
    reference.needs_extra = has_marker && needs_an_extra(rest_);
    return reference;
  }

 private:
  std::string_view take_name() {
    const auto* end = std::ranges::find_if_not(rest_, is_name_character);
    const std::string_view name = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(name.size());
    return name;
  }
  /// True where there are none.
  bool take_extras() {
    if (!take('[') || take(']')) return true;
    do {
      skip_blank();
      if (take_name().empty()) return false;
    } while (take(','));
    return take(']');
  }
  bool take(char c) {
    skip_blank();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_blank() { rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlank), rest_.size())); }

  std::string_view rest_;
};

std::optional<DirectReference> reference_in(std::string_view requirement) {
  if (!could_name_an_address(requirement)) return std::nullopt;
  if (!requirement.contains("=?") && !has_python_line_end(requirement)) {
    if (auto reference = Reader(requirement).read()) return reference;
  }
  return DirectReference{.project = std::nullopt,
                         .address = std::string(trimmed_field(requirement.substr(0, requirement.find(';')))),
                         .well_formed = false};
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
