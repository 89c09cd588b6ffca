#include "app/run/child_environment.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "app/installers/our_variables.h"
#include "app/installers/plan.h"
#include "core/base/ascii.h"

namespace tomme::guard {
namespace {

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

Environment child_environment(const Plan& plan, const ChildSettings& settings) {
  Environment child = plan.environment;
  std::erase_if(child, [](const auto& variable) { return is_pip_setting_of_ours(variable.first); });
  // Of a CGI program: Python and uv would take no proxy for http from such an environment.
  child.erase("REQUEST_METHOD");
  for (std::string_view name : kProxyVariables) child[std::string(name)] = settings.proxy_url.reveal();
  child["PIP_PROXY"] = settings.proxy_url.reveal();
  // Empty and not absent: a `.env` file that uv or pdm loads fills in only what is absent.
  child["NO_PROXY"] = child["no_proxy"] = "";
  for (std::string_view name : kTrustVariables) child[std::string(name)] = settings.certificates.bundle;
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
  // Instead uv would keep the environments of `uvx` where it deletes them before they are looked at.
  child.erase("UV_NO_CACHE");
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
