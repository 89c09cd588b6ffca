#pragma once

#include <set>
#include <string>
#include <vector>

#include "app/installers/collect.h"
#include "core/base/result.h"
#include "io/net/proxy_settings.h"
#include "io/net/trust.h"

/// What the installers of a command would have used on their way to the indexes.
namespace tomme::guard {

/// pip's own setting beats everything and knows no exceptions; Python prefers the lower case, uv the upper
/// case. kGuardSetting for what is no HTTP proxy, as soon as an origin of `needed` would have to go through
/// it.
Result<net::ProxySettings> upstream_of(const Environment& user, Installer installer,
                                       const std::vector<PipSetting>& pip, const std::set<Origin>& needed);

/// Every place of authorities that one of `installers` reads, all that are set; `others` are those that
/// settings name besides. None reads fewer than the installers do: one that adds what it is told to the
/// system's own gets both.
net::TrustSettings trust_of(const Environment& user, const std::set<Installer>& installers,
                            const std::vector<PipSetting>& pip,
                            const std::vector<net::NamedAuthorities>& others);

}  // namespace tomme::guard
