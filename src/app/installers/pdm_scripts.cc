#include "app/installers/pdm_scripts.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <span>

#include "app/installers/arguments.h"
#include "app/installers/errors.h"
#include "app/installers/placeholders.h"
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

/// Of two, the one nearer to the command line counts.
PdmTaskOptions merged(PdmTaskOptions base, const PdmTaskOptions& over) {
  base.variables.insert(base.variables.end(), over.variables.begin(), over.variables.end());
  if (over.environment_file) base.environment_file = over.environment_file;
  if (over.working_dir) base.working_dir = over.working_dir;
  return base;
}

constexpr std::array<std::string_view, 4> kKinds{"cmd", "shell", "call", "composite"};
constexpr std::array<std::string_view, 6> kSettings{"env",        "env_file",    "help",
                                                    "keep_going", "working_dir", "site_packages"};

bool is_text_or_texts(const json::Value& value) {
  if (value.text() != nullptr) return true;
  return value.array() != nullptr && std::ranges::all_of(items_of(&value), [](const json::Value& item) {
           return item.text() != nullptr;
         });
}

/// The kind of a script and what it holds; empty where it has no shape that PDM knows.
struct Task {
  std::string_view kind = {};
  const json::Value* body = nullptr;
};
Task task_of(const json::Value& script) {
  if (script.object() == nullptr) return is_text_or_texts(script) ? Task{"cmd", &script} : Task{};
  Task task;
  for (const json::Member& member : members_of(&script)) {
    if (std::ranges::find(kSettings, member.name) != kSettings.end()) continue;
    if (task.body != nullptr || std::ranges::find(kKinds, member.name) == kKinds.end()) return {};
    task = {member.name, &member.value};
  }
  if (task.body == nullptr) return {};
  const bool is_text = task.body->text() != nullptr;
  const bool fits = task.kind == "cmd"         ? is_text_or_texts(*task.body)
                    : task.kind == "composite" ? !is_text && is_text_or_texts(*task.body)
                                               : is_text;
  return fits ? task : Task{};
}

/// Where a command stands: the setting, empty for the command line, and the folder pdm works in.
struct Place {
  std::string where = {};
  std::string folder;
  bool works_in_folder = true;  ///< else where the user is
};

/// What pdm does to each command that it starts, whatever names it.
class CommandReader {
 public:
  CommandReader(Collector& into, const PdmScripts::ReadPython& read_python)
      : into_(into), read_python_(read_python) {}

  /// `words` go to `exec`. pdm puts variables in, and what they hold then is not known here.
  Result<void> command(std::vector<std::string> words, const PdmTaskOptions& options, const Place& place) {
    if (words.empty()) return {};
    const std::string_view variable = place.where.empty() ? "${" : "$";
    if (std::ranges::any_of(words, [&](const std::string& word) { return word.contains(variable); }))
      TRY(into_.findings.unproven("a command with variables that pdm fills in", shown(place),
                                  "write their values out"));
    if (words[0].ends_with(".py")) {
      TRY(python_file(words[0], options, place));
      words.insert(words.begin(), "python");
    }
    return start(std::move(words), options, place);
  }

  Result<void> shell(std::string_view text, const PdmTaskOptions& options, const Place& place) {
    return start(shell_command(text, {}).words, options, place);
  }

  Nested nested() && { return std::move(nested_); }

  static std::string shown(const Place& place) { return place.where.empty() ? "pdm run" : place.where; }

 private:
  /// Versions of PDM differ in the folder where they look for it: each that has one counts.
  Result<void> python_file(const std::string& name, const PdmTaskOptions& options, const Place& place) {
    std::vector<std::string> folders{into_.invocation.directory, place.folder};
    if (options.working_dir) folders.push_back(path_in(into_, place.folder, *options.working_dir));
    std::set<std::string> paths;
    for (const std::string& folder : folders) {
      std::string path = path_in(into_, folder, name);
      if (into_.invocation.read(path, 1)) paths.insert(std::move(path));
    }
    if (paths.empty()) paths.insert(path_in(into_, folders.back(), name));
    for (const std::string& path : paths) TRY(read_python_(path));
    return {};
  }

