#include "app/guard/plan.h"

#include <algorithm>
#include <array>

#include "app/guard/collect.h"
#include "app/guard/errors.h"
#include "app/guard/logins.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

constexpr std::string_view kPypi = "https://pypi.org/simple/";

Result<void> collect_within(Collector& into, const Command& command, std::size_t depth);

Result<void> collect_known(Collector& into, Command command, std::size_t depth) {
  Nested nested;
  switch (command.installer) {
    case Installer::pip:
      nested = TRY(collect_pip(into, &command));
      break;
    case Installer::uv:
      nested = TRY(collect_uv(into, &command));
      break;
    case Installer::poetry:
      nested = TRY(collect_poetry(into, &command));
      break;
    case Installer::pdm:
      nested = TRY(collect_pdm(into, &command));
      break;
    case Installer::pipx:
      nested = TRY(collect_pipx(into, command));
      break;
    case Installer::unknown:
      return collect_within(into, command, depth);
  }
  if (!nested || nested->empty()) return {};
  if (depth == 0) return fail(kGuardFlag, "commands start one another too deeply to be looked through");
  Command started = detect_installer(*nested);
  started.is_nested = true;
  return collect_known(into, std::move(started), depth - 1);
}

/// `env`'s own words: what it takes away from the environment and what it sets there, up to the command.
Result<void> collect_env(Collector& into, std::span<const std::string> words) {
  constexpr std::string_view kUnset = "--unset=";
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const bool is_short = word.size() > 1 && word[0] == '-' && word[1] != '-';
    if (word == "-" || word == "--ignore-environment" || (is_short && word[1] != 'u' && word.contains('i'))) {
      TRY(into.findings.unproven("a command that is started with an environment of its own",
                                 "env " + std::string(word)));
    }
    std::string_view unset;
    if (word.starts_with(kUnset)) unset = word.substr(kUnset.size());
    if ((word == "-u" || word == "--unset") && i + 1 < words.size()) unset = words[++i];
    if (is_short && word[1] == 'u' && word.size() > 2) unset = word.substr(2);
    if (is_ours(unset))
      return refused_flag("env", "-u " + std::string(unset), "it leads downloads around tomme");
    if (!word.starts_with('-') && !word.contains('=')) return {};
  }
  return {};
}

/// The environment with what these words set: `env A=B pip`, `sh -c "export A=B; pip"`. Whether a word sets
/// anything is not known; a variable too many only makes an installer read one place more.
void set_variables(std::span<const std::string> words, Invocation& invocation) {
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    const std::string name = word.substr(0, equals);
    const auto in_name = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (!std::ranges::all_of(name, in_name)) continue;
    invocation.environment[name] = word.substr(equals + 1);
    if (name == "HOME") invocation.home = word.substr(equals + 1);
  }
}

/// One list of words of something that is no installer.
Result<void> collect_words(Collector& into, std::span<const std::string> words, bool is_nested,
                           std::size_t depth) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view name = std::string_view(words[i]).substr(0, words[i].find('='));
    const bool sets = name.size() < words[i].size();
    const bool unsets = i > 0 && words[i - 1] == "unset";
    if ((sets || unsets) && is_ours(name)) {
      return fail(kGuardFlag, "the variable " + std::string(name) + ": it would lead downloads around tomme",
                  "leave it as it is; an upstream proxy and its certificates are taken from the environment");
    }
    const std::string_view program = std::string_view(words[i]).substr(words[i].rfind('/') + 1);
    if (program == "env") TRY(collect_env(into, words.subspan(i + 1)));
  }
  const std::vector<std::string> nested = installer_within(words);
  if (nested.empty()) return {};
  if (depth == 0) return fail(kGuardFlag, "commands start one another too deeply to be looked through");
  Command started = detect_installer(nested);
  started.is_nested = is_nested;
  return collect_known(into, std::move(started), depth - 1);
}

/// `timeout 5 pip install x`, `sh -c "pip install x"`: what can be seen of the installer is.
Result<void> collect_within(Collector& into, const Command& command, std::size_t depth) {
  std::vector<std::string> argv{command.program};
  argv.insert(argv.end(), command.arguments.begin(), command.arguments.end());
  const std::vector<std::vector<std::string>> lists = words_within(argv);
  Invocation invocation = into.invocation;
  for (const std::vector<std::string>& words : lists) set_variables(words, invocation);
  Collector within{invocation, into.findings};
  for (const std::vector<std::string>& words : lists) {
    TRY(collect_words(within, words, command.is_nested, depth));
  }
  return {};
}

