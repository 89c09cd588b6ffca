#pragma once

#include <array>
#include <string_view>

/// The variables by which tomme tells a child where to go and whom to trust.
namespace tomme::guard {

/// Python takes lower case first, uv upper case; urllib ignores ALL_PROXY. So all six.
inline constexpr std::array<std::string_view, 6> kProxyVariables{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY",
                                                                 "http_proxy",  "ALL_PROXY",   "all_proxy"};
/// Every one of these beats another in some client, so all name the same authorities.
inline constexpr std::array<std::string_view, 4> kTrustVariables{"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
                                                                 "CURL_CA_BUNDLE", "PIP_CERT"};

/// A variable that the child gets from us: whoever sets it again for a grandchild leads it around.
bool is_ours(std::string_view variable);
/// The same, and those that are only made to fit: whatever the user has there, the child may see another
/// value.
bool is_given_to_children(std::string_view variable);
/// A setting of pip's that tomme gives, in any spelling (`PIP_proxy`).
bool is_pip_setting_of_ours(std::string_view variable);
/// The same of pnpm's.
bool is_pnpm_setting_of_ours(std::string_view variable);

}  // namespace tomme::guard
