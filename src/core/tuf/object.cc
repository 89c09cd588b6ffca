#include <algorithm>

#include "core/encoding/text.h"
#include "core/tuf/errors.h"
#include "core/tuf/object_internal.h"

namespace tomme::tuf {

Result<ObjectReader> ObjectReader::of(const json::Value& value, std::string_view what) {
  if (const json::Object* object = value.object()) return ObjectReader(object, what);
  return fail(kTufShape, printable(what, 120) + " is " + std::string(value.type_name()) + ", not an object");
}

const json::Value* ObjectReader::find(std::string_view name) {
  const json::Member* member = object_->find_member(name);
  if (member == nullptr) return nullptr;
  const auto place = static_cast<std::size_t>(member - object_->begin());
  if (place < kMost) {
    seen_ |= std::uint64_t{1} << place;
  } else {
    seen_late_.push_back(place);
  }
  return &member->value;
}

std::unexpected<Error> ObjectReader::bad(std::string_view name, std::string_view why) const {
  return fail(kTufShape, printable(what_, 120) + ": '" + printable(name, 120) + "' " + std::string(why));
}

std::unexpected<Error> ObjectReader::wrong_type(std::string_view name, const json::Value& value,
                                                std::string_view wanted) const {
  return bad(name, "is " + std::string(value.type_name()) + ", not " + std::string(wanted));
}

Result<const json::Value*> ObjectReader::required(std::string_view name) {
  const json::Value* value = find(name);
  if (value == nullptr) return bad(name, "is missing");
  return value;
}

Result<std::string_view> ObjectReader::text(std::string_view name) {
  const json::Value* value = TRY(required(name));
  if (const std::string* text = value->text()) return *text;
  return wrong_type(name, *value, "a string");
}

Result<bool> ObjectReader::boolean(std::string_view name) {
  const json::Value* value = TRY(required(name));
  if (const bool* boolean = value->boolean()) return *boolean;
  return wrong_type(name, *value, "a boolean");
}

Result<const json::Array*> ObjectReader::array(std::string_view name) {
  const json::Value* value = TRY(required(name));
  if (const json::Array* array = value->array()) return array;
  return wrong_type(name, *value, "an array");
}

Result<const json::Object*> ObjectReader::object(std::string_view name) {
  const json::Value* value = TRY(required(name));
  if (const json::Object* object = value->object()) return object;
  return wrong_type(name, *value, "an object");
}

Result<std::uint64_t> ObjectReader::number(std::string_view name, std::uint64_t least, std::uint64_t most) {
  const json::Value* value = TRY(required(name));
  const auto number = value->unsigned_integer();
  if (number && *number >= least && *number <= most) return *number;
  const std::string range = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  if (!number && !value->integer()) return wrong_type(name, *value, range);
  return bad(name, "is " + (number ? std::to_string(*number) : std::to_string(*value->integer())) + ", not " +
                       range);
}

json::Object ObjectReader::rest() const {
  std::vector<json::Member> members;
  for (const json::Member& member : *object_) {
    const auto place = static_cast<std::size_t>(&member - object_->begin());
    const bool seen =
        place < kMost ? (seen_ >> place & 1) != 0 : std::ranges::find(seen_late_, place) != seen_late_.end();
    if (!seen) members.push_back(member);
  }
  return json::Object(std::move(members));
}

ObjectWriter& ObjectWriter::raw(std::string_view name, std::string canonical) {
  members_.emplace_back(std::string(name), std::move(canonical));
  return *this;
}

ObjectWriter& ObjectWriter::raw(std::string_view name, Result<std::string> canonical) {
  if (canonical) return raw(name, *std::move(canonical));
  errors_.push_back(std::move(canonical).error());
  return *this;
}

ObjectWriter& ObjectWriter::text(std::string_view name, std::string_view value) {
  std::string quoted;
  json::append_olpc_text(quoted, value);
  return raw(name, std::move(quoted));
}

ObjectWriter& ObjectWriter::number(std::string_view name, std::uint64_t value) {
  return raw(name, std::to_string(value));
}

ObjectWriter& ObjectWriter::boolean(std::string_view name, bool value) {
  return raw(name, std::string(value ? "true" : "false"));
}

ObjectWriter& ObjectWriter::value(std::string_view name, const json::Value& value) {
  return raw(name, json::to_olpc_canonical(value));
}

ObjectWriter& ObjectWriter::rest(const json::Object& members) {
  const std::size_t known = members_.size();
  for (const json::Member& member : members) {
    const auto end = members_.begin() + static_cast<std::ptrdiff_t>(known);
    if (std::any_of(members_.begin(), end, [&](const auto& m) { return m.first == member.name; })) continue;
    value(member.name, member.value);
  }
  return *this;
}

Result<std::string> ObjectWriter::finish() {
  if (!errors_.empty()) return std::unexpected(std::move(errors_.front()));
  std::ranges::sort(members_, {}, [](const auto& member) -> const std::string& { return member.first; });
  std::string out;
  std::size_t size = 2;
  for (const auto& [name, canonical] : members_) size += name.size() + canonical.size() + 4;
  out.reserve(size);
  out.push_back('{');
  for (const auto& [name, canonical] : members_) {
    if (out.size() > 1) out.push_back(',');
    json::append_olpc_text(out, name);
    out.push_back(':');
    out += canonical;
  }
  out.push_back('}');
  return out;
}

}  // namespace tomme::tuf