  Result<void> start(std::vector<std::string> words, const PdmTaskOptions& options, const Place& place) {
    if (nested_.size() == kMostStartedCommands)
      return fail(kGuardFlag, shown(place) + ": more commands than can be looked through");
    StartedVariables variables;
    if (options.environment_file) {
      variables =
          TRY(variables_of_file(into_, path_in(into_, place.folder, *options.environment_file), true));
      // Such a file fills in only what is absent.
      std::erase_if(variables, [&](const StartedVariable& each) {
        return is_ours(each.name) || into_.invocation.environment.contains(each.name);
      });
    }
    variables.insert(variables.end(), options.variables.begin(), options.variables.end());
    StartedCommand started{TRY(with_variables(into_, variables, std::move(words), shown(place))),
                           place.where};
    if (options.working_dir) started.directory = path_in(into_, place.folder, *options.working_dir);
    if (!options.working_dir && place.works_in_folder) started.directory = place.folder;
    nested_.push_back(std::move(started));
    return {};
  }

  Collector& into_;
  const PdmScripts::ReadPython& read_python_;
  Nested nested_;
};

class ScriptReader {
 public:
  ScriptReader(Collector& into, const Scripts& scripts, CommandReader& commands)
      : into_(into), scripts_(scripts), commands_(commands) {}

  bool has(const std::string& name) const { return scripts_.table()->find(name) != nullptr; }

  /// `pdm run WORDS`, and each of a composite script: a script with what goes before and after it, or a
  /// command.
  Result<void> run(std::span<const std::string> words, const PdmTaskOptions& given, const Place& place,
                   std::size_t depth) {
    if (words.empty()) return {};
    if (!has(words[0])) {
      const PdmTaskOptions options = merged(TRY(options_of("_")), given);
      return commands_.command({words.begin(), words.end()}, options, place);
    }
    TRY(task("pre_" + words[0], {}, given, depth));
    TRY(task(words[0], words.subspan(1), given, depth));
    return task("post_" + words[0], {}, given, depth);
  }

  /// One script alone, if there is one of that name.
  Result<void> task(const std::string& name, std::span<const std::string> arguments,
                    const PdmTaskOptions& given, std::size_t depth) {
    const json::Value* found = scripts_.table()->find(name);
    if (found == nullptr) return {};
    const Place place{scripts_.where + " " + printable(name), scripts_.folder};
    if (depth > into_.invocation.limits.nested_commands || ++tasks_ > kMostStartedCommands)
      return fail(kGuardFlag, place.where + ": scripts start one another too deeply to be looked through");
    const Task task = task_of(*found);
    if (task.body == nullptr)
      return into_.findings.unproven("a script of a shape that tomme does not know", place.where);
    if (task.kind == "call")
      return into_.findings.unproven("a Python function that may start any installer", place.where);
    const PdmTaskOptions own = merged(TRY(options_of(name)), given);
    // The settings of all scripts come in where a composite one starts something.
    if (task.kind == "composite") return composite(*task.body, place, arguments, own, depth);
    const PdmTaskOptions options = merged(TRY(options_of("_")), own);
    if (task.kind == "shell") return shell(*task.body->text(), place, arguments, options);
    return commands_.command(TRY(words_of_command(*task.body, place, arguments)), options, place);
  }

 private:
  Result<FilledIn> filled(const std::string& text, const Place& place,
                          std::span<const std::string> arguments) {
    FilledIn filled = fill_in(text, arguments, into_.invocation.directory);
    if (!filled.is_exact)
      TRY(into_.findings.unproven("a script with braces that are not just a placeholder", place.where,
                                  "write {args}, {pdm} and {run_cwd} with nothing else in their braces"));
    return filled;
  }

