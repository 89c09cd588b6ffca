#include "io/net/environment.h"

namespace tomme::net {

namespace {

const std::string* either(const Environment& environment, Spelling preferred, const char* lower,
                          const char* upper) {
  return preferred == Spelling::upper_first ? first_set(environment, {upper, lower})
                                            : first_set(environment, {lower, upper});
}

}  // namespace

const std::string* first_set(const Environment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = environment.find(name);
    if (found != environment.end() && !found->second.empty()) return &found->second;
  }
  return nullptr;
}

Result<ProxySettings> proxies_of(const Environment& environment, Spelling preferred) {
  ProxySettings settings;
  if (const std::string* direct = either(environment, preferred, "no_proxy", "NO_PROXY"))
    settings.direct = ProxySettings::parse_no_proxy(*direct);
  const std::string* all = either(environment, preferred, "all_proxy", "ALL_PROXY");
  const std::string* https = either(environment, preferred, "https_proxy", "HTTPS_PROXY");
  const std::string* http = either(environment, preferred, "http_proxy", "HTTP_PROXY");
  const auto parse = [&](const std::string& text) -> Result<ParentProxy> {
    Result<ParentProxy> proxy = in("the proxy in the environment", ParentProxy::parse(text));
    if (proxy || settings.direct.empty()) return proxy;
    ParentProxy kept;
    kept.unusable = proxy.error().message();
    return kept;
  };
  if (https || all) settings.for_https = TRY(parse(https ? *https : *all));
  if (http || all) settings.for_http = TRY(parse(http ? *http : *all));
  return settings;
}

TrustSettings trust_of(const Environment& environment, std::initializer_list<const char*> names) {
  TrustSettings trust;
  for (const char* name : names) {
    const std::string* path = first_set(environment, {name});
    if (path) trust.named.push_back({*path, name, std::string_view(name) == "SSL_CERT_DIR"});
  }
  return trust;
}

}  // namespace tomme::net
