#include "app/installers/pasted_requirements.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "app/installers/plain_requirements.h"
#include "core/encoding/text.h"

namespace tomme::guard {
namespace {

/// Lists of these names are requirements: `requires` of scikit-build-core, `dependencies` of hatchling's
/// hooks.
bool names_requirements(std::string_view key) {
  return key.ends_with("requires") || key.ends_with("dependencies");
}

class BuildRequirements {
 public:
  BuildRequirements(Collector& into, std::string where) : into_(into), where_(std::move(where)) {}

  Result<void> tables(const json::Value* here, std::string_view key) {
    if (here == nullptr) return {};
    for (const json::Value& item : items_of(here)) {
      if (item.text() == nullptr) TRY(tables(&item, key));
      if (item.text() != nullptr && names_requirements(key))
        TRY(expect_plain_requirement(into_, *item.text(), where_ + ", " + shown_address(key)));
    }
    for (const json::Member& member : members_of(here)) TRY(tables(&member.value, member.name));
    return {};
  }

 private:
  Collector& into_;
  std::string where_;
};

}  // namespace

bool is_plain_requirement(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  constexpr std::string_view kMeansMore = "\n\\$";
  constexpr std::array<std::string_view, 4> kEndsIt{" -", "\t-", " #", "\t#"};
  const auto holds = [&](std::string_view each) { return text.contains(each); };
  return !text.starts_with('-') && !text.starts_with('#') &&
         text.find_first_of(kMeansMore) == std::string_view::npos && std::ranges::none_of(kEndsIt, holds) &&
         odd_line_of(text).number == 0;
}

Result<void> expect_plain_requirement(Collector& into, std::string_view text, const std::string& where) {
  if (is_plain_requirement(text)) return {};
  // Whatever it names besides may be of any project.
  const Findings::About any(into.findings, std::nullopt);
  return into.findings.unproven("a text that is more than one requirement, and goes into pip's requirements",
                                where,
                                "write each requirement as a text of its own, without line ends and options");
}

Result<void> expect_plain_build_requirements(Collector& into, const std::string& folder) {
  const std::string path = folder + "/pyproject.toml";
  if (const std::optional<json::Value> document = TRY(into.read_toml(path))) {
    BuildRequirements requirements(into, path);
    for (const char* table : {"build-system", "tool"}) TRY(requirements.tables(at(*document, table), table));
  }
  const std::string hatch = folder + "/hatch.toml";
  if (const std::optional<json::Value> document = TRY(into.read_toml(hatch)))
    TRY(BuildRequirements(into, hatch).tables(&*document, ""));
  return {};
}

}  // namespace tomme::guard
