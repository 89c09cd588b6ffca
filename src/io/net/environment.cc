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
  const std::string* all = either(environment, preferred, "all_proxy", "ALL_PROXY");
  const std::string* https = either(environment, preferred, "https_proxy", "HTTPS_PROXY");
  const std::string* http = either(environment, preferred, "http_proxy", "HTTP_PROXY");
  constexpr std::string_view kWhere = "the proxy in the environment";
  if (https || all) settings.for_https = TRY(in(kWhere, ParentProxy::parse(https ? *https : *all)));
  if (http || all) settings.for_http = TRY(in(kWhere, ParentProxy::parse(http ? *http : *all)));
  const std::string* direct = either(environment, preferred, "no_proxy", "NO_PROXY");
  if (direct) settings.direct = ProxySettings::parse_no_proxy(*direct);
  return settings;
}

TrustSettings trust_of(const Environment& environment) {
  TrustSettings trust;
  const std::string* file = first_set(environment, {"REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"});
  if (file) trust.ca_file = *file;
  // SSL_CERT_DIR is a list of folders; a single one can be handed on.
  const std::string* folder = first_set(environment, {"SSL_CERT_DIR"});
  if (folder && !folder->contains(':')) trust.ca_directory = *folder;
  return trust;
}

}  // namespace tomme::net
