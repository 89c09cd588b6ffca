#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/encoding/json.h"
#include "core/encoding/text.h"

/// What the verbs put together for `--format json`; docs/json.md names the members.
namespace tomme::cli {

using JsonMembers = std::vector<json::Member>;

inline json::Value json_object(JsonMembers members) {
  return json::Value(json::Object(std::move(members)));
}

inline json::Value json_text(std::string_view text) {
  return json::Value(std::string(text));
}

/// Bytes that came without a promise to be UTF-8; JSON can hold only text.
inline json::Value json_outside_text(const std::string& text) {
  return is_utf8(text) ? json::Value(text) : json::Value(printable(text, text.size() * 4));
}

}  // namespace tomme::cli
