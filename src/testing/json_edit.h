#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/encoding/json.h"

/// Building JSON values and changing one place of them.
namespace tomme::testing {

inline json::Value object(std::vector<json::Member> members) {
  return json::Object(std::move(members));
}

/// Steps from the outside in: names of members and decimal indexes.
using JsonPath = std::vector<std::string>;
/// "verificationMaterial.tlogEntries.0.logIndex"
JsonPath path_of(std::string_view dotted);
std::string to_text(const JsonPath& path);

/// nullptr where there is none.
const json::Value* find(const json::Value& value, const JsonPath& path);
const json::Value* find(const json::Value& value, std::string_view dotted);

/// The value with another one at `path`, which is added where its last step names a new member or the index
/// behind the last element.
json::Value with(const json::Value& value, const JsonPath& path, json::Value other);
json::Value with(const json::Value& value, std::string_view dotted, json::Value other);
/// The value without what stands at `path`.
json::Value without(const json::Value& value, const JsonPath& path);
json::Value without(const json::Value& value, std::string_view dotted);

/// Every place inside of `value`, outer ones first; the value itself is not among them.
std::vector<JsonPath> all_paths(const json::Value& value);

/// JSON text in which the member at `path` is there twice, the second time with `other`.
/// `path` ends in a member's name.
std::string text_with_duplicate(const json::Value& value, const JsonPath& path, const json::Value& other);

}  // namespace tomme::testing
