#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/relay/report.h"
#include "app/run/installed.h"
#include "core/packaging/project_name.h"

namespace tomme::guard {

struct InstalledRules {
  bool proof_required = false;
  std::set<ProjectName> expected = {};  ///< projects whose signer is expected
};

/// Puts what is new into the report: what no judged file covers is refused (kGuardInstalled) where proof is
/// required, where the project's signer is expected, and where in such a run nothing was judged at all; what
/// may have come from a host that was let through unseen on purpose only where its signer is expected.
/// The notes are what is left to tell: what is unjudged and not refused, the person's own projects, files
/// that one judged wheel has overwritten of another or put among those of an expected one, scripts that both
/// have, code that Python runs whenever it starts, and what of an expected project was built here.
std::vector<std::string> report_installed(std::vector<Installed> all, const InstalledRules& rules,
                                          Report& report);

}  // namespace tomme::guard
