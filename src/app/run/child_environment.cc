#include "app/run/child_environment.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "app/installers/collect.h"
#include "app/installers/plan.h"
#include "core/base/ascii.h"

namespace tomme::guard {
namespace {

/// Python takes lower case first, uv upper case; urllib ignores ALL_PROXY. So all six.
constexpr std::array<std::string_view, 6> kProxies{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY",
                                                   "http_proxy",  "ALL_PROXY",   "all_proxy"};
/// Every one of these beats another in some client, so all name the same authorities.
constexpr std::array<std::string_view, 4> kTrust{"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
                                                 "PIP_CERT"};

/// `.metadata` is answered when the whole wheel is there, so the installers' 15 and 30 seconds are too short
/// for a large one. What the server is given is our own client's business: it answers, or we say so.
constexpr int kPatienceSeconds = 600;

void lengthen_timeout(Environment& environment, const char* name, bool set_if_absent) {
  auto found = environment.find(name);
  if (found == environment.end()) {
    if (set_if_absent) environment[name] = std::to_string(kPatienceSeconds);
    return;
  }
  const std::string& text = found->second;
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && value < kPatienceSeconds) found->second = std::to_string(kPatienceSeconds);
}

/// `PIP_proxy` is another spelling that must not stay.
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

/// The store is kept: an environment of pnpm's links into it. Whatever is in it passed under the same
/// demands.
void set_for_pnpm(Environment& child, const ChildSettings& settings) {
  std::erase_if(child, [](const auto& variable) { return is_pnpm_setting_of_ours(variable.first); });
  for (const char* name : {"PNPM_CONFIG_HTTPS_PROXY", "PNPM_CONFIG_HTTP_PROXY", "PNPM_CONFIG_PROXY"})
    child[name] = settings.proxy_url.reveal();
  // A name that is none's: where it is empty, the exceptions of a .npmrc would count.
  for (const char* name : {"PNPM_CONFIG_NOPROXY", "PNPM_CONFIG_NO_PROXY"}) child[name] = "none.invalid";
  child["NODE_EXTRA_CA_CERTS"] =
      settings.certificates.bundle;  // beats SSL_CERT_FILE and the cafile of a .npmrc
  child["PNPM_CONFIG_STORE_DIR"] = settings.kept;
  child["PNPM_CONFIG_CACHE_DIR"] = settings.cache + "/pnpm";
}

/// pip reads PIP_CERT and SSL_CERT_FILE anew for each connection, a bundle of all authorities in 30 ms; of a
/// folder only what it needs. Other installers read one of the variables once, and as a file.
void read_as_needed(Environment& child, const ChildSettings& settings) {
  child["PIP_CERT"] = settings.certificates.folder;
  child["SSL_CERT_FILE"] = settings.certificates.own;
  child["SSL_CERT_DIR"] = settings.certificates.folder;
}

}  // namespace

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
  return is_pnpm_setting_of_ours(variable) || among(kProxies) || among(kTrust) || among(kOther) ||
         is_pip_setting_of_ours(variable);
}

Environment child_environment(const Plan& plan, const ChildSettings& settings) {
  Environment child = plan.environment;
  std::erase_if(child, [](const auto& variable) { return is_pip_setting_of_ours(variable.first); });
  // Of a CGI program: Python and uv would take no proxy for http from such an environment.
  child.erase("REQUEST_METHOD");
  for (std::string_view name : kProxies) child[std::string(name)] = settings.proxy_url.reveal();
  child["PIP_PROXY"] = settings.proxy_url.reveal();
  // Empty and not absent: a `.env` file that uv or pdm loads fills in only what is absent.
  child["NO_PROXY"] = child["no_proxy"] = "";
  for (std::string_view name : kTrust) child[std::string(name)] = settings.certificates.bundle;
  if (child.contains("NIX_SSL_CERT_FILE")) child["NIX_SSL_CERT_FILE"] = settings.certificates.bundle;
  if (!settings.certificates.folder.empty()) read_as_needed(child, settings);
  for (const std::string& name : plan.trust_variables) child[name] = settings.certificates.bundle;
  for (auto& [name, value] : child) {
    if (name.starts_with("POETRY_CERTIFICATES_") && name.ends_with("_CERT") &&
        !name.ends_with("_CLIENT_CERT")) {
      value = settings.certificates.bundle;
    }
  }
  // virtualenv (pipenv, tox, Poetry, hatch) would fetch newer pip and setuptools for later runs beside its
  // work.
  child["VIRTUALENV_NO_PERIODIC_UPDATE"] = "1";
  child["PIP_CACHE_DIR"] = settings.cache + "/pip";
  child["UV_CACHE_DIR"] = settings.cache + "/uv";
  child["POETRY_CACHE_DIR"] = settings.cache + "/poetry";
  child["PDM_CACHE_DIR"] = settings.cache + "/pdm";
  child["PIPENV_CACHE_DIR"] = settings.cache + "/pipenv";
  child["PIP_TOOLS_CACHE_DIR"] = settings.cache + "/pip-tools";
  if (plan.python_by_pnpm) set_for_pnpm(child, settings);
  for (const auto& [name, value] : plan.variables) child[name] = value;
  for (const char* name :
       {"PIP_DEFAULT_TIMEOUT", "UV_HTTP_TIMEOUT", "POETRY_REQUESTS_TIMEOUT", "PDM_REQUEST_TIMEOUT"}) {
    lengthen_timeout(child, name, true);
  }
  for (const char* name : {"PIP_TIMEOUT", "UV_REQUEST_TIMEOUT", "HTTP_TIMEOUT"})
    lengthen_timeout(child, name, false);
  return child;
}

}  // namespace tomme::guard
