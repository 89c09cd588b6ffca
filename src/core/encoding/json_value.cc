#include <algorithm>

#include "core/encoding/json.h"

namespace tomme::json {

Object::Object(std::vector<Member> members) : members_(std::move(members)) {
  const auto by_name = [](const Member& a, const Member& b) { return a.name < b.name; };
  // Canonical texts come sorted: one look is cheaper than a sort.
  if (std::is_sorted(members_.begin(), members_.end(), by_name)) return;
  std::sort(members_.begin(), members_.end(), by_name);
}

const Member* Object::find_member(std::string_view name) const {
  const auto at = std::lower_bound(members_.begin(), members_.end(), name,
                                   [](const Member& member, std::string_view n) { return member.name < n; });
  return at != members_.end() && at->name == name ? &*at : nullptr;
}

const Value* Object::find(std::string_view name) const {
  const Member* member = find_member(name);
  return member ? &member->value : nullptr;
}

bool Object::has_duplicates() const {
  return first_duplicate() != nullptr;
}

const Member* Object::first_duplicate() const {
  const auto at = std::adjacent_find(members_.begin(), members_.end(),
                                     [](const Member& a, const Member& b) { return a.name == b.name; });
  return at == members_.end() ? nullptr : &*at;
}

std::size_t Object::size() const {
  return members_.size();
}
const Member* Object::begin() const {
  return members_.data();
}
const Member* Object::end() const {
  return members_.data() + members_.size();
}

std::optional<std::int64_t> Value::integer() const {
  if (const auto* number = std::get_if<std::int64_t>(&data_)) return *number;
  if (const auto* number = std::get_if<std::uint64_t>(&data_);
      number && std::in_range<std::int64_t>(*number)) {
    return static_cast<std::int64_t>(*number);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> Value::unsigned_integer() const {
  if (const auto* number = std::get_if<std::uint64_t>(&data_)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&data_); number && *number >= 0) {
    return static_cast<std::uint64_t>(*number);
  }
  return std::nullopt;
}

std::string_view Value::type_name() const {
  struct Names {
    std::string_view operator()(std::nullptr_t) const { return "null"; }
    std::string_view operator()(bool) const { return "a boolean"; }
    std::string_view operator()(std::int64_t) const { return "a whole number"; }
    std::string_view operator()(std::uint64_t) const { return "a whole number"; }
    std::string_view operator()(double) const { return "a number"; }
    std::string_view operator()(const std::string&) const { return "a string"; }
    std::string_view operator()(const Array&) const { return "an array"; }
    std::string_view operator()(const Object&) const { return "an object"; }
  };
  return std::visit(Names{}, data_);
}

}  // namespace tomme::json
