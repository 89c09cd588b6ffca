#include "app/installers/plan.h"

#include <algorithm>
#include <array>

#include "app/installers/collect.h"
#include "app/installers/errors.h"
#include "app/installers/logins.h"
#include "app/installers/upstream.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

constexpr std::string_view kPypi = "https://pypi.org/simple/";

Result<void> collect_within(Collector& into, const Command& command, std::size_t depth);

Result<void> collect_known(Collector& into, Command command, std::size_t depth) {
  // pnpm says itself whether it installs Python packages.
  if (command.installer != Installer::pnpm) into.findings.starts(command.installer);
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
    case Installer::pnpm:
      nested = TRY(collect_pnpm(into, &command));
      break;
    case Installer::pip_tools:
    case Installer::pipenv:
    case Installer::hatch:
    case Installer::tox:
    case Installer::nox:
    case Installer::build:
      nested = TRY(collect_starter(into, command));
      break;
    case Installer::unknown:
      return collect_within(into, command, depth);
  }
  for (StartedCommand& each : nested) {
    if (each.words.empty()) continue;
    if (depth == 0) return fail(kGuardFlag, "commands start one another too deeply to be looked through");
    Command started = recognise(into, each.words);
    started.is_nested = true;
    started.where = std::move(each.where);
    Invocation elsewhere = into.invocation;
    if (!each.directory.empty()) elsewhere.directory = each.directory;
    Collector there{elsewhere, into.findings};
    TRY(collect_known(there, std::move(started), depth - 1));
  }
  return {};
}

constexpr std::string_view kWithoutShell =
    "give the installer's command itself, without a shell or another program around it";

/// Whether a word is "NAME=VALUE", as shells and `env` take it.
bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  const auto in_name = [](char c) { return ascii::is_alnum(c) || c == '_'; };
  return equals != std::string_view::npos && equals > 0 &&
         std::ranges::all_of(word.substr(0, equals), in_name);
}

/// What an installer takes a setting from, or a shell the name of a file that it reads first.
bool steers_an_installer(std::string_view variable) {
  constexpr std::array<std::string_view, 13> kBeginnings{"pip_",    "pipenv_", "pipx_", "uv_",     "pdm_",
                                                         "poetry_", "hatch_",  "xdg_",  "unearth", "conda_",
                                                         "python",  "npm_",    "pnpm_"};
  constexpr std::array<std::string_view, 4> kNames{"home", "path", "virtual_env", "project_root"};
  const std::string name = ascii::to_lower(variable);
  return std::ranges::find(kNames, name) != kNames.end() ||
         std::ranges::any_of(kBeginnings, [&](std::string_view each) { return name.starts_with(each); });
}

/// A shell reads what these name before its first command.
bool is_read_by_shells(std::string_view variable) {
  return variable == "BASH_ENV" || variable == "ENV" || variable == "ZDOTDIR";
}

/// A variable that is set, or taken away, without anybody knowing for which command: what it was, and what it
/// may be, cannot both be read.
Result<void> change_uncertainly(Collector& into, std::string_view variable) {
  if (variable.empty()) return {};
  into.findings.doubtful(std::string(variable));
  if (!steers_an_installer(variable)) return {};
  return into.findings.unproven("a variable of installers that may be set for one of them, or not",
                                printable(variable), "set it right before the command, after env");
}

Result<void> assign(Collector& into, std::string_view word, bool is_certain, Invocation& invocation) {
  const std::string name(word.substr(0, word.find('=')));
  if (is_read_by_shells(name))
    TRY(into.findings.unproven("a file that shells read before their first command", name, kWithoutShell));
  if (!is_certain) TRY(change_uncertainly(into, name));
  invocation.environment[name] = word.substr(name.size() + 1);
  if (name == "HOME") invocation.home = invocation.environment[name];
  return {};
}

/// The variable that a word of `env` takes away, if it does. `next` is the word behind it.
std::optional<std::string_view> unset_by(std::string_view word, std::string_view next) {
  constexpr std::string_view kUnset = "--unset=";
  if (word == "-u" || word == "--unset") return next;
  if (word.starts_with(kUnset)) return word.substr(kUnset.size());
  if (word.starts_with("-u")) return word.substr(2);
  return std::nullopt;
}

