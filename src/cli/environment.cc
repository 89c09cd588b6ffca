#include "cli/environment.h"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace tomme::cli {

net::Environment current_environment() {
  net::Environment environment;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

std::string find_or_empty(const net::Environment& environment, const std::string& name) {
  const auto at = environment.find(name);
  return at == environment.end() ? std::string() : at->second;
}

Result<net::HttpClientOptions> network_options() {
  const net::Environment environment = current_environment();
  net::HttpClientOptions options;
  options.trust = net::trust_of(environment);
  options.proxy = TRY(net::proxies_of(environment));
  return options;
}

}  // namespace tomme::cli
