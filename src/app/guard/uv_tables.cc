#include "app/guard/collect.h"
#include "core/encoding/text.h"

// What uv's tables ask for, wherever they stand: uv.toml, pyproject.toml, a script's head, a tool's receipt.
namespace tomme::guard {
namespace {

/// `name = ["x", {requirement = "x"}]`: what builds of `name` need besides.
Result<void> build_dependencies(Collector& into, const json::Value* table, const std::string& where) {
  if (table == nullptr || table->object() == nullptr) return {};
  for (const json::Member& project : *table->object()) {
    TRY(collect_requirement_list(into, &project.value, where));
    if (project.value.array() == nullptr) continue;
    for (const json::Value& item : *project.value.array()) {
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
  const json::Value* metadata = at(table, "dependency-metadata");
  if (metadata == nullptr || metadata->array() == nullptr) return {};
  for (const json::Value& entry : *metadata->array()) {
    TRY(collect_requirement_list(into, at(entry, "requires-dist"), where + ", [[dependency-metadata]]"));
  }
  return {};
}

Result<void> collect_uv_source(Collector& into, const json::Value& source, const std::string& where) {
  if (auto url = text_at(source, "url")) return into.findings.direct_url(*url, where);
  if (auto git = text_at(source, "git")) {
    return into.findings.unproven("a checkout (" + shown_address(*git) + ")", where);
  }
  if (auto path = text_at(source, "path")) {
    return into.findings.unproven("a local path (" + shown_address(*path) + ")", where);
  }
  for (std::string_view kind : {"directory", "editable"}) {
    if (auto tree = text_at(source, kind)) {
      return into.findings.unproven("a source tree (" + shown_address(*tree) + ")", where);
    }
  }
  return {};
}

Result<void> collect_uv_tables(Collector& into, const json::Value& document, const std::string& path) {
  if (const json::Value* table = at(document, "tool.uv")) {
    TRY(collect_uv_requirements(into, *table, path + ", [tool.uv]"));
  }
  const json::Value* sources = at(document, "tool.uv.sources");
  if (sources == nullptr || sources->object() == nullptr) return {};
  for (const json::Member& source : *sources->object()) {
    const std::string where = path + ", [tool.uv.sources] " + source.name;
    const Findings::About about(into.findings, source.name);
    if (source.value.array() == nullptr) {
      TRY(collect_uv_source(into, source.value, where));
    } else {
      for (const json::Value& item : *source.value.array()) TRY(collect_uv_source(into, item, where));
    }
  }
  return {};
}

}  // namespace tomme::guard