/// `env`'s own words: what it takes away from the environment and what it sets there, up to the command. The
/// place of that. `is_certain` where nothing but assignments stands before it. GNU's takes any beginning of
/// an option, and short ones in one word: what is not spelled plainly here is not read.
Result<std::size_t> collect_env(Collector& into, std::span<const std::string> words, bool is_certain,
                                Invocation& invocation) {
  constexpr std::array<std::string_view, 5> kHarmless{"-v", "--debug", "-0", "--null", "--"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const std::string_view next = i + 1 < words.size() ? std::string_view(words[i + 1]) : std::string_view();
    if (const auto unset = unset_by(word, next)) {
      if (is_ours(*unset))
        return refused_flag("env", "-u " + std::string(*unset), "it leads downloads around tomme");
      if (is_certain) invocation.environment.erase(std::string(*unset));
      if (!is_certain) TRY(change_uncertainly(into, *unset));
      if (word == "-u" || word == "--unset") ++i;
    } else if (word.starts_with('-') && std::ranges::find(kHarmless, word) == kHarmless.end()) {
      const std::string_view option = word.substr(0, word.find('='));
      TRY(into.findings.unproven(
          "a command that is started in another folder, with another environment or cut out of a text",
          "env " + shown_address(option), kWithoutShell));
    } else if (is_assignment(word)) {
      TRY(assign(into, word, is_certain, invocation));
    } else if (!word.starts_with('-') && !word.contains('=')) {
      return i;
    }
  }
  return words.size();
}

/// The environment with what these words set. Before a command, alone or behind `env`, an assignment is one;
/// elsewhere (`make A=B`, `sh -c "export A=B; pip"`) nobody knows: it counts, and its value is doubtful.
Result<void> set_variables(Collector& into, std::span<const std::string> words, Invocation& invocation) {
  bool is_before_command = true;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (basename_of(words[i]) == "env") {
      i += TRY(collect_env(into, words.subspan(i + 1), is_before_command, invocation));
    } else if (is_assignment(words[i])) {
      TRY(assign(into, words[i], is_before_command, invocation));
    } else {
      is_before_command = false;
    }
  }
  return {};
}

/// One list of words of something that is no installer.
Result<void> collect_words(Collector& into, std::span<const std::string> words, bool is_nested,
                           std::size_t depth) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view name = std::string_view(words[i]).substr(0, words[i].find('='));
    const bool sets = name.size() < words[i].size();
    if (sets && name.ends_with('+')) name.remove_suffix(1);  // of shells: NAME+=VALUE
    const bool unsets = i > 0 && words[i - 1] == "unset";
    if ((sets || unsets) && is_ours(name)) {
      return fail(kGuardFlag, "the variable " + std::string(name) + ": it would lead downloads around tomme",
                  "leave it as it is; an upstream proxy and its certificates are taken from the environment");
    }
  }
  Command started = recognise_within(into, words);
  if (started.installer == Installer::unknown) return {};
  if (depth == 0) return fail(kGuardFlag, "commands start one another too deeply to be looked through");
  started.is_nested = is_nested;
  return collect_known(into, std::move(started), depth - 1);
}

/// What no look at the words can tell, up to the first installer: a shell command that is more than one plain
/// command, and programs that make up commands of their own.
Result<void> collect_opaque(Collector& into, std::span<const std::string> words, const std::string& where,
                            std::size_t depth);

/// The words behind a shell's name. A script in a file is a program like any other.
Result<void> collect_shell(Collector& into, std::span<const std::string> words, const std::string& where,
                           std::size_t depth) {
  for (const char* variable : {"BASH_ENV", "ENV", "ZDOTDIR"}) {
    if (into.variable(variable) != nullptr)
      TRY(into.findings.unproven("a file that shells read before their first command", variable,
                                 kWithoutShell));
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word.size() < 2 || (word[0] != '-' && word[0] != '+')) return {};
    const bool is_long = word.starts_with("--");
    if (is_long ? word != "--posix" && word != "--norc" && word != "--noprofile"
                : word.find_first_of("li") != std::string_view::npos) {
      TRY(into.findings.unproven("a shell that reads settings of its own first", where, kWithoutShell));
    }
    if (is_long) continue;
    const bool takes_option = word.ends_with('o') || word.ends_with('O');
    if (takes_option) ++i;
    if (!word.contains('c')) continue;
    if (i + 1 >= words.size()) return {};
    const auto plain = plain_words(words[i + 1]);
    if (plain && depth > 0) return collect_opaque(into, *plain, where, depth - 1);
    return into.findings.unproven("a shell command that is more than one plain command", where,
                                  kWithoutShell);
  }
  return {};
}

