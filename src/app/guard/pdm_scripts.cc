#include "app/guard/pdm_scripts.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "app/guard/arguments.h"
#include "app/guard/errors.h"
#include "app/guard/placeholders.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// [tool.pdm.scripts] of the nearest pyproject.toml that has any; nothing where none has.
struct Scripts {
  json::Value document;
  std::string where;
  std::string folder;  ///< where they work
  const json::Object* table() const { return at(document, "tool.pdm.scripts")->object(); }
};

Result<std::optional<Scripts>> scripts_of(const Collector& from, const std::string& directory) {
  for (const std::string& folder : ancestors_of(directory)) {
    const std::string path = folder + "/pyproject.toml";
    std::optional<json::Value> document = TRY(from.read_toml(path));
    const json::Value* found = document ? at(*document, "tool.pdm.scripts") : nullptr;
    if (found != nullptr && found->object() != nullptr)
      return std::optional(Scripts{*std::move(document), path + ", [tool.pdm.scripts]", folder});
  }
  return std::optional<Scripts>{};
}

/// PDM 2.29.3, where it emits signals: those of each command. Of one that is not known here, all.
std::string_view steps_of(std::string_view sub) {
  struct Steps {
    std::string_view commands;  ///< with a space around each
    std::string_view steps;
  };
  constexpr std::array<Steps, 7> kSteps{{
      {" cache completion config info list python py search show ", ""},
      {" install add remove update sync lock ", "install lock"},
      {" build ", "build"},
      {" publish ", "build publish"},
      {" use ", "use"},
      {" init new ", "init use"},
      {" run ", "run script script_call"},
  }};
  const std::string word = " " + std::string(sub) + " ";
  const auto known =
      std::ranges::find_if(kSteps, [&](const Steps& steps) { return steps.commands.contains(word); });
  return known == kSteps.end() ? "install lock build publish use init" : known->steps;
}

class ScriptReader {
 public:
  ScriptReader(Collector& into, const Scripts& scripts) : into_(into), scripts_(scripts) {}

  /// What a script starts, its own hooks included, in the order of pdm.
  Result<void> script(const std::string& name, std::span<const std::string> arguments, std::size_t depth) {
    const json::Value* found = scripts_.table()->find(name);
    if (found == nullptr) return {};
    const std::string where = scripts_.where + " " + printable(name);
    if (depth > into_.invocation.limits.nested_commands)
      return fail(kGuardFlag, where + ": scripts start one another too deeply to be looked through");
    TRY(expect_no_way_round(*found, where));
    if (const json::Value* all = scripts_.table()->find("_"))
      TRY(expect_no_way_round(*all, scripts_.where + " _"));
    if (!name.starts_with("pre_")) TRY(script("pre_" + name, {}, depth + 1));
    const std::size_t before = nested_.size();
    TRY(script_itself(*found, where, arguments, depth));
    for (StartedCommand& each : std::span(nested_).subspan(before)) TRY(as_script(*found, each));
    return name.starts_with("post_") ? Result<void>{} : script("post_" + name, {}, depth + 1);
  }

  Nested nested() && { return std::move(nested_); }

 private:
  /// Where a script works, and what it has in its environment: the values of `_` and its own.
  Result<void> as_script(const json::Value& script, StartedCommand& started) {
    if (started.directory.empty())
      started.directory = path_in(into_, scripts_.folder, text_at(script, "working_dir").value_or("."));
    for (const json::Value* options : {&script, scripts_.table()->find("_")}) {
      if (options == nullptr) continue;
      std::vector<std::string> words{"env"};
      for (const json::Member& variable : members_of(at(*options, "env"))) {
        const std::string* value = variable.value.text();
        words.push_back(variable.name + "=" + (value != nullptr ? *value : std::string()));
      }
      if (words.size() > 1) started.words.insert(started.words.begin(), words.begin(), words.end());
      if (const auto file = text_at(*options, "env_file"))
        started.words = TRY(
            with_environment_file(into_, path_in(into_, scripts_.folder, *file), std::move(started.words)));
    }
    return {};
  }

