#include "app/installers/hatch_environments.h"

#include <algorithm>
#include <array>
#include <set>

#include "app/installers/errors.h"
#include "app/installers/walk.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// Of an environment: commands and variables are looked through by themselves.
constexpr std::string_view kHarmless[] = {"scripts",
                                          "extra-scripts",
                                          "description",
                                          "env-vars",
                                          "path",
                                          "env-include",
                                          "env-exclude",
                                          "pre-install-commands",
                                          "post-install-commands",
                                          "workspace",
                                          "overrides.*.*.scripts",
                                          "overrides.*.*.set-scripts",
                                          "overrides.*.*.extra-scripts",
                                          "overrides.*.*.set-extra-scripts",
                                          "overrides.*.*.env-vars",
                                          "overrides.*.*.set-env-vars",
                                          "overrides.*.*.pre-install-commands",
                                          "overrides.*.*.set-pre-install-commands",
                                          "overrides.*.*.post-install-commands",
                                          "overrides.*.*.set-post-install-commands"};

/// The name of the environment that this one begins with; empty where it stands alone. Those that hatch has
/// of its own inherit from none.
std::string template_of(const json::Value* table, const std::string& name) {
  const bool stands_alone = name == "default" || name.starts_with("hatch-");
  const std::string inherited = stands_alone ? "" : "default";
  return table != nullptr ? std::string(text_at(*table, "template").value_or(inherited)) : inherited;
}

}  // namespace

Result<HatchProject> HatchProject::read(const Collector& from) {
  HatchProject project;
  project.root_ = from.invocation.directory;
  for (const std::string& folder : ancestors_of(from.invocation.directory)) {
    const bool is_root =
        from.invocation.read(folder + "/pyproject.toml", 1) || from.invocation.read(folder + "/setup.py", 1);
    if (!is_root) continue;
    project.root_ = folder;
    break;
  }
  project.project_ = TRY(from.read_toml(project.root_ + "/pyproject.toml"));
  project.own_ = TRY(from.read_toml(project.root_ + "/hatch.toml"));
  return project;
}

const json::Value* HatchProject::table(std::string_view name) const {
  if (own_ && member_of(&*own_, name) != nullptr) return member_of(&*own_, name);
  return project_ ? member_of(at(*project_, "tool.hatch"), name) : nullptr;
}

std::string HatchProject::where(std::string_view name) const {
  const bool is_own = own_ && member_of(&*own_, name) != nullptr;
  return root_ + (is_own ? "/hatch.toml, [" : "/pyproject.toml, [tool.hatch.") + std::string(name);
}

bool HatchProject::has_matrix() const {
  const auto has_one = [](const json::Member& each) { return member_of(&each.value, "matrix") != nullptr; };
  const bool is_made_up = table("env") != nullptr && member_of(table("env"), "collectors") != nullptr;
  return is_made_up || std::ranges::any_of(members_of(table("envs")), has_one);
}

Result<void> HatchProject::collect_settings(Collector& into) const {
  if (project_) TRY(collect_project_tables(into, *project_, root_ + "/pyproject.toml"));
  TRY(collect_build_settings(into, project_ ? &*project_ : nullptr, root_));
  std::set<std::string> names;
  for (const json::Value* all : {own_ ? &*own_ : nullptr, project_ ? at(*project_, "tool.hatch") : nullptr}) {
    for (const json::Member& member : members_of(all)) names.insert(member.name);
  }
  for (const std::string& name : names) TRY(collect_table(into, name, *table(name)));
  return {};
}

Result<void> HatchProject::collect_table(Collector& into, const std::string& name,
                                         const json::Value& value) const {
  constexpr std::array<std::string_view, 4> kElsewhere{"envs", "scripts", "version", "publish"};
  if (std::ranges::find(kElsewhere, name) != kElsewhere.end()) return {};
  if (name == "env") return collect_hatch_itself(into, value);
  if (name != "build" && name != "metadata") {
    const json::Value only{json::Object({{name, value}})};
    watch_texts(into.findings, only, where("") + "]");
    return {};
  }
  // Hooks and targets of the build ask for more.
  for (const char* list : {"dependencies", "requires"})
    TRY(collect_requirement_list(into, member_of(&value, list), where(name) + "] " + list));
  for (const json::Member& below : members_of(&value)) TRY(collect_table(into, name, below.value));
  return {};
}