Result<void> collect_opaque(Collector& into, std::span<const std::string> words, const std::string& where,
                            std::size_t depth) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (leads_to_installer(into, words.subspan(i))) return {};
    const std::string name(basename_of(i == 0 ? real_name(into, words[i]) : words[i]));
    const std::string place = !where.empty() ? where : printable(basename_of(words[i]));
    if (is_shell(name) || is_shell(basename_of(words[i]))) {
      const std::string shell = !where.empty() ? where : place + " -c";
      return collect_shell(into, words.subspan(i + 1), shell, depth);
    }
    if (const std::string_view why = opaque_because(name); !why.empty())
      TRY(into.findings.unproven(why, place, kWithoutShell));
  }
  return {};
}

/// `timeout 5 pip install x`, `sh -c "pip install x"`: what can be seen of the installer is.
Result<void> collect_within(Collector& into, const Command& command, std::size_t depth) {
  std::vector<std::string> argv{command.program};
  argv.insert(argv.end(), command.arguments.begin(), command.arguments.end());
  TRY(collect_opaque(into, argv, command.where, depth));
  const std::vector<std::vector<std::string>> lists = words_within(argv);
  Invocation invocation = into.invocation;
  for (const std::vector<std::string>& words : lists) TRY(set_variables(into, words, invocation));
  Collector within{invocation, into.findings};
  for (const std::vector<std::string>& words : lists) {
    TRY(collect_words(within, words, command.is_nested, depth));
  }
  return {};
}

/// It may start any of them, so the settings of all are read.
Result<void> collect_unknown(Collector& into, const Command& command) {
  into.findings.starts(Installer::unknown);
  TRY(collect_within(into, command, into.invocation.limits.nested_commands));
  TRY(collect_pip(into, nullptr));
  TRY(collect_uv(into, nullptr));
  TRY(collect_poetry(into, nullptr));
  TRY(collect_pdm(into, nullptr));
  TRY(collect_pnpm(into, nullptr));
  return {};
}

}  // namespace

Result<Plan> make_plan(const Invocation& invocation) {
  if (invocation.argv.empty()) return fail(kGuardCommand, "there is no command to run");
  Findings findings(invocation.proof_required ? ProofNeed::required : ProofNeed::optional,
                    invocation.expected);
  Collector into{invocation, findings};
  TRY(findings.index(kPypi, "PyPI"));
  for (const std::string& url : invocation.indexes) {
    if (!is_http(url)) {
      return fail(kGuardSetting, "--index: \"" + shown_address(url) + "\" is no http or https URL",
                  "write it as https://HOST/PATH/");
    }
    TRY(findings.index(url, "--index"));
  }
  for (const std::string& host : invocation.file_hosts) TRY(findings.file_host(host, "--file-host"));

  Plan plan;
  plan.command = recognise(into, invocation.argv);
  const bool is_known = plan.command.installer != Installer::unknown;
  TRY(is_known ? collect_known(into, plan.command, invocation.limits.nested_commands)
               : collect_unknown(into, plan.command));
  TRY(findings.untaken());
  const auto started = [&](Installer installer) { return findings.started().contains(installer); };
  const bool reads_pip = !is_known || started(Installer::pip) || started(Installer::pipx);
  std::vector<PipSetting> pip;
  if (reads_pip)
    pip = TRY(pip_settings(into, plan.command.installer == Installer::pip ? &plan.command : nullptr));
  plan.indexes = findings.indexes();
  plan.credentials = logins_of(invocation, findings);
  plan.locked_files = findings.locked_files();
  plan.intercept = findings.origins();
  plan.upstream = TRY(upstream_of(invocation.environment, plan.command.installer, pip, plan.intercept));
  plan.trust = trust_of(invocation.environment, findings.started(), pip, findings.authorities());
  plan.notes = TRY(findings.notes());
  plan.environment = invocation.environment;
  plan.variables = findings.variables();
  plan.trust_variables = findings.trust_variables();
  plan.services = findings.services();
  plan.python_by_pnpm = findings.started().contains(Installer::pnpm);
  return plan;
}

}  // namespace tomme::guard
