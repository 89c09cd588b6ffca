#include <algorithm>
#include <charconv>

#include "core/encoding/errors.h"
#include "core/encoding/json.h"
#include "core/encoding/proto_base64.h"
#include "core/encoding/text.h"

namespace tomme::json {

namespace {

constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

/// Whether `snake` is the proto name of `camel`: "log_index" of "logIndex".
bool is_proto_spelling(std::string_view camel, std::string_view snake) {
  std::size_t at = 0;
  for (char c : camel) {
    if (is_upper(c)) {
      if (at >= snake.size() || snake[at++] != '_') return false;
      c = static_cast<char>(c - 'A' + 'a');
    }
    if (at >= snake.size() || snake[at++] != c) return false;
  }
  return at == snake.size();
}

/// "-"? then digits without leading zeros, as proto3's JSON writes int64.
std::optional<std::int64_t> decimal(std::string_view text) {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.empty() || (digits.starts_with('0') && text != "0")) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<Fields> Fields::of(const Value& value, std::string_view what, Spelling spelling) {
  if (const Object* object = value.object()) return Fields(object, what, spelling);
  return fail(kJsonShape, printable(what) + " is " + std::string(value.type_name()) + ", not an object");
}

Result<const Value*> Fields::look(std::string_view name) {
  const auto take = [this](const Member& member) {
    seen_[static_cast<std::size_t>(&member - object_->begin())] = true;
    return member.value.is_null() ? nullptr : &member.value;
  };
  const Member* const exact = object_->find_member(name);
  if (spelling_ == Spelling::proto && std::any_of(name.begin(), name.end(), is_upper)) {
    for (const Member& member : *object_) {
      if (!is_proto_spelling(name, member.name)) continue;
      if (!exact) return take(member);
      // Neither counts as asked for: expect_no_more() fails too where the caller only looked by find().
      return bad(name, "is there in two spellings");
    }
  }
  return exact ? take(*exact) : nullptr;
}

std::unexpected<Error> Fields::bad(std::string_view name, std::string_view why) const {
  return fail(kJsonShape, printable(what_) + ": member '" + printable(name, 80) + "' " + std::string(why));
}

std::unexpected<Error> Fields::missing(std::string_view name) const {
  return bad(name, "is missing");
}

std::unexpected<Error> Fields::wrong_type(std::string_view name, const Value& value,
                                          std::string_view wanted) const {
  return bad(name, "is " + std::string(value.type_name()) + ", not " + std::string(wanted));
}

const Value* Fields::find(std::string_view name) {
  const auto value = look(name);
  return value ? *value : nullptr;
}

Result<const Value*> Fields::required(std::string_view name) {
  const Value* value = TRY(look(name));
  if (!value) return missing(name);
  return value;
}

Result<std::optional<std::string_view>> Fields::optional_text(std::string_view name) {
  const Value* value = TRY(look(name));
  if (!value) return std::nullopt;
  const std::string* text = value->text();
  if (!text) return wrong_type(name, *value, "a string");
  return *text;
}

Result<std::string_view> Fields::text(std::string_view name) {
  auto value = TRY(optional_text(name));
  if (!value) return missing(name);
  return *std::move(value);
}

Result<std::optional<Bytes>> Fields::optional_base64(std::string_view name) {
  const auto text = TRY(optional_text(name));
  if (!text) return std::nullopt;
  Result<Bytes> bytes = spelling_ == Spelling::proto ? decode_proto_base64(*text) : decode_base64(*text);
  if (!bytes)
    return std::unexpected<Error>(std::move(bytes).error().in(printable(what_) + "." + std::string(name)));
  return *std::move(bytes);
}

Result<Bytes> Fields::base64(std::string_view name) {
  auto value = TRY(optional_base64(name));
  if (!value) return missing(name);
  return *std::move(value);
}

Result<const Array*> Fields::optional_array(std::string_view name) {
  const Value* value = TRY(look(name));
  if (!value) return nullptr;
  if (const Array* array = value->array()) return array;
  return wrong_type(name, *value, "an array");
}

Result<const Array*> Fields::array(std::string_view name) {
  const Array* array = TRY(optional_array(name));
  if (!array) return missing(name);
  return array;
}

Result<std::optional<Fields>> Fields::optional_object(std::string_view name) {
  const Value* value = TRY(look(name));
  if (!value) return std::nullopt;
  const Object* object = value->object();
  if (!object) return wrong_type(name, *value, "an object");
  return Fields(object, name, spelling_);
}

Result<Fields> Fields::object(std::string_view name) {
  auto value = TRY(optional_object(name));
  if (!value) return missing(name);
  return *std::move(value);
}

Result<std::int64_t> Fields::integer(std::string_view name) {
  const Value* value = TRY(required(name));
  if (const auto number = value->integer()) return *number;
  return wrong_type(name, *value, "a whole number that fits 64 bits with sign");
}

Result<std::optional<bool>> Fields::optional_boolean(std::string_view name) {
  const Value* value = TRY(look(name));
  if (!value) return std::nullopt;
  if (const bool* boolean = value->boolean()) return *boolean;
  return wrong_type(name, *value, "a boolean");
}

Result<std::optional<std::int64_t>> Fields::optional_int64(std::string_view name) {
  const Value* value = TRY(look(name));
  if (!value) return std::nullopt;
  if (const auto number = value->integer()) return number;
  const std::string* text = value->text();
  if (!text) return wrong_type(name, *value, "a whole number");
  if (const auto number = decimal(*text)) return number;
  return bad(name, "is '" + printable(*text, 40) + "', not a whole number that fits 64 bits with sign");
}

Result<std::int64_t> Fields::int64(std::string_view name) {
  auto value = TRY(optional_int64(name));
  if (!value) return missing(name);
  return *std::move(value);
}

Result<void> Fields::expect_no_more() const {
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    if (!seen_[i]) return bad((object_->begin() + i)->name, "does not belong there");
  }
  return {};
}

}  // namespace tomme::json
