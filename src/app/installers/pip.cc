#include <algorithm>
#include <array>

#include "app/installers/arguments.h"
#include "app/installers/collect.h"
#include "app/installers/pip_options.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// From pip 26.3's own parsers, with what older releases had besides; flags without a meaning are left out
/// where their letters cannot hide an option.
constexpr Option kOwnOptions[] = {
    {"--pypi-url", true, Meaning::index},
    {"-r", true, Meaning::requirements},
    {"--requirement", true, Meaning::requirements},
    {"-c", true, Meaning::requirements},
    {"--constraint", true, Meaning::requirements},
    {"--build-constraint", true, Meaning::requirements},
    {"--requirements-from-script", true, Meaning::script},
    {"-e", true, Meaning::editable},
    {"--editable", true, Meaning::editable},
    {"--proxy", true, Meaning::refused},
    {"--no-proxy-env", false, Meaning::refused},
    {"--isolated", false, Meaning::refused},
    {"--python", true, Meaning::python},
    {"-t", true},
    {"--target", true},
    {"-d", true},
    {"--dest", true},
    {"--destination-dir", true},
    {"--destination-directory", true},
    {"-w", true},
    {"--wheel-dir", true},
    {"-o", true},
    {"--output", true},
    {"-b", true},
    {"--build", true},
    {"--build-dir", true},
    {"--build-directory", true},
    {"-C", true},
    {"--config-settings", true},
    {"--config-setting", true},
    {"--platform", true},
    {"--python-version", true},
    {"--implementation", true},
    {"--abi", true},
    {"--root", true},
    {"--prefix", true},
    {"--src", true},
    {"--source", true},
    {"--source-dir", true},
    {"--source-directory", true},
    {"--upgrade-strategy", true},
    {"--global-option", true},
    {"--build-option", true},
    {"--install-option", true},
    {"--progress-bar", true},
    {"--root-user-action", true},
    {"--report", true},
    {"--group", true, Meaning::group},
    {"--all-releases", true},
    {"--only-final", true},
    {"--no-binary", true},
    {"--only-binary", true},
    {"--refresh-package", true},
    {"--uploaded-prior-to", true},
    {"--log", true},
    {"--log-file", true},
    {"--local-log", true},
    {"--keyring-provider", true},
    {"--retries", true},
    {"--resume-retries", true},
    {"--timeout", true},
    {"--default-timeout", true},
    {"--exists-action", true},
    {"--use-feature", true},
    {"--use-deprecated", true},
    {"--hash", true},
    {"--editor", true},
    {"--format", true},
    {"--path", true},
    {"--exclude", true},
    {"--algorithm", true},
    {"--upgrade", false},
    {"--pre", false},
    {"--user", false},
    {"--no-deps", false},
    {"--no-cache-dir", false},
    {"--no-input", false},
    {"--no-color", false},
    {"--no-clean", false},
    {"--compile", false},
};
constexpr auto kOptions = joined(kIndexOptions, kConnectionOptions, kOwnOptions);

std::string_view instead_of(std::string_view flag) {
  if (flag == "--cert") return "name the file or folder in PIP_CERT: tomme takes its authorities over";
  if (flag == "--proxy") return "name the proxy in HTTPS_PROXY: tomme goes through it";
  return {};
}

constexpr std::string_view kTellPython =
    "name pip by its place in its environment, or set PIP_CONFIG_FILE=/dev/null where it needs no settings";

/// One setting from a file or the environment, by the long name of its option.
Result<void> one_setting(Collector& into, const PipSetting& setting) {
  Findings& findings = into.findings;
  std::string_view name = setting.name;
  auto each = [&](auto take) -> Result<void> {
    for (const std::string& word : words_of(setting.value)) TRY(take(word));
    return {};
  };
  bool on =
      setting.value != "0" && setting.value != "false" && setting.value != "no" && setting.value != "off";
  if (name == "index-url" || name == "pypi-url" || name == "extra-index-url") {
    return each([&](const std::string& word) { return findings.index(word, setting.where); });
  }
  if (name == "find-links") {
    return each([&](const std::string& word) { return findings.find_links(word, setting.where); });
  }
  if (name == "trusted-host") {
    return each([&](const std::string& word) { return findings.unchecked_tls(word, setting.where); });
  }
  if (name == "no-index" && on) return findings.no_index(setting.where);
  if (name == "requirement" || name == "constraint" || name == "build-constraint") {
    return each([&](const std::string& word) {
      return collect_requirements(into, word, into.invocation.directory, setting.where,
                                  name == "requirement" ? ByName::locks : ByName::nothing);
    });
  }
  if (name == "group") {
    return each(
        [&](const std::string& word) { return collect_group(into, word, into.invocation.directory); });
  }
  if (name == "editable") {
    return each([&](const std::string& word) {
      return collect_editable(into, word, setting.where, into.invocation.directory);
    });
  }
  if (name == "client-cert") {
    findings.client_certificate(setting.where);
  }
  return {};
}

Result<void> one_option(Collector& into, const Found& option, bool installs) {
  std::string where = "pip " + option.name;
  switch (option.meaning) {
    case Meaning::refused:
      return refused_flag("pip", option.name,
                          option.name == "--isolated"
                              ? "it makes pip ignore the variables by which downloads reach tomme"
                              : why_refused(option.name),
                          instead_of(option.name));
    case Meaning::editable:
      return installs ? collect_editable(into, option.value, where, into.invocation.directory)
                      : Result<void>{};
    case Meaning::requirements:
      if (!installs) return {};
      return collect_requirements(
          into, option.value, into.invocation.directory, option.name,
          option.name == "-r" || option.name.starts_with("--r") ? ByName::locks : ByName::nothing);
    case Meaning::group:
      return installs ? collect_group(into, option.value, into.invocation.directory) : Result<void>{};
    case Meaning::script: {
      std::string path = path_in(into, into.invocation.directory, option.value);
      std::optional<json::Value> script = TRY(read_script(into, path));
      return script ? collect_project_tables(into, *script, path) : Result<void>{};
    }
    default:
      return collect_index_option(into.findings, option, where);
  }
}

/// The sub-command is the first word; pip takes it out and reads all the rest with one table.
Result<void> command_line(Collector& into, const Command& command) {
  Arguments found = scan(command.arguments, {kOptions, true, false});
  std::string_view sub = found.words.empty() ? std::string_view{} : std::string_view(found.words[0]);
  bool is_install = pip_installs(sub);
  for (const Found& option : found.options) TRY(one_option(into, option, is_install));
  for (std::size_t i = 1; is_install && i < found.words.size(); ++i) {
    TRY(collect_requirement(into, found.words[i], "pip " + std::string(sub), into.invocation.directory));
  }
  return {};
}

}  // namespace

Result<void> collect_pip_arguments(Collector& into, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "install");
  return command_line(into, {Installer::pip, "", std::move(arguments)});
}

Result<Nested> collect_pip(Collector& into, const Command* command) {
  if (command != nullptr) TRY(command_line(into, *command));
  for (const PipSetting& setting : TRY(pip_settings(into, command))) TRY(one_setting(into, setting));
  if (command == nullptr) return Nested{};
  const Arguments found = scan(command->arguments, {kOptions, true, false});
  if (found.words.empty() || !pip_installs(found.words[0])) return Nested{};
  if (const std::string shim = untold_python(into, *command); !shim.empty()) {
    TRY(into.findings.unproven("the settings of a Python that cannot be told before the start",
                               printable(shim), kTellPython));
  }
  return Nested{};
}

}  // namespace tomme::guard
