#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>

#include "core/base/result.h"
#include "io/net/proxy_settings.h"
#include "io/net/trust.h"

namespace tomme::net {

/// Variables by name, as somebody hands them in: this room asks no process for its own.
using Environment = std::map<std::string, std::string>;

/// The first of `names` that is set and not empty; nullptr where none is.
const std::string* first_set(const Environment& environment, std::initializer_list<const char*> names);

/// Which of `https_proxy` and `HTTPS_PROXY` counts where both stand: Python takes the former, curl and uv
/// have ways of their own.
enum class Spelling : std::uint8_t { lower_first, upper_first };

/// HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY in both spellings. kNetProxySetting for what is no address of
/// a proxy; where NO_PROXY has exceptions only when a connection would need it (`ParentProxy::unusable`).
Result<ProxySettings> proxies_of(const Environment& environment, Spelling preferred = Spelling::lower_first);

/// Those of `names` that are set, each with a file or folder; SSL_CERT_DIR is a list of folders.
TrustSettings trust_of(const Environment& environment,
                       std::initializer_list<const char*> names = {"SSL_CERT_FILE", "SSL_CERT_DIR",
                                                                   "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"});

}  // namespace tomme::net
