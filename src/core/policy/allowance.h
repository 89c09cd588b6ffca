#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/packaging/project_name.h"
#include "core/packaging/version.h"
#include "core/url/url.h"

namespace tomme {

/// The address of an index in the one spelling that is compared: normalised, with a slash at its end, without
/// user, password, query and fragment.
Result<std::string> canonical_index(std::string_view url);
std::string canonical_index(const Url& url);

/// What may pass without an attestation though one is required. It says nothing about a file that has one:
/// that has to hold.
class Allowances {
 public:
  /// "NAME" or "NAME==VERSION"; kPolicyAllowance otherwise.
  Result<void> add_project(std::string_view text);
  /// All files that pages of this index list; kPolicyAllowance where it is no http(s) address.
  Result<void> add_index(std::string_view url);

  /// The option that lets a file pass, as it was given: "--allow demo==1.0". A file of which installers may
  /// differ whose it is needs an allowance for each of them. `indexes` as canonical_index() writes them.
  std::optional<std::string> of(std::string_view filename, const std::vector<std::string>& indexes) const;

  std::set<ProjectName> projects() const;
  const std::set<std::string>& indexes() const { return indexes_; }
  bool empty() const { return projects_.empty() && indexes_.empty(); }

 private:
  std::vector<std::pair<ProjectName, std::optional<Version>>> projects_;
  std::set<std::string> indexes_;
};

}  // namespace tomme
