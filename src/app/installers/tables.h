#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/encoding/json.h"

// What stands where in the settings, projects and locks of installers. A value of another type than is asked
// for counts as missing, for installers have their own messages for that. Everything borrows from the
// document but what `texts_at` gives.
namespace tomme::guard {

/// `a.b.c` of nested tables; nullptr where missing.
const json::Value* at(const json::Value& value, std::string_view dotted);
/// A text there; nothing where missing.
std::optional<std::string_view> text_at(const json::Value& value, std::string_view dotted);
/// A text, or the texts of an array.
std::vector<std::string> texts_at(const json::Value& value, std::string_view dotted);

/// The items of an array; none of nullptr.
std::span<const json::Value> items_of(const json::Value* list);
/// The items of an array, or the value itself where it stands alone.
std::span<const json::Value> one_or_more(const json::Value& value);
/// The members of a table; none of nullptr.
std::span<const json::Member> members_of(const json::Value* table);
/// One member of a table, for names that may have a dot; nullptr of nullptr.
const json::Value* member_of(const json::Value* table, std::string_view name);

}  // namespace tomme::guard
