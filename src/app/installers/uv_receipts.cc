#include "app/installers/uv_internal.h"
#include "app/installers/walk.h"

namespace tomme::guard {
namespace {

std::string tools_folder(const Collector& from) {
  if (const std::string* own = from.variable("UV_TOOL_DIR")) {
    return path_in(from, from.invocation.directory, *own);
  }
  const std::string* data = from.variable("XDG_DATA_HOME");
  return (data != nullptr ? *data : from.invocation.home + "/.local/share") + "/uv/tools";
}

/// Where uv has put the tool's commands; its options are walked as settings.
constexpr std::string_view kHarmlessInReceipt[] = {"tool.entrypoints", "tool.options", "tool.python"};

Result<void> receipt(Collector& into, UvSettings& settings, const std::string& path) {
  const std::optional<json::Value> document = TRY(into.read_toml(path));
  if (!document) return {};
  for (std::string_view list : {"requirements", "constraints", "overrides", "build-constraints"}) {
    const json::Value* items = at(*document, "tool." + std::string(list));
    const std::string where = path + ", " + std::string(list);
    for (const json::Value& item : items_of(items)) {
      if (item.text() != nullptr) TRY(into.findings.requirement(*item.text(), where));
      const Findings::About about(into.findings, text_at(item, "name").value_or(""));
      if (auto index = text_at(item, "index")) TRY(into.findings.index(*index, where));
      TRY(collect_ways(into, item, where, into.invocation.directory));
    }
  }
  watch_texts(into.findings, *document, path + ",", {.harmless = kHarmlessInReceipt});
  const json::Value* options = at(*document, "tool.options");
  return options != nullptr ? settings.table(*options, path + ", [tool.options]", UvSettings::Whose::users)
                            : Result<void>{};
}

}  // namespace

Result<void> collect_uv_receipts(Collector& into, UvSettings& settings,
                                 const std::vector<std::string>& tools) {
  const std::string folder = tools_folder(into);
  std::vector<std::string> names;
  for (const std::string& tool : tools) {
    const auto name = ProjectName::parse(std::string_view(tool).substr(0, tool.find_first_of("[<>=!~@; ")));
    if (name) names.push_back(name->normalized());
  }
  if (tools.empty()) names = into.invocation.list(folder);
  for (const std::string& name : names) {
    TRY(receipt(into, settings, folder + "/" + name + "/uv-receipt.toml"));
  }
  return {};
}

}  // namespace tomme::guard
