#include "core/policy/allowance.h"

#include <algorithm>

#include "core/encoding/text.h"
#include "core/packaging/dist_filename.h"
#include "core/policy/errors.h"
#include "core/url/url.h"

namespace tomme {

namespace {

/// Each way, the likeliest first, to cut the name into a project and a version: one for a wheel, for
/// "a-1-1.zip" those of a and a-1.
std::vector<DistFilename> readings_of(std::string_view filename) {
  std::vector<DistFilename> readings;
  if (Result<DistFilename> wheel = DistFilename::parse(filename); wheel && wheel->is_wheel()) {
    readings.push_back(*std::move(wheel));
    return readings;
  }
  for (std::size_t hyphen = filename.rfind('-'); hyphen != std::string_view::npos && hyphen > 0;
       hyphen = filename.rfind('-', hyphen - 1)) {
    const Result<ProjectName> project = ProjectName::parse(filename.substr(0, hyphen));
    if (!project) continue;
    if (Result<DistFilename> file = DistFilename::parse_for(*project, filename))
      readings.push_back(*std::move(file));
  }
  return readings;
}

}  // namespace

std::string canonical_index(const Url& url) {
  std::string text = url.without_query().to_string();
  if (!text.ends_with('/')) text += '/';
  return text;
}

Result<std::string> canonical_index(std::string_view url) {
  return canonical_index(TRY(Url::parse(url)));
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
  if (!parsed) {
    return fail(kPolicyAllowance, "--allow-index is given what is no http or https address");
  }
  indexes_.insert(canonical_index(*parsed));
  return {};
}

std::optional<std::string> Allowances::of(std::string_view filename,
                                          const std::vector<std::string>& indexes) const {
  for (const std::string& index : indexes) {
    if (indexes_.contains(index)) return "--allow-index " + index;
  }
  std::optional<std::string> option;
  for (const DistFilename& file : readings_of(filename)) {
    const auto found = std::ranges::find_if(projects_, [&](const auto& allowed) {
      return allowed.first == file.project() && (!allowed.second || file.version() == *allowed.second);
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
