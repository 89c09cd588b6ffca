#pragma once

#include <string>

#include "core/base/result.h"
#include "io/net/environment.h"
#include "io/net/http_client.h"

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

/// For fetches of our own: the proxies and authorities that the user's environment names.
Result<net::HttpClientOptions> network_options();

}  // namespace tomme::cli