/// [tool.hatch.env]: what hatch installs beside itself, and what makes up environments.
Result<void> HatchProject::collect_hatch_itself(Collector& into, const json::Value& table) const {
  TRY(collect_requirement_list(into, at(table, "requires"), where("env") + "] requires"));
  for (const json::Member& collector : members_of(at(table, "collectors"))) {
    if (collector.name == "default") continue;
    TRY(into.findings.unproven("environments that a program of the project makes up",
                               where("env.collectors.") + printable(collector.name) + "]"));
  }
  constexpr std::string_view kRead[] = {"requires", "collectors"};
  watch_texts(into.findings, table, where("env") + "]", {.harmless = kRead});
  return {};
}

Result<void> HatchEnvironments::use(const std::optional<std::vector<std::string>>& names) {
  const json::Value* environments = project_.table("envs");
  std::set<std::string> all;
  for (const json::Member& each : members_of(environments)) all.insert(each.name);
  std::vector<std::string> used;
  is_told_ = names && names->size() == 1;
  const auto use_all = [&] {
    is_told_ = false;
    used.assign(all.begin(), all.end());
  };
  if (!names) use_all();
  for (const std::string& chosen : names.value_or(std::vector<std::string>{})) {
    // "test.py3.12" is one of the matrix of "test".
    std::string next = all.contains(chosen) ? chosen : chosen.substr(0, chosen.find('.'));
    const bool is_known =
        all.contains(next) || next == "default" || next == "system" || next.starts_with("hatch-");
    if (!is_known) use_all();
    while (is_known && !next.empty() && std::ranges::find(used, next) == used.end()) {
      used.push_back(next);
      next = template_of(member_of(environments, next), next);
    }
  }
  for (const std::string& name : used) {
    const json::Value* table = member_of(environments, name);
    if (table != nullptr) TRY(use_table(*table, project_.where("envs") + "." + shown_address(name) + "]"));
  }
  const bool may_be_system = !names || std::ranges::find(*names, "system") != names->end();
  if (const json::Value* own = project_.table("scripts"); own != nullptr && may_be_system)
    TRY(scripts_.add(*own, project_.where("scripts") + "]"));
  const json::Value* locked = project_.table("lock-envs");
  is_locked_ |= locked != nullptr && (locked->boolean() == nullptr || *locked->boolean());
  return locks();
}

Result<void> HatchEnvironments::use_table(const json::Value& table, const std::string& where) {
  for (const char* list : {"dependencies", "extra-dependencies"})
    TRY(collect_requirement_list(into_, at(table, list), where + ", " + list, project_.root()));
  for (const char* list : {"pre-install-commands", "post-install-commands"}) {
    for (const std::string& text : texts_at(table, list))
      preparations_.push_back({text, where + ", " + list});
  }
  for (const char* list : {"extra-scripts", "scripts"}) {
    if (const json::Value* scripts = member_of(&table, list))
      TRY(scripts_.add(*scripts, where + ", " + list));
  }
  watch_texts(findings_, table, where, {.harmless = kHarmless});
  if (const auto type = text_at(table, "type"); type && *type != "virtual" && *type != "system")
    TRY(findings_.unproven("an environment of a type that tomme does not know", where));
  is_locked_ |= at(table, "locked") != nullptr || at(table, "lock-filename") != nullptr;
  if (const auto file = text_at(table, "lock-filename")) {
    const FilledIn name = scripts_.filled(*file);
    if (!name.is_exact) TRY(findings_.unproven("a lock whose name tomme cannot tell", where));
    TRY(collect_pylock(into_, path_in(into_, project_.root(), name.text)));
  }
  TRY(members(table, where));
  TRY(env_vars(table, where));
  return overrides(table, where);
}

/// Folders of the project that are installed with it.
Result<void> HatchEnvironments::members(const json::Value& table, const std::string& where) {
  const json::Value* workspace = member_of(&table, "workspace");
  for (const json::Value& each : items_of(workspace != nullptr ? at(*workspace, "members") : nullptr)) {
    const auto path =
        each.text() != nullptr ? std::optional<std::string_view>(*each.text()) : text_at(each, "path");
    if (!path || path->contains('{') || path->contains("..") || path->starts_with('/')) {
      TRY(findings_.unproven("a member of the workspace that tomme cannot tell", where + ", workspace"));
      continue;
    }
    for (const std::string& folder : TRY(folders_matching(into_, project_.root(), *path))) {
      const auto document = TRY(collect_pyproject(into_, folder + "/pyproject.toml"));
      if (!document) continue;
      TRY(collect_own_sources(into_, folder, folder.substr(project_.root().size() + 1),
                              where + ", workspace"));
    }
  }
  return {};
}

/// Any `pylock*.toml` of the project may be that of one of the environments.
Result<void> HatchEnvironments::locks() {
  if (!is_locked_) return {};
  for (const std::string& name : into_.invocation.list(project_.root())) {
    if (name.starts_with("pylock.") && name.ends_with(".toml"))
      TRY(collect_pylock(into_, project_.root() + "/" + name));
  }
  return {};
}

