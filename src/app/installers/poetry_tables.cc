#include "app/installers/collect.h"
#include "app/installers/walk.h"
#include "core/encoding/text.h"

// What [tool.poetry] of a pyproject.toml asks for.
namespace tomme::guard {
namespace {

/// What is said about the project, and what its own build takes in.
constexpr std::string_view kHarmless[] = {
    "homepage", "repository",  "documentation", "urls",        "readme",   "description",
    "authors",  "maintainers", "license",       "classifiers", "keywords", "packages",
    "include",  "exclude",     "scripts",       "plugins",     "build"};
constexpr std::string_view kByName[] = {"dependencies", "dev-dependencies", "group.*.dependencies",
                                        "extras",       "requires-plugins", "build-constraints.*"};

Result<void> sources(Collector& into, const json::Value& document, const std::string& path) {
  for (const json::Value& source : items_of(at(document, "tool.poetry.source"))) {
    const auto url = text_at(source, "url");
    if (!url) continue;
    TRY(into.findings.index(*url, path + ", [[tool.poetry.source]]",
                            "poetry:" + std::string(text_at(source, "name").value_or(""))));
  }
  return {};
}

}  // namespace

Result<void> collect_poetry_tables(Collector& into, const json::Value& document, const std::string& path) {
  const std::string folder = folder_of_file(path);
  TRY(sources(into, document, path));
  TRY(collect_project_tables(into, document, path));
  for (const char* table : {"dependencies", "dev-dependencies", "requires-plugins"}) {
    const std::string dotted = "tool.poetry." + std::string(table);
    TRY(collect_dependency_table(into, at(document, dotted), path + ", [" + dotted + "]", folder));
  }
  for (const json::Member& group : members_of(at(document, "tool.poetry.group"))) {
    TRY(collect_dependency_table(into, at(group.value, "dependencies"),
                                 path + ", [tool.poetry.group." + shown_address(group.name) + "]", folder));
  }
  // What the builds of each project are held to: its backend among it.
  for (const json::Member& built : members_of(at(document, "tool.poetry.build-constraints"))) {
    const Findings::About about(into.findings, built.name);
    for (const json::Member& dependency : members_of(&built.value)) {
      const std::string where = path + ", build-constraints, " + shown_address(dependency.name);
      for (const json::Value& way : one_or_more(dependency.value))
        TRY(collect_ways(into, way, where, folder));
    }
    TRY(collect_dependency_table(into, &built.value, path + ", build-constraints", folder));
  }
  const json::Value* own = at(document, "tool.poetry");
  if (own != nullptr) watch_texts(into.findings, *own, path + ", [tool.poetry]", {kHarmless, kByName});
  return {};
}

}  // namespace tomme::guard
