#include "app/installers/logins.h"

#include <array>

#include "app/installers/keyring_program.h"

namespace tomme::guard {

namespace {

const std::string* variable(const Invocation& invocation, const std::string& name) {
  const auto at = invocation.environment.find(name);
  return at == invocation.environment.end() ? nullptr : &at->second;
}

/// "my-index.2" is MY_INDEX_2 in the names of variables, for uv and poetry alike.
std::string in_variables(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool stays = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += is_lower ? static_cast<char>(c - 'a' + 'A') : stays ? c : '_';
  }
  return out;
}

/// `<beginning>NAME_USERNAME` and `_PASSWORD`; either alone will do.
SharedLogin login_of_variables(const Invocation& invocation, std::string_view name) {
  struct Kind {
    std::string_view installer;
    std::string_view beginning;
  };
  constexpr std::array<Kind, 2> kKinds{{{"uv:", "UV_INDEX_"}, {"poetry:", "POETRY_HTTP_BASIC_"}}};
  for (const Kind& kind : kKinds) {
    if (!name.starts_with(kind.installer) || name.size() == kind.installer.size()) continue;
    const std::string stem = std::string(kind.beginning) + in_variables(name.substr(kind.installer.size()));
    const std::string* user = variable(invocation, stem + "_USERNAME");
    const std::string* password = variable(invocation, stem + "_PASSWORD");
    if (user != nullptr || password != nullptr) {
      return make_login(user != nullptr ? *user : "", password != nullptr ? *password : "");
    }
  }
  const std::string* user = variable(invocation, "PDM_PYPI_USERNAME");
  const std::string* password = variable(invocation, "PDM_PYPI_PASSWORD");
  if (name != "pdm:pypi" || user == nullptr) return nullptr;
  return make_login(*user, password != nullptr ? *password : "");
}

SharedLogin login_of_settings(const Findings& findings, std::string_view name) {
  for (const NamedLogin& given : findings.logins()) {
    if (given.name == name) return given.login;
  }
  return nullptr;
}

/// A name in the address is completed by a password of the same name elsewhere.
SharedLogin completed(SharedLogin in_address, SharedLogin elsewhere) {
  if (!in_address) return elsewhere;
  if (!elsewhere || !in_address->password.reveal().empty()) return in_address;
  const bool same = elsewhere->user.empty() || elsewhere->user == in_address->user;
  return same ? make_login(in_address->user, elsewhere->password.reveal()) : in_address;
}

std::optional<Netrc> read_netrc(const Invocation& invocation) {
  for (const std::string& place : netrc_places(invocation.environment, invocation.home)) {
    const auto text = invocation.read(place, invocation.limits.configuration_bytes);
    if (text) return Netrc::parse(*text);
  }
  return std::nullopt;
}

/// uv and pip run the program `keyring` where their provider is "subprocess".
bool asks_keyring(const Invocation& invocation, const Findings& findings) {
  constexpr std::string_view kProgram = "subprocess";
  for (const char* name : {"UV_KEYRING_PROVIDER", "PIP_KEYRING_PROVIDER"}) {
    if (const std::string* value = variable(invocation, name); value != nullptr && *value == kProgram)
      return true;
  }
  constexpr std::string_view kFlag = "--keyring-provider";
  for (std::size_t i = 0; i < invocation.argv.size(); ++i) {
    const std::string_view word = invocation.argv[i];
    if (word == kFlag && i + 1 < invocation.argv.size() && invocation.argv[i + 1] == kProgram) return true;
    if (word.starts_with(kFlag) && word.substr(kFlag.size()) == "=" + std::string(kProgram)) return true;
  }
  return findings.keyring_is_asked();
}

}  // namespace

Credentials logins_of(const Invocation& invocation, const Findings& findings) {
  Credentials credentials;
  for (const NamedIndex& index : findings.indexes()) {
    SharedLogin elsewhere;
    if (!index.name.empty()) elsewhere = login_of_variables(invocation, index.name);
    if (!index.name.empty() && !elsewhere) elsewhere = login_of_settings(findings, index.name);
    credentials.add(index.url, completed(index.login, std::move(elsewhere)));
  }
  if (auto netrc = read_netrc(invocation)) credentials.use_netrc(*std::move(netrc));
  if (asks_keyring(invocation, findings)) credentials.use_keyring(keyring_program(invocation.environment));
  return credentials;
}

}  // namespace tomme::guard
