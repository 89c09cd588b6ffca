#include "app/installers/started_variables.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/base/ascii.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// A line of a `.env` file, "export NAME=VALUE" or less; comments are none. Borrows from the text.
struct EnvironmentLine {
  std::string_view name;
  std::optional<std::string_view> value;  ///< nothing without a `=`; quotes stand as they are
};

std::vector<EnvironmentLine> environment_lines(std::string_view text) {
  std::vector<EnvironmentLine> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with("export ")) line = trim(line.substr(7));
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t equals = line.find('=');
    lines.push_back({trim(line.substr(0, equals)), {}});
    if (equals != std::string_view::npos) lines.back().value = line.substr(equals + 1);
  }
  return lines;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && !ascii::is_digit(name[0]) &&
         std::ranges::all_of(name, [](char c) { return ascii::is_alnum(c) || c == '_'; });
}

// value = word / "'" *text "'" / '"' *text '"'
StartedVariable variable_of(const EnvironmentLine& line) {
  const std::string_view text = trim(line.value.value_or(""));
  StartedVariable variable{std::string(line.name), std::string(text)};
  const bool is_quoted = text.size() >= 2 && (text[0] == '\'' || text[0] == '"') && text.back() == text[0];
  if (is_quoted) variable.value = text.substr(1, text.size() - 2);
  const std::string_view unclear = is_quoted ? "'\"\\" : "'\"\\# \t";
  variable.is_exact = line.value && is_plain_name(variable.name) && is_plain_value(variable.value) &&
                      variable.value.find_first_of(unclear) == std::string::npos;
  return variable;
}

/// Of each word that says `NAME=`, be it for the command itself: whoever looks at words alone takes that for
/// what the variable is set to.
std::set<std::string> said_in(const std::vector<std::string>& words) {
  std::set<std::string> names;
  for (const std::vector<std::string>& list : words_within(words)) {
    for (const std::string& word : list) {
      if (word.contains('=')) names.insert(word.substr(0, word.find('=')));
    }
  }
  return names;
}

}  // namespace

bool starts_an_installer(const Collector& from, const std::vector<std::string>& words) {
  return std::ranges::any_of(words_within(words), [&](const std::vector<std::string>& list) {
    return recognise_within(from, list).installer != Installer::unknown;
  });
}

bool is_plain_value(std::string_view value) {
  return !value.contains('$');
}

Result<StartedVariables> variables_of_file(Collector& into, const std::string& path, bool may_be_absent) {
  const std::optional<std::string> text = TRY(into.read(path));
  if (!text) {
    const std::string folder = path.substr(0, path.rfind('/'));
    const std::vector<std::string> names = into.invocation.list(folder);
    if (may_be_absent && std::ranges::find(names, basename_of(path)) == names.end())
      return StartedVariables{};
    TRY(into.findings.unproven("variables that cannot be read before the start", printable(path)));
    return StartedVariables{};
  }
  StartedVariables variables;
  std::set<std::string> names;
  bool is_open = false;  // a quote: it takes the lines that follow in
  for (const EnvironmentLine& line : environment_lines(*text)) {
    if (!line.value && is_plain_name(line.name)) continue;  // says nothing
    StartedVariable variable = variable_of(line);
    is_open = is_open || (!variable.is_exact &&
                          line.value.value_or(line.name).find_first_of("'\"") != std::string_view::npos);
    const bool is_first = names.insert(variable.name).second;
    variable.is_exact = variable.is_exact && !is_open && is_first;
    variables.push_back(std::move(variable));
  }
  return variables;
}

Result<std::vector<std::string>> with_environment_file(Collector& into, const std::string& path,
                                                       std::vector<std::string> words) {
  StartedVariables variables = TRY(variables_of_file(into, path));
  std::erase_if(variables, [&](const StartedVariable& each) {
    return is_ours(each.name) || into.invocation.environment.contains(each.name);
  });
  return with_variables(into, variables, std::move(words), printable(path));
}

Result<std::vector<std::string>> with_variables(Collector& into, std::span<const StartedVariable> variables,
                                                std::vector<std::string> words, const std::string& where) {
  if (variables.empty()) return words;
  std::vector<std::string> all{"env"};
  const std::set<std::string> said = said_in(words);
  const StartedVariable* unclear = nullptr;
  for (const StartedVariable& each : variables) {
    if (unclear == nullptr && (!each.is_exact || said.contains(each.name))) unclear = &each;
    if (!each.name.empty()) all.push_back(each.name + "=" + each.value);
  }
  if (unclear != nullptr && starts_an_installer(into, words)) {
    TRY(into.findings.unproven(
        "an installer with a variable whose value tomme cannot tell (" + printable(unclear->name) + ")",
        where, "write its value out, as one plain word"));
  }
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

namespace {

/// Settings of pip and uv, places where they look for more of them, and pipenv's own but for those that
/// only say how it works.
bool is_read_by_installers(std::string_view name) {
  constexpr std::array<std::string_view, 3> kPlaces{"HOME", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS"};
  if (std::ranges::find(kPlaces, name) != kPlaces.end()) return true;
  return name.starts_with("UV_") || !pip_setting_of(name).empty();
}

bool is_read_by_pipenv(std::string_view name) {
  constexpr std::array<std::string_view, 14> kHarmless{"VERBOSITY",
                                                       "QUIET",
                                                       "NOSPIN",
                                                       "YES",
                                                       "HIDE_EMOJIS",
                                                       "VENV_IN_PROJECT",
                                                       "IGNORE_VIRTUALENVS",
                                                       "CUSTOM_VENV_NAME",
                                                       "TIMEOUT",
                                                       "INSTALL_TIMEOUT",
                                                       "SPINNER",
                                                       "SHELL_FANCY",
                                                       "IS_CI",
                                                       "ACTIVE"};
  constexpr std::string_view kPrefix = "PIPENV_";
  return name.starts_with(kPrefix) &&
         std::ranges::find(kHarmless, name.substr(kPrefix.size())) == kHarmless.end();
}

}  // namespace

Result<void> collect_with_variables(Collector& into, std::span<const StartedVariable> variables,
                                    const std::string& where) {
  Invocation invocation = into.invocation;
  bool says_anything = false;
  for (const StartedVariable& each : variables) {
    const bool is_place = each.name == "HOME" || each.name.starts_with("XDG_CONFIG_");
    if (!is_read_by_installers(each.name) && !is_read_by_pipenv(each.name)) continue;
    says_anything = true;
    const Findings::About any(into.findings, std::nullopt);
    if (!each.is_exact || is_place || is_read_by_pipenv(each.name))
      TRY(into.findings.unproven(
          "an installer's setting that tomme cannot tell (" + printable(each.name) + ")", printable(where),
          "leave it out there, and set it for this command instead"));
    invocation.environment[each.name] = each.value;
  }
  if (!says_anything) return {};
  Collector within{invocation, into.findings};
  [[maybe_unused]] const auto pip = TRY(in(printable(where), collect_pip(within, nullptr)));
  [[maybe_unused]] const auto uv = TRY(in(printable(where), collect_uv(within, nullptr)));
  return {};
}

}  // namespace tomme::guard
