#include "app/installers/collect.h"
#include "app/installers/walk.h"
#include "core/encoding/text.h"

// PDM makes a [project] of what Flit and Poetry wrote before there was one, each time it reads the file. Keys
// of those tables that it does not know it takes over as they are: [project]'s own names count there too.
namespace tomme::guard {
namespace {

constexpr std::string_view kHarmlessInFlit[] = {"metadata.urls",
                                                "metadata.home-page",
                                                "metadata.description-file",
                                                "metadata.description",
                                                "metadata.author",
                                                "metadata.maintainer",
                                                "metadata.author-email",
                                                "metadata.maintainer-email",
                                                "metadata.license",
                                                "metadata.classifiers",
                                                "metadata.keywords",
                                                "entrypoints",
                                                "scripts",
                                                "sdist",
                                                "external-data"};

Result<void> groups(Collector& into, const json::Value* table, const std::string& where) {
  for (const json::Member& group : members_of(table)) {
    TRY(collect_requirement_list(into, &group.value, where + "." + shown_address(group.name)));
  }
  return {};
}

Result<void> flit(Collector& into, const json::Value& table, const std::string& path) {
  for (const char* list :
       {"metadata.requires", "metadata.dev-requires", "metadata.dependencies", "dependencies"}) {
    TRY(collect_requirement_list(into, at(table, list), path + ", [tool.flit] " + list));
  }
  for (const char* lists :
       {"metadata.requires-extra", "metadata.optional-dependencies", "optional-dependencies"}) {
    TRY(groups(into, at(table, lists), path + ", [tool.flit] " + lists));
  }
  watch_texts(into.findings, table, path + ", [tool.flit]", {.harmless = kHarmlessInFlit});
  return {};
}

}  // namespace

Result<void> collect_pdm_converted(Collector& into, const json::Value& document, const std::string& path) {
  if (at(document, "project") != nullptr) return {};
  if (const json::Value* table = at(document, "tool.flit")) TRY(flit(into, *table, path));
  const json::Value* poetry = at(document, "tool.poetry");
  if (poetry == nullptr) return {};
  TRY(groups(into, at(*poetry, "optional-dependencies"), path + ", [tool.poetry] optional-dependencies"));
  return collect_poetry_tables(into, document, path);
}

}  // namespace tomme::guard
