#include <algorithm>
#include <array>

#include "app/installers/collect.h"
#include "app/installers/errors.h"
#include "app/installers/walk.h"
#include "core/base/ascii.h"
#include "core/encoding/text.h"

// What uv's tables ask for, wherever they stand: uv.toml, pyproject.toml, a script's head, a tool's receipt.
namespace tomme::guard {
namespace {

/// Variables by which a build finds its code, its compiler or its way to the network.
bool may_bring_code(std::string_view name, std::string_view value) {
  constexpr std::array<std::string_view, 12> kStarts{"PYTHON", "LD_",         "DYLD_",   "PIP_",
                                                     "UV_",    "PATH",        "GIT_",    "HOME",
                                                     "XDG_",   "VIRTUAL_ENV", "POETRY_", "PDM_"};
  const auto starts = [&](std::string_view start) { return name.starts_with(start); };
  return value.contains('/') || ascii::to_lower(name).ends_with("_proxy") ||
         std::ranges::any_of(kStarts, starts);
}

/// What any build may use decides over whatever is built, so no name helps it.
Result<void> build_constraints(Collector& into, const json::Value* list, const std::string& where) {
  for (const json::Value& item : items_of(list)) {
    const auto text =
        item.text() != nullptr ? std::optional<std::string_view>(*item.text()) : text_at(item, "requirement");
    if (text && (text->contains('@') || local_path_of(*text)))
      TRY(into.findings.unproven("a source for builds (" + shown_address(*text) + ")", where));
  }
  return {};
}

/// `name = {VARIABLE = "value"}`: what builds of `name` see besides.
Result<void> build_variables(Collector& into, const json::Value* table, const std::string& where) {
  for (const json::Member& project : members_of(table)) {
    const Findings::About about(into.findings, project.name);
    for (const json::Member& variable : members_of(&project.value)) {
      const std::string place = where + " " + printable(project.name) + "." + printable(variable.name);
      if (is_ours(variable.name))
        return fail(kGuardSetting, place + ": it would lead downloads around tomme");
      const std::string* value = variable.value.text();
      if (value != nullptr) into.findings.taken(*value);
      if (value == nullptr || may_bring_code(variable.name, *value))
        TRY(into.findings.unproven("a variable that may bring code into a build", place));
    }
  }
  return {};
}

}  // namespace

Result<void> collect_uv_requirements(Collector& into, const json::Value& table, const std::string& where) {
  for (std::string_view name : {"dev-dependencies", "constraint-dependencies", "override-dependencies",
                                "build-constraint-dependencies"}) {
    TRY(collect_requirement_list(into, at(table, name), where + ", " + std::string(name)));
  }
  TRY(build_constraints(into, at(table, "build-constraint-dependencies"),
                        where + ", build-constraint-dependencies"));
  for (const std::string prefix : {"", "pip."}) {
    const std::string dependencies = prefix + "extra-build-dependencies";
    for (const json::Member& project : members_of(at(table, dependencies))) {
      TRY(collect_requirement_list(into, &project.value, where + ", " + dependencies));
    }
    const std::string variables = prefix + "extra-build-variables";
    TRY(build_variables(into, at(table, variables), where + ", " + variables));
    for (const json::Value& entry : items_of(at(table, prefix + "dependency-metadata"))) {
      TRY(collect_requirement_list(into, at(entry, "requires-dist"),
                                   where + ", [[" + prefix + "dependency-metadata]]"));
    }
  }
  return {};
}

Result<void> collect_uv_tables(Collector& into, const json::Value& document, const std::string& path) {
  if (const json::Value* table = at(document, "tool.uv")) {
    TRY(collect_uv_requirements(into, *table, path + ", [tool.uv]"));
  }
  const json::Value* sources = at(document, "tool.uv.sources");
  if (sources == nullptr) return {};
  const std::string where = path + ", [tool.uv.sources]";
  for (const json::Member& source : members_of(sources)) {
    const Findings::About about(into.findings, source.name);
    for (const json::Value& item : one_or_more(source.value)) {
      TRY(collect_ways(into, item, where + " " + printable(source.name), folder_of_file(path)));
    }
  }
  watch_texts(into.findings, *sources, where);
  return {};
}

}  // namespace tomme::guard