Result<StartedVariable> HatchEnvironments::variable(std::string_view name, std::string_view value,
                                                    const std::string& where) {
  if (is_ours(name)) {
    return fail(kGuardSetting,
                where + ", env-vars " + printable(name) + ": it would lead downloads around tomme");
  }
  const FilledIn filled = scripts_.filled(value);
  return StartedVariable{std::string(name), filled.text, filled.is_exact && !filled.lacks_words};
}

Result<void> HatchEnvironments::env_vars(const json::Value& table, const std::string& where) {
  const json::Value* own = member_of(&table, "env-vars");
  if (own == nullptr) return {};
  StartedVariables variables;
  for (const json::Member& each : members_of(own)) {
    const std::string* text = each.value.text();
    variables.push_back(TRY(variable(each.name, text != nullptr ? *text : "", where)));
    variables.back().is_exact = variables.back().is_exact && text != nullptr;
  }
  TRY(installs_with(variables, where));
  // Of a chain of environments only the nearest that has any gives them.
  if (is_told_ && has_variables_) return {};
  has_variables_ = true;
  for (StartedVariable& each : variables) {
    each.is_exact = each.is_exact && is_told_;
    variables_.push_back(std::move(each));
  }
  return {};
}

/// hatch's own pip and uv read their settings with these.
Result<void> HatchEnvironments::installs_with(std::span<const StartedVariable> variables,
                                              const std::string& where) {
  if (variables.empty()) return {};
  Invocation invocation = into_.invocation;
  for (const StartedVariable& each : variables) {
    const bool is_read = each.name.starts_with("UV_") || !pip_setting_of(each.name).empty();
    if (is_read && !each.is_exact)
      TRY(findings_.unproven("an installer's setting that tomme cannot tell (" + printable(each.name) + ")",
                             where + ", env-vars"));
    invocation.environment[each.name] = each.value;
  }
  Collector within{invocation, findings_};
  TRY(collect_pip(within, nullptr));
  TRY(collect_uv(within, nullptr));
  return {};
}

/// `overrides.KIND.CONDITION.OPTION`: whether a condition holds is not looked at.
Result<void> HatchEnvironments::overrides(const json::Value& table, const std::string& where) {
  for (const json::Member& kind : members_of(member_of(&table, "overrides"))) {
    for (const json::Member& condition : members_of(&kind.value)) {
      for (const json::Member& option : members_of(&condition.value)) {
        const std::size_t set = option.name.rfind("set-");
        const std::string_view name =
            std::string_view(option.name).substr(set == std::string::npos ? 0 : set + 4);
        TRY(one_override(name, option.value,
                         where + ", overrides." + shown_address(kind.name) + "." +
                             shown_address(condition.name) + "." + std::string(shown_address(option.name))));
      }
    }
  }
  return {};
}

Result<void> HatchEnvironments::one_override(std::string_view option, const json::Value& value,
                                             const std::string& where) {
  if (option == "scripts" || option == "extra-scripts") return scripts_.add_override(value, where);
  if (option == "pre-install-commands" || option == "post-install-commands") {
    for (const json::Value& each : one_or_more(value)) {
      const auto text =
          each.text() != nullptr ? std::optional<std::string_view>(*each.text()) : text_at(each, "value");
      if (!text) TRY(findings_.unproven("a command of a shape that tomme does not know", where));
      preparations_.push_back({std::string(text.value_or("")), where});
    }
    return {};
  }
  if (option == "env-vars") {
    const auto pairs = pairs_of_override(value);
    if (!pairs) return findings_.unproven("variables of a shape that tomme does not know", where);
    for (const StartedVariable& each : *pairs) {
      StartedVariable one = TRY(variable(each.name, each.value, where));
      one.is_exact = one.is_exact && each.is_exact;
      TRY(installs_with({&one, 1}, where));
      one.is_exact = false;
      variables_.push_back(std::move(one));
    }
    return {};
  }
  constexpr std::array<std::string_view, 4> kNotRead{"workspace", "type", "lock-filename", "locked"};
  if (std::ranges::find(kNotRead, option) != kNotRead.end())
    return findings_.unproven("a setting that holds only sometimes", where);
  return {};
}

Result<Nested> HatchEnvironments::preparations() const {
  Nested nested;
  for (const Preparation& each : preparations_)
    TRY(scripts_.start(each.text, {.where = each.where, .variables = variables_}, nested));
  return nested;
}

}  // namespace tomme::guard