/// It may start any of the four, so the settings of all are read.
Result<void> collect_unknown(Collector& into, const Command& command) {
  if (drops_environment(command)) {
    TRY(into.findings.unproven("a command that starts others with an environment of their own",
                               printable(command.program)));
  }
  TRY(collect_within(into, command, into.invocation.limits.nested_commands));
  TRY(collect_pip(into, nullptr));
  TRY(collect_uv(into, nullptr));
  TRY(collect_poetry(into, nullptr));
  TRY(collect_pdm(into, nullptr));
  return {};
}

const std::string* last_of(const std::vector<PipSetting>& settings, std::string_view name) {
  const std::string* value = nullptr;
  for (const PipSetting& setting : settings) {
    if (setting.name == name) value = &setting.value;
  }
  return value;
}

/// What the child would have used: pip's own setting beats everything and knows no exceptions; Python prefers
/// the lower case, uv the upper case.
Result<net::ProxySettings> upstream_of(const Environment& user, Installer installer,
                                       const std::vector<PipSetting>& pip) {
  const auto as_setting = [](const Error& error) {
    return fail(kGuardSetting, error.message(),
                "name a proxy as http://HOST:PORT or https://HOST:PORT, or leave it out for this command");
  };
  const std::string* own =
      installer == Installer::pip || installer == Installer::pipx ? last_of(pip, "proxy") : nullptr;
  if (own != nullptr) {
    Result<net::ParentProxy> proxy = in("pip's proxy", net::ParentProxy::parse(*own));
    if (!proxy) return as_setting(std::move(proxy).error());
    return net::ProxySettings{.for_https = *proxy, .for_http = *proxy};
  }
  using enum net::Spelling;
  Result<net::ProxySettings> settings =
      net::proxies_of(user, installer == Installer::uv ? upper_first : lower_first);
  if (!settings) return as_setting(std::move(settings).error());
  return settings;
}

/// pip's own setting counts where the environment has none; PIP_CERT comes last in `pip` and beats both.
net::TrustSettings trust_of(const Environment& user, const std::vector<PipSetting>& pip) {
  net::TrustSettings trust = net::trust_of(user);
  const std::string* cert = last_of(pip, "cert");
  if (cert && (trust.ca_file.empty() || net::first_set(user, {"PIP_CERT"}))) trust.ca_file = *cert;
  return trust;
}

}  // namespace

Result<Plan> make_plan(const Invocation& invocation) {
  if (invocation.argv.empty()) return fail(kGuardCommand, "there is no command to run");
  Findings findings(invocation.proof_required ? Proof::required : Proof::optional, invocation.expected);
  Collector into{invocation, findings};
  TRY(findings.index(kPypi, "PyPI"));
  for (const std::string& url : invocation.indexes) {
    if (!is_http(url)) {
      return fail(kGuardSetting,
                  "--index: \"" + printable(without_userinfo(url)) + "\" is no http or https URL",
                  "write it as https://HOST/PATH/");
    }
    TRY(findings.index(url, "--index"));
  }
  for (const std::string& host : invocation.file_hosts) TRY(findings.file_host(host, "--file-host"));

  Plan plan;
  plan.command = detect_installer(invocation.argv);
  bool is_known = plan.command.installer != Installer::unknown;
  TRY(is_known ? collect_known(into, plan.command, invocation.limits.nested_commands)
               : collect_unknown(into, plan.command));
  bool reads_pip =
      !is_known || plan.command.installer == Installer::pip || plan.command.installer == Installer::pipx;
  std::vector<PipSetting> pip;
  if (reads_pip)
    pip = TRY(pip_settings(into, plan.command.installer == Installer::pip ? &plan.command : nullptr));
  plan.upstream = TRY(upstream_of(invocation.environment, plan.command.installer, pip));
  plan.trust = trust_of(invocation.environment, pip);
  plan.indexes = findings.indexes();
  plan.credentials = logins_of(invocation, findings);
  plan.locked_files = findings.locked_files();
  plan.intercept = findings.origins();
  plan.notes = TRY(findings.notes());
  plan.environment = invocation.environment;
  plan.variables = findings.variables();
  plan.trust_variables = findings.trust_variables();
  return plan;
}

}  // namespace tomme::guard