  Result<void> script_itself(const json::Value& found, const std::string& where,
                             std::span<const std::string> arguments, std::size_t depth) {
    if (text_at(found, "call"))
      return into_.findings.unproven("a Python function that may start any installer", where);
    if (const json::Value* list = at(found, "composite"); list != nullptr && list->array() != nullptr)
      return composite(*list, where, arguments, depth);
    if (const json::Value* list = at(found, "cmd"); list != nullptr && list->array() != nullptr) {
      cut_list(*list, where, arguments);
      return {};
    }
    if (const auto shell = text_at(found, "shell")) {
      FilledIn filled = fill_in(*shell, arguments, into_.invocation.directory);
      if (!filled.has_arguments) filled.text += " " + fill_in("{args}", arguments).text;
      nested_.push_back(shell_command(filled.text, where));
      return {};
    }
    const auto text =
        found.text() != nullptr ? std::optional<std::string_view>(*found.text()) : text_at(found, "cmd");
    if (text) cut_command(*text, where, arguments);
    return {};
  }

  /// A list of commands, each of which may be another script.
  Result<void> composite(const json::Value& list, const std::string& where,
                         std::span<const std::string> arguments, std::size_t depth) {
    for (const json::Value& item : items_of(&list)) {
      if (item.text() == nullptr) continue;
      const FilledIn filled = fill_in(*item.text(), arguments, into_.invocation.directory);
      std::vector<std::string> words = shell_words(filled.text);
      if (words.empty() || scripts_.table()->find(words[0]) == nullptr) {
        cut_command(*item.text(), where, arguments);
        continue;
      }
      if (!filled.has_arguments) words.insert(words.end(), arguments.begin(), arguments.end());
      TRY(script(words[0], std::span(words).subspan(1), depth + 1));
    }
    return {};
  }

  /// A list stays a list, but for words with placeholders, which are cut again.
  void cut_list(const json::Value& list, const std::string& where, std::span<const std::string> arguments) {
    StartedCommand started{{}, where};
    bool has_arguments = false;
    for (const json::Value& item : items_of(&list)) {
      if (item.text() == nullptr) continue;
      const FilledIn filled = fill_in(*item.text(), arguments, into_.invocation.directory);
      has_arguments |= filled.has_arguments;
      std::vector<std::string> words{filled.text};
      if (filled.text != *item.text()) words = shell_words(filled.text);
      started.words.insert(started.words.end(), words.begin(), words.end());
    }
    if (!has_arguments) started.words.insert(started.words.end(), arguments.begin(), arguments.end());
    nested_.push_back(std::move(started));
  }

  /// pdm cuts it itself, without a shell, and puts variables in: what they hold is not known here.
  void cut_command(std::string_view text, const std::string& where, std::span<const std::string> arguments) {
    const FilledIn filled = fill_in(text, arguments, into_.invocation.directory);
    StartedCommand started{shell_words(filled.text), where};
    if (text.contains('$')) started = shell_command(filled.text, where);
    if (!filled.has_arguments && !text.contains('$'))
      started.words.insert(started.words.end(), arguments.begin(), arguments.end());
    nested_.push_back(std::move(started));
  }

  static Result<void> expect_no_way_round(const json::Value& script, const std::string& where) {
    if (at(script, "env_file.override") != nullptr || member_of(&script, "env_file.override") != nullptr) {
      return fail(kGuardSetting,
                  where + " env_file.override: it would replace the variables that tomme sets");
    }
    for (const json::Member& entry : members_of(at(script, "env")))
      TRY(expect_not_ours(entry.name, where + " env"));
    return {};
  }

  Collector& into_;
  const Scripts& scripts_;
  Nested nested_;
};

}  // namespace

Result<void> expect_not_ours(std::string_view variable, const std::string& where) {
  if (!is_ours(variable)) return {};
  return fail(kGuardSetting, where + " " + printable(variable) + ": it would lead downloads around tomme");
}

Result<Nested> PdmScripts::hooks(const std::string& sub) const {
  if (sub.empty()) return Nested{};
  const std::optional<Scripts> found = TRY(scripts_of(into_, directory_));
  if (!found) return Nested{};
  ScriptReader reader(into_, *found);
  for (const std::string& step : words_of(steps_of(sub))) {
    for (const char* when : {"pre_", "post_"}) TRY(reader.script(when + step, {}, 0));
  }
  return std::move(reader).nested();
}

Result<Nested> PdmScripts::started(std::vector<std::string> words) const {
  Nested nested = TRY(hooks("run"));
  const std::optional<Scripts> found = TRY(scripts_of(into_, directory_));
  if (!found || found->table()->find(words[0]) == nullptr) {
    nested.push_back({std::move(words)});
    return nested;
  }
  ScriptReader reader(into_, *found);
  TRY(reader.script(words[0], std::span(words).subspan(1), 0));
  std::ranges::move(std::move(reader).nested(), std::back_inserter(nested));
  return nested;
}

}  // namespace tomme::guard