  /// pdm cuts a text itself, without a shell. A list stays one, but for words with placeholders.
  Result<std::vector<std::string>> words_of_command(const json::Value& body, const Place& place,
                                                    std::span<const std::string> arguments) {
    std::vector<std::string> words;
    bool has_arguments = false;
    for (const json::Value& item : one_or_more(body)) {
      const std::string& text = *item.text();
      const FilledIn part = TRY(filled(text, place, arguments));
      has_arguments |= part.has_arguments;
      if (body.array() != nullptr && part.text == text) {
        words.push_back(text);
        continue;
      }
      std::vector<std::string> cut = shell_words(part.text);
      // Within double quotes shlex leaves most backslashes where they are.
      if (part.text.contains('\\') && starts_an_installer(into_, cut))
        TRY(into_.findings.unproven("an installer's command with backslashes", place.where));
      std::ranges::move(std::move(cut), std::back_inserter(words));
    }
    if (!has_arguments) words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }

  Result<void> shell(const std::string& text, const Place& place, std::span<const std::string> arguments,
                     const PdmTaskOptions& options) {
    FilledIn command = TRY(filled(text, place, arguments));
    if (!command.has_arguments && !arguments.empty()) command.text += " " + quoted_for_shell(arguments);
    return commands_.shell(command.text, options, place);
  }

  /// A list of commands, each of which may be another script. If one has a place for the words of the command
  /// line, no other gets them.
  Result<void> composite(const json::Value& list, const Place& place, std::span<const std::string> arguments,
                         const PdmTaskOptions& options, std::size_t depth) {
    std::vector<FilledIn> texts;
    for (const json::Value& item : items_of(&list))
      texts.push_back(TRY(filled(*item.text(), place, arguments)));
    const bool has_arguments = std::ranges::any_of(texts, &FilledIn::has_arguments);
    for (const FilledIn& each : texts) {
      std::vector<std::string> words = shell_words(each.text);
      if (!has_arguments) words.insert(words.end(), arguments.begin(), arguments.end());
      TRY(run(words, options, place, depth + 1));
    }
    return {};
  }

  /// The settings of one script, or with `_` those of all.
  Result<PdmTaskOptions> options_of(const std::string& name) {
    const json::Value* script = scripts_.table()->find(name);
    PdmTaskOptions options;
    if (script == nullptr) return options;
    const std::string where = scripts_.where + " " + printable(name);
    TRY(expect_no_way_round(*script, where));
    for (const json::Member& variable : members_of(at(*script, "env"))) {
      const std::string* value = variable.value.text();
      options.variables.push_back({variable.name, value != nullptr ? *value : std::string(),
                                   value != nullptr && is_plain_value(*value)});
    }
    for (const auto& [key, option] :
         {std::pair{"env_file", &options.environment_file}, std::pair{"working_dir", &options.working_dir}}) {
      const json::Value* value = member_of(script, key);
      if (value == nullptr) continue;
      if (value->text() == nullptr)
        TRY(into_.findings.unproven("a setting of a shape that tomme does not know", where + " " + key));
      if (value->text() != nullptr) *option = *value->text();
    }
    return options;
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
  CommandReader& commands_;
  std::size_t tasks_ = 0;
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
  CommandReader commands(into_, read_python_);
  ScriptReader scripts(into_, *found, commands);
  for (const std::string& step : words_of(steps_of(sub))) {
    for (const char* when : {"pre_", "post_"}) TRY(scripts.task(when + step, {}, {}, 0));
  }
  return std::move(commands).nested();
}

Result<Nested> PdmScripts::started(std::vector<std::string> words, const PdmTaskOptions& options) const {
  Nested nested = TRY(hooks("run"));
  const std::optional<Scripts> found = TRY(scripts_of(into_, directory_));
  CommandReader commands(into_, read_python_);
  if (found) {
    const Place place{.folder = found->folder, .works_in_folder = false};
    TRY(ScriptReader(into_, *found, commands).run(words, options, place, 0));
  } else {
    TRY(commands.command(std::move(words), options, {.folder = directory_, .works_in_folder = false}));
  }
  std::ranges::move(std::move(commands).nested(), std::back_inserter(nested));
  return nested;
}

}  // namespace tomme::guard
