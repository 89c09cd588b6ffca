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

/// For fetches of our own: the proxies and authorities that the user's environment names.
Result<net::HttpClientOptions> network_options();

}  // namespace tomme::cli
