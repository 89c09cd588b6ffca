#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "io/net/environment.h"
#include "io/net/http_client.h"
#include "io/remote/login.h"

namespace tomme::cli {

/// What this process was started with.
net::Environment current_environment();

/// Empty where it is not set.
std::string find_or_empty(const net::Environment& environment, const std::string& name);

/// HOME, else what the system says of this user; empty where neither is known.
std::string home_folder(const net::Environment& environment);

/// Where this user's files are kept that can be had again: TOMME_CACHE_DIR, else XDG_CACHE_HOME/tomme, else
/// HOME/.cache/tomme. kUsage where none is known. Nothing is made.
Result<std::string> cache_folder(const net::Environment& environment);

/// An address that somebody typed, and what it is asked with: the login in it, else that of `machine HOST` in
/// the user's netrc.
AddressWithLogin address_with_login(const std::string& typed);

/// For fetches of our own: the proxies and authorities that the user's environment names. The logins go to
/// the origins of their addresses, and to no other.
Result<net::HttpClientOptions> network_options(const std::vector<AddressWithLogin>& logins = {});

}  // namespace tomme::cli
