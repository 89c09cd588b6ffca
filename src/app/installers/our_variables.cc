#include "app/installers/our_variables.h"

#include <algorithm>
#include <string>

#include "app/installers/collect.h"
#include "core/base/ascii.h"

namespace tomme::guard {

bool is_pip_setting_of_ours(std::string_view variable) {
  constexpr std::array<std::string_view, 6> kPip{"proxy",     "no-proxy-env", "cert",
                                                 "cache-dir", "no-cache-dir", "isolated"};
  return std::ranges::find(kPip, pip_setting_of(variable)) != kPip.end();
}

/// pnpm takes each of its settings from a variable, in capitals or not; they beat its files.
bool is_pnpm_setting_of_ours(std::string_view variable) {
  constexpr std::string_view kPrefix = "pnpm_config_";
  constexpr std::array<std::string_view, 9> kOurs{
      "https_proxy", "http_proxy", "proxy", "noproxy", "no_proxy", "store_dir", "cache_dir", "cafile", "ca"};
  const std::string name = ascii::to_lower(variable);
  return name.starts_with(kPrefix) && std::ranges::find(kOurs, name.substr(kPrefix.size())) != kOurs.end();
}

bool is_given_to_children(std::string_view variable) {
  constexpr std::array<std::string_view, 5> kOther{"SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUEST_METHOD",
                                                   "POETRY_VIRTUALENVS_PATH", "UV_LINK_MODE"};
  return is_ours(variable) || variable.ends_with("TIMEOUT") ||
         std::ranges::find(kOther, variable) != kOther.end();
}

bool is_ours(std::string_view variable) {
  constexpr std::array<std::string_view, 8> kOther{
      "NO_PROXY",      "no_proxy",     "NIX_SSL_CERT_FILE", "POETRY_CACHE_DIR",
      "PDM_CACHE_DIR", "UV_CACHE_DIR", "PIPENV_CACHE_DIR",  "PIP_TOOLS_CACHE_DIR"};
  auto among = [&](const auto& names) { return std::ranges::find(names, variable) != names.end(); };
  return is_pnpm_setting_of_ours(variable) || among(kProxyVariables) || among(kTrustVariables) ||
         among(kOther) || is_pip_setting_of_ours(variable);
}

}  // namespace tomme::guard
