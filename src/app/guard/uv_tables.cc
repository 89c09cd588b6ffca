#include "app/guard/collect.h"
#include "core/encoding/text.h"

// What uv's tables ask for, wherever they stand: uv.toml, pyproject.toml, a script's head, a tool's receipt.
namespace tomme::guard {
namespace {

/// `name = ["x", {requirement = "x"}]`: what builds of `name` need besides.
Result<void> build_dependencies(Collector& into, const json::Value* table, const std::string& where) {
  for (const json::Member& project : members_of(table)) {
    TRY(collect_requirement_list(into, &project.value, where));
    for (const json::Value& item : items_of(&project.value)) {
      if (auto text = text_at(item, "requirement")) TRY(into.findings.requirement(*text, where));
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
  for (std::string_view name : {"extra-build-dependencies", "pip.extra-build-dependencies"}) {
    TRY(build_dependencies(into, at(table, name), where + ", " + std::string(name)));
  }
  for (const json::Value& entry : items_of(at(table, "dependency-metadata"))) {
    TRY(collect_requirement_list(into, at(entry, "requires-dist"), where + ", [[dependency-metadata]]"));
  }
  return {};
}

Result<void> collect_uv_source(Collector& into, const json::Value& source, const std::string& where) {
  if (auto url = text_at(source, "url")) return into.findings.direct_url(*url, where);
  if (auto git = text_at(source, "git")) {
    return into.findings.checkout(*git, where);
  }
  if (auto path = text_at(source, "path")) {
    return into.findings.local_path(*path, where);
  }
  for (std::string_view kind : {"directory", "editable"}) {
    if (auto tree = text_at(source, kind)) {
      return into.findings.source_tree(*tree, where);
    }
  }
  return {};
}

Result<void> collect_uv_tables(Collector& into, const json::Value& document, const std::string& path) {
  if (const json::Value* table = at(document, "tool.uv")) {
    TRY(collect_uv_requirements(into, *table, path + ", [tool.uv]"));
  }
  for (const json::Member& source : members_of(at(document, "tool.uv.sources"))) {
    const std::string where = path + ", [tool.uv.sources] " + source.name;
    const Findings::About about(into.findings, source.name);
    for (const json::Value& item : one_or_more(source.value)) TRY(collect_uv_source(into, item, where));
  }
  return {};
}

}  // namespace tomme::guard
