#include "app/installers/upstream.h"

#include <algorithm>

#include "app/installers/errors.h"

namespace tomme::guard {
namespace {

const PipSetting* last_of(const std::vector<PipSetting>& settings, std::string_view name) {
  const PipSetting* found = nullptr;
  for (const PipSetting& setting : settings) {
    if (setting.name == name) found = &setting;
  }
  return found;
}

std::unexpected<Error> as_setting(const std::string& message) {
  return fail(kGuardSetting, message,
              "name a proxy as http://HOST:PORT or https://HOST:PORT, or leave it out for this command");
}

/// Whether nothing that is judged can be reached without it: then that is said before the start.
bool is_for_all(const net::ProxySettings& settings, const std::set<Origin>& needed) {
  const auto is_direct = [&](const Origin& origin) { return settings.is_direct(origin.authority); };
  return std::ranges::none_of(needed, is_direct);
}

}  // namespace

Result<net::ProxySettings> upstream_of(const Environment& user, Installer installer,
                                       const std::vector<PipSetting>& pip, const std::set<Origin>& needed) {
  const PipSetting* own =
      installer == Installer::pip || installer == Installer::pipx ? last_of(pip, "proxy") : nullptr;
  if (own != nullptr) {
    Result<net::ParentProxy> proxy = in("pip's proxy", net::ParentProxy::parse(own->value));
    if (!proxy) return as_setting(proxy.error().message());
    return net::ProxySettings{.for_https = *proxy, .for_http = *proxy};
  }
  using enum net::Spelling;
  Result<net::ProxySettings> settings =
      net::proxies_of(user, installer == Installer::uv ? upper_first : lower_first);
  if (!settings) return as_setting(settings.error().message());
  for (const auto& proxy : {settings->for_https, settings->for_http}) {
    if (proxy && !proxy->unusable.empty() && is_for_all(*settings, needed))
      return as_setting(proxy->unusable);
  }
  return settings;
}

net::TrustSettings trust_of(const Environment& user, const std::set<Installer>& installers,
                            const std::vector<PipSetting>& pip,
                            const std::vector<net::NamedAuthorities>& others) {
  const bool only_uv = installers == std::set{Installer::uv};
  const bool only_poetry = installers == std::set{Installer::poetry};
  // uv has authorities of its own built in and drops them for what these two name.
  net::TrustSettings trust =
      only_uv
          ? net::trust_of(user, {"SSL_CERT_FILE", "SSL_CERT_DIR"})
          : net::trust_of(user, {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"});
  // requests takes the first two instead of its own; pip, pdm and httpx add them to the system's
  // (truststore).
  const bool replaces = net::first_set(user, {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}) != nullptr;
  if (const std::string* more = net::first_set(user, {"NODE_EXTRA_CA_CERTS"});
      more != nullptr && installers.contains(Installer::pnpm))
    trust.named.push_back({*more, "NODE_EXTRA_CA_CERTS"});
  if (const PipSetting* cert = last_of(pip, "cert")) trust.named.push_back({cert->value, cert->where});
  trust.named.insert(trust.named.end(), others.begin(), others.end());
  trust.system_too = !trust.named.empty() && !only_uv && !(only_poetry && replaces);
  return trust;
}

}  // namespace tomme::guard
