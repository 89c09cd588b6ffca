#include "app/installers/hatch_scripts.h"

#include <algorithm>

#include "app/installers/hatch_placeholders.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// As Python's shlex.quote: hatch looks for a script's name after that.
std::string quoted_where_needed(const std::string& word) {
  const auto is_safe = [](char c) {
    return ascii::is_alnum(c) || std::string_view("@%+=:,./-_").contains(c);
  };
  return !word.empty() && std::ranges::all_of(word, is_safe) ? word : quoted_for_shell(word);
}

std::string quoted_where_needed(std::span<const std::string> words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + quoted_where_needed(word);
  return out;
}

/// `- ` before a command: its failure counts for nothing.
std::string_view without_dash(std::string_view command) {
  return command.starts_with("- ") ? command.substr(2) : command;
}

/// The first word, cut at the first space, and what follows that.
struct Cut {
  std::string_view name;
  std::string_view rest;
};
Cut cut(std::string_view command) {
  command = without_dash(command);
  const std::size_t space = std::min(command.find(' '), command.size());
  return {command.substr(0, space), command.substr(std::min(space + 1, command.size()))};
}

constexpr std::string_view kUnknownShape = "a script of a shape that tomme does not know";

}  // namespace

struct HatchScripts::Walk {
  const Start& start;
  std::string_view arguments;  ///< what `{args}` is
  Nested& nested;
  std::size_t commands = 0;
};

std::optional<StartedVariables> pairs_of_override(const json::Value& value) {
  StartedVariables pairs;
  for (const json::Value& entry : one_or_more(value)) {
    if (const std::string* text = entry.text()) {
      const std::size_t equals = std::min(text->find('='), text->size());
      pairs.push_back(
          {text->substr(0, equals), text->substr(std::min(equals + 1, text->size())), equals < text->size()});
      continue;
    }
    const auto name = text_at(entry, "key");
    if (!name) return std::nullopt;
    const auto set = text_at(entry, "value");
    pairs.push_back({std::string(*name), std::string(set.value_or("")), set.has_value()});
  }
  return pairs;
}

Result<void> HatchScripts::add(const json::Value& table, const std::string& where) {
  if (table.object() == nullptr) return into_.findings.unproven(kUnknownShape, where);
  for (const json::Member& script : members_of(&table)) {
    const std::string place = where + " " + printable(script.name);
    if (script.value.text() == nullptr && script.value.array() == nullptr)
      TRY(into_.findings.unproven(kUnknownShape, place));
    for (const json::Value& command : one_or_more(script.value)) {
      TRY(add_command(script.name, command, place));
    }
  }
  return {};
}

Result<void> HatchScripts::add_command(const std::string& name, const json::Value& command,
                                       const std::string& where) {
  if (command.text() == nullptr) return into_.findings.unproven(kUnknownShape, where);
  scripts_[name].push_back({*command.text(), where});
  return {};
}

Result<void> HatchScripts::add_override(const json::Value& value, const std::string& where) {
  const auto pairs = pairs_of_override(value);
  if (!pairs) return into_.findings.unproven(kUnknownShape, where);
  for (const StartedVariable& each : *pairs) {
    if (!each.is_exact) TRY(into_.findings.unproven(kUnknownShape, where));
    scripts_[each.name].push_back({each.value, where + " " + printable(each.name)});
  }
  return {};
}

std::vector<std::string> HatchScripts::names() const {
  std::vector<std::string> names;
  for (const auto& [name, commands] : scripts_) names.push_back(name);
  return names;
}

FilledIn HatchScripts::filled(std::string_view text, std::string_view arguments) const {
  return fill_in_hatch(text, arguments, {root_, into_.invocation.home, has_matrix_});
}

Result<void> HatchScripts::start(std::string_view command, const Start& start, Nested& nested) const {
  const Cut words = cut(command);
  const auto found = scripts_.find(words.name);
  if (found == scripts_.end()) {
    Walk walk{start, words.rest, nested};
    return leaf(command, start.where, walk);
  }
  const FilledIn arguments = filled(words.rest);
  Walk walk{start, arguments.text, nested};
  if (!arguments.is_exact || arguments.lacks_words)
    TRY(into_.findings.unproven("words with braces that tomme does not fill in", found->second[0].where));
  for (const ScriptCommand& each : found->second) TRY(expand(each, 1, walk));
  return {};
}

Result<void> HatchScripts::start_words(std::span<const std::string> words, const Start& start,
                                       Nested& nested) const {
  if (words.empty()) return {};
  return this->start(quoted_where_needed(words), start, nested);
}

/// hatch puts the rest of a command behind each of the script that its first word names.
Result<void> HatchScripts::expand(const ScriptCommand& command, std::size_t depth, Walk& walk) const {
  if (depth > into_.invocation.limits.nested_commands || ++walk.commands > kMostStartedCommands)
    return into_.findings.unproven("scripts that start one another too deeply to be looked through",
                                   command.where);
  const Cut words = cut(command.text);
  const auto found = scripts_.find(words.name);
  if (found == scripts_.end()) return leaf(command.text, command.where, walk);
  for (const ScriptCommand& each : found->second) {
    const std::string rest = words.rest.empty() ? "" : " " + std::string(words.rest);
    TRY(expand({each.text + rest, each.where}, depth + 1, walk));
    if (walk.commands > kMostStartedCommands) break;
  }
  return {};
}

Result<void> HatchScripts::leaf(std::string_view text, const std::string& where, Walk& walk) const {
  const FilledIn command = filled(without_dash(text), walk.arguments);
  const std::string place = where.empty() ? "hatch run" : where;
  if (!command.is_exact)
    TRY(into_.findings.unproven("a command with braces that tomme does not fill in", place,
                                "of the fields of hatch, use {args}, {root} and {home} alone"));
  StartedCommand started = shell_command(trim(command.text), where);
  if ((command.lacks_words || walk.start.lacks_words) && starts_an_installer(into_, started.words))
    TRY(into_.findings.unproven("an installer's command to which hatch adds words of its own", place));
  started.words = TRY(with_variables(into_, walk.start.variables, std::move(started.words), place));
  walk.nested.push_back(std::move(started));
  return {};
}

}  // namespace tomme::guard
