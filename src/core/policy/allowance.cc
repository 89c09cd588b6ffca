#include "core/policy/allowance.h"

#include <algorithm>

#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"
#include "core/packaging/url_reference.h"
#include "core/policy/errors.h"

namespace tomme {

Result<std::string> canonical_index(std::string_view url) {
  const Url parsed = TRY(Url::parse(url));
  std::string text = parsed.normalized().without_userinfo().without_fragment().to_string();
  text = text.substr(0, text.find('?'));
  if (!text.ends_with('/')) text += '/';
  return text;
}

Result<void> Allowances::add_project(std::string_view text) {
  const std::size_t equals = text.find("==");
  const Result<ProjectName> name = ProjectName::parse(text.substr(0, equals));
  if (!name) return fail(kPolicyAllowance, "--allow " + printable(text) + " names no project");
  if (equals == std::string_view::npos) {
    projects_.emplace_back(*name, std::nullopt);
    return {};
  }
  const Result<Version> version = Version::parse(text.substr(equals + 2));
  if (!version) {
    return fail(kPolicyAllowance, "--allow " + printable(text) + ": " + version.error().message());
  }
  projects_.emplace_back(*name, *version);
  return {};
}

Result<void> Allowances::add_index(std::string_view url) {
  const Result<Url> parsed = Url::parse(url);
  if (!parsed || !parsed->is_http() || parsed->host().empty()) {
    return fail(kPolicyAllowance, "--allow-index is given what is no http or https address");
  }
  indexes_.insert(TRY(canonical_index(url)));
  return {};
}

std::optional<std::string> Allowances::of(std::string_view filename,
                                          const std::vector<std::string>& indexes) const {
  for (const std::string& index : indexes) {
    if (indexes_.contains(index)) return "--allow-index " + index;
  }
  std::optional<std::string> option;
  for (const ProjectName& project : projects_named_by(filename)) {
    const Result<DistFilename> file = DistFilename::parse_for(project, filename);
    const auto found = std::ranges::find_if(projects_, [&](const auto& allowed) {
      return allowed.first == project && (!allowed.second || (file && file->version() == *allowed.second));
    });
    if (found == projects_.end()) return std::nullopt;
    if (option) continue;
    option =
        "--allow " + found->first.as_written() + (found->second ? "==" + found->second->to_string() : "");
  }
  return option;
}

std::set<ProjectName> Allowances::projects() const {
  std::set<ProjectName> names;
  for (const auto& [name, version] : projects_) names.insert(name);
  return names;
}

}  // namespace tomme
