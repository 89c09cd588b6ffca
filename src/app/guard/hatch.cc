#include <array>
#include <set>

#include "app/guard/arguments.h"
#include "app/guard/collect.h"
#include "app/guard/errors.h"
#include "app/guard/placeholders.h"
#include "app/guard/walk.h"
#include "core/encoding/text.h"

// hatch starts pip or uv in environments of the project's settings.
namespace tomme::guard {
namespace {

/// hatch 1.18; click.
constexpr Option kHatchOptions[] = {
    {"-e", true, Meaning::environment},
    {"--env", true, Meaning::environment},
    {"-p", true},
    {"--project", true},
    {"--data-dir", true},
    {"--config", true},
    {"--cache-dir", true},
    {"-i", true},
    {"--include", true},
    {"-x", true},
    {"--exclude", true},
    {"-t", true},
    {"--target", true},
};

/// Of an environment: commands are looked through where they are started.
constexpr std::string_view kHarmless[] = {"scripts",
                                          "description",
                                          "env-vars",
                                          "path",
                                          "env-include",
                                          "env-exclude",
                                          "pre-install-commands",
                                          "post-install-commands",
                                          "extra-scripts"};

class HatchCollector {
 public:
  explicit HatchCollector(Collector& into) : into_(into), findings_(into.findings) {}

  Result<Nested> run(const Command& command) {
    TRY(collect_uv(into_, nullptr));
    const Arguments top = scan(command.arguments, {kHatchOptions, false, true});
    const std::string sub = top.words.empty() ? "" : top.words[0];
    std::vector<std::string> words;
    if (sub == "run") words.assign(top.words.begin() + 1, top.words.end());
    // "test:lint" is the script `lint` of the environment `test`.
    std::string chosen = environment_of(top);
    if (const std::size_t colon = words.empty() ? std::string::npos : words[0].find(':');
        colon != std::string::npos) {
      chosen = words[0].substr(0, colon);
      words[0].erase(0, colon + 1);
    }
    const Tables found = TRY(tables());
    Nested nested;
    bool is_script = false;
    const std::set<std::string> used = used_of(found.environments, chosen);
    for (const json::Member& each : members_of(&found.environments)) {
      if (!used.contains(each.name)) continue;
      const std::string where = found.path + ", " + found.table + "." + printable(each.name) + "]";
      TRY(environment(each.value, where, nested));
      is_script = script(each.value, where, words, nested) || is_script;
    }
    if (!words.empty() && !is_script) nested.push_back({std::move(words)});
    return nested;
  }

 private:
  /// The environment that `hatch run`, `hatch shell` and `hatch env create` go by; empty for other commands.
  std::string environment_of(const Arguments& top) const {
    const std::span<const std::string> words(top.words);
    if (words.empty()) return {};
    const bool creates = words.size() > 2 && words[0] == "env" && words[1] == "create";
    if (words[0] == "shell" && words.size() > 1) return words[1];
    if (creates) return words[2];
    if (words[0] != "run" && words[0] != "shell") return {};
    for (const Found& option : top.options) {
      if (option.meaning == Meaning::environment) return option.value;
    }
    const std::string* set = into_.variable("HATCH_ENV");
    return set != nullptr ? *set : "default";
  }

  /// The environment's own table and those that it inherits from; all where that cannot be told:
  /// "test.py3.12" is one of the matrix of "test", "+py=3.12" chooses some of any.
  static std::set<std::string> used_of(const json::Value& environments, const std::string& chosen) {
    std::set<std::string> all;
    for (const json::Member& each : members_of(&environments)) all.insert(each.name);
    const std::string name = all.contains(chosen) ? chosen : chosen.substr(0, chosen.find('.'));
    if (name.empty() || (!all.contains(name) && name != "default")) return all;
    std::set<std::string> used;
    for (std::string next = name; !next.empty() && used.insert(next).second;) {
      const json::Value* table = member_of(&environments, next);
      const json::Value none{json::Object()};
      next =
          text_at(table != nullptr ? *table : none, "template").value_or(next == "default" ? "" : "default");
    }
    return used;
  }

  struct Tables {
    json::Value environments;
    std::string path;   ///< of the file that has them
    std::string table;  ///< "[envs" or "[tool.hatch.envs"
  };
  /// Of the nearest project; its requirements are taken in.
  Result<Tables> tables() {
    Tables found;
    for (const std::string& folder : ancestors_of(into_.invocation.directory)) {
      const std::optional<json::Value> project = TRY(into_.read_toml(folder + "/pyproject.toml"));
      const std::optional<json::Value> own = TRY(into_.read_toml(folder + "/hatch.toml"));
      if (!project && !own) continue;
      found.path = folder + (own ? "/hatch.toml" : "/pyproject.toml");
      found.table = own ? "[envs" : "[tool.hatch.envs";
      if (project) TRY(collect_project_tables(into_, *project, folder + "/pyproject.toml"));
      const json::Value* table = own ? at(*own, "envs") : nullptr;
      if (table == nullptr && project) table = at(*project, "tool.hatch.envs");
      if (table != nullptr) found.environments = *table;
      break;
    }
    return found;
  }

  Result<void> environment(const json::Value& table, const std::string& where, Nested& nested) {
    for (const char* list : {"dependencies", "extra-dependencies"})
      TRY(collect_requirement_list(into_, at(table, list), where + ", " + list));
    for (const char* list : {"pre-install-commands", "post-install-commands"}) {
      for (const std::string& text : texts_at(table, list))
        nested.push_back(shell_command(text, where + ", " + list));
    }
    watch_texts(findings_, table, where, {.harmless = kHarmless});
    const json::Value* variables = at(table, "env-vars");
    if (variables == nullptr || variables->object() == nullptr) return {};
    Invocation invocation = into_.invocation;
    for (const json::Member& variable : members_of(variables)) {
      if (is_ours(variable.name)) {
        return fail(kGuardSetting, where + ", env-vars " + printable(variable.name) +
                                       ": it would lead downloads around tomme");
      }
      if (variable.value.text() != nullptr) invocation.environment[variable.name] = *variable.value.text();
    }
    Collector within{invocation, findings_};
    TRY(collect_pip(within, nullptr));
    TRY(collect_uv(within, nullptr));
    return {};
  }

  /// Whether the environment has a script of that name; what it and the scripts in it start goes into
  /// `nested`.
  bool script(const json::Value& table, const std::string& where, const std::vector<std::string>& words,
              Nested& nested, std::size_t depth = 0) const {
    const json::Value* found = words.empty() ? nullptr : member_of(at(table, "scripts"), words[0]);
    if (found == nullptr || depth > into_.invocation.limits.nested_commands) return false;
    for (const json::Value& each : one_or_more(*found)) {
      if (each.text() == nullptr) continue;
      const std::string text = fill_in(*each.text(), std::span(words).subspan(1)).text;
      if (script(table, where, shell_words(text), nested, depth + 1)) continue;
      nested.push_back(shell_command(text, where + ", scripts " + printable(words[0])));
    }
    return true;
  }

  Collector& into_;
  Findings& findings_;
};

}  // namespace

Result<Nested> collect_hatch(Collector& into, const Command& command) {
  return HatchCollector(into).run(command);
}

}  // namespace tomme::guard
