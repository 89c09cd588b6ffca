#include "testing/json_edit.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>

namespace tomme::testing {

namespace {

std::size_t index_of(const std::string& step) {
  std::size_t index = 0;
  std::from_chars(step.data(), step.data() + step.size(), index);
  return index;
}

/// What stands at the end of a path becomes what `change` makes of it; nothing removes it.
using Change = std::function<std::optional<json::Value>(const json::Value*)>;

json::Value change_at(const json::Value& value, std::span<const std::string> path, const Change& change);

std::optional<json::Value> change_child(const json::Value* child, std::span<const std::string> rest,
                                        const Change& change) {
  if (rest.empty()) return change(child);
  return change_at(child ? *child : object({}), rest, change);
}

json::Value change_at(const json::Value& value, std::span<const std::string> path, const Change& change) {
  const std::string& step = path.front();
  if (const json::Array* array = value.array()) {
    json::Array out = *array;
    const std::size_t index = std::min(index_of(step), out.size());
    auto made = change_child(index < out.size() ? &out[index] : nullptr, path.subspan(1), change);
    if (!made) {
      out.erase(out.begin() + static_cast<std::ptrdiff_t>(index));
    } else if (index == out.size()) {
      out.push_back(std::move(*made));
    } else {
      out[index] = std::move(*made);
    }
    return out;
  }
  std::vector<json::Member> members;
  const json::Value* child = nullptr;
  if (const json::Object* whole = value.object()) {
    child = whole->find(step);
    for (const json::Member& member : *whole) {
      if (member.name != step) members.push_back(member);
    }
  }
  if (auto made = change_child(child, path.subspan(1), change)) members.push_back({step, std::move(*made)});
  return object(std::move(members));
}

void collect(const json::Value& value, JsonPath& here, std::vector<JsonPath>& out) {
  const auto visit = [&](std::string step, const json::Value& child) {
    here.push_back(std::move(step));
    out.push_back(here);
    collect(child, here, out);
    here.pop_back();
  };
  if (const json::Array* array = value.array()) {
    for (std::size_t i = 0; i < array->size(); ++i) visit(std::to_string(i), (*array)[i]);
  } else if (const json::Object* object = value.object()) {
    for (const json::Member& member : *object) visit(member.name, member.value);
  }
}

void write_with_duplicate(const json::Value& value, std::span<const std::string> path,
                          const json::Value& other, std::string& out) {
  if (path.empty()) {
    out += json::to_canonical(value);
    return;
  }
  const auto separate = [&](char opening) { out += out.ends_with(opening) ? "" : ","; };
  if (const json::Array* array = value.array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i != 0) out += ',';
      write_with_duplicate((*array)[i], i == index_of(path[0]) ? path.subspan(1) : path.first(0), other, out);
    }
    out += ']';
    return;
  }
  out += '{';
  for (const json::Member& member : *value.object()) {
    separate('{');
    const bool here = member.name == path[0];
    out += json::quote(member.name) + ":";
    write_with_duplicate(member.value, here ? path.subspan(1) : path.first(0), other, out);
    if (here && path.size() == 1) out += "," + json::quote(member.name) + ":" + json::to_canonical(other);
  }
  out += '}';
}

}  // namespace

JsonPath path_of(std::string_view dotted) {
  JsonPath path;
  while (true) {
    const std::size_t dot = dotted.find('.');
    path.emplace_back(dotted.substr(0, dot));
    if (dot == std::string_view::npos) return path;
    dotted.remove_prefix(dot + 1);
  }
}

std::string to_text(const JsonPath& path) {
  std::string out;
  for (const std::string& step : path) out += (out.empty() ? "" : ".") + step;
  return out;
}

const json::Value* find(const json::Value& value, const JsonPath& path) {
  const json::Value* at = &value;
  for (const std::string& step : path) {
    if (const json::Array* array = at->array()) {
      const std::size_t index = index_of(step);
      if (index >= array->size()) return nullptr;
      at = &(*array)[index];
    } else {
      const json::Object* object = at->object();
      at = object ? object->find(step) : nullptr;
      if (!at) return nullptr;
    }
  }
  return at;
}
const json::Value* find(const json::Value& value, std::string_view dotted) {
  return find(value, path_of(dotted));
}

json::Value with(const json::Value& value, const JsonPath& path, json::Value other) {
  return change_at(value, path, [&](const json::Value*) { return std::optional(std::move(other)); });
}
json::Value with(const json::Value& value, std::string_view dotted, json::Value other) {
  return with(value, path_of(dotted), std::move(other));
}

json::Value without(const json::Value& value, const JsonPath& path) {
  return change_at(value, path, [](const json::Value*) { return std::optional<json::Value>(); });
}
json::Value without(const json::Value& value, std::string_view dotted) {
  return without(value, path_of(dotted));
}

std::vector<JsonPath> all_paths(const json::Value& value) {
  std::vector<JsonPath> out;
  JsonPath here;
  collect(value, here, out);
  return out;
}

std::string text_with_duplicate(const json::Value& value, const JsonPath& path, const json::Value& other) {
  std::string out;
  write_with_duplicate(value, path, other, out);
  return out;
}

}  // namespace tomme::testing
