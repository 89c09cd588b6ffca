#include "app/installers/tables.h"

namespace tomme::guard {

const json::Value* at(const json::Value& value, std::string_view dotted) {
  const json::Value* here = &value;
  while (here != nullptr) {
    const std::size_t dot = dotted.find('.');
    here = member_of(here, dotted.substr(0, dot));
    if (dot == std::string_view::npos) return here;
    dotted.remove_prefix(dot + 1);
  }
  return nullptr;
}

std::optional<std::string_view> text_at(const json::Value& value, std::string_view dotted) {
  const json::Value* found = at(value, dotted);
  if (found == nullptr || found->text() == nullptr) return std::nullopt;
  return *found->text();
}

std::vector<std::string> texts_at(const json::Value& value, std::string_view dotted) {
  std::vector<std::string> texts;
  const json::Value* found = at(value, dotted);
  if (found == nullptr) return texts;
  for (const json::Value& item : one_or_more(*found)) {
    if (item.text() != nullptr) texts.push_back(*item.text());
  }
  return texts;
}

std::span<const json::Value> items_of(const json::Value* list) {
  if (list == nullptr || list->array() == nullptr) return {};
  return *list->array();
}

std::span<const json::Value> one_or_more(const json::Value& value) {
  return value.array() != nullptr ? items_of(&value) : std::span(&value, 1);
}

std::span<const json::Member> members_of(const json::Value* table) {
  if (table == nullptr || table->object() == nullptr) return {};
  return {table->object()->begin(), table->object()->end()};
}

const json::Value* member_of(const json::Value* table, std::string_view name) {
  return table == nullptr || table->object() == nullptr ? nullptr : table->object()->find(name);
}

}  // namespace tomme::guard
