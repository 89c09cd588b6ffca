#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/installers/findings.h"
#include "app/installers/installer.h"
#include "app/installers/invocation.h"
#include "core/base/result.h"
#include "io/net/proxy_settings.h"
#include "io/net/trust.h"
#include "io/remote/credentials.h"

namespace tomme::guard {

/// What is fixed before the child starts.
struct Plan {
  Command command;
  std::vector<NamedIndex> indexes;          ///< PyPI first, then as found; without credentials
  Credentials credentials;                  ///< for what tomme itself asks these indexes; secrets
  std::map<std::string, Url> locked_files;  ///< the index of each file in a lock, by the file's address
  std::set<Origin> intercept;      ///< PyPI's two hosts, those of `indexes`, of locks and of `--file-host`
  std::vector<std::string> notes;  ///< what will not be judged, and why; for the report
  net::ProxySettings upstream;     ///< the user's own proxy, to be gone through
  net::TrustSettings trust;        ///< the user's own authorities, for upstream and for the child's bundle
  Environment environment;         ///< the user's own
  std::map<std::string, std::string> variables;  ///< that this child needs besides
  std::set<Origin> services;  ///< that the installer asks for something else than packages: passed and named
  bool python_by_pnpm = false;            ///< pnpm is started, and installs Python packages
  std::set<std::string> trust_variables;  ///< that must name the run's certificates besides the usual ones
};

/// Reads the command, the environment and every settings file that the installer would read, and refuses by
/// name what would lead around the proxy: kGuardFlag, kGuardSetting, and with proof required kGuardUnproven.
/// What it cannot see: the files behind `-r https://…`, members of a workspace that has no lock yet, settings
/// written during the run, and what an unknown child does. Hosts named there only are not in `intercept`;
/// whoever decides about them tunnels and reports, or refuses.
Result<Plan> make_plan(const Invocation& invocation);

}  // namespace tomme::guard
