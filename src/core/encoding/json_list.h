#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/encoding/json.h"

/// Long lists in JSON, whose elements are read one by one and without a tree.
namespace tomme::json {

/// A value in an element of a list. What an array or object holds stands behind it, so that an element is one
/// run of items; valid while the element is.
class Item {
 public:
  bool is_null() const { return kind_ == Kind::null; }
  bool is_object() const { return kind_ == Kind::object; }
  bool is_array() const { return kind_ == Kind::array; }
  const bool* boolean() const { return kind_ == Kind::boolean ? &flag_ : nullptr; }
  const std::string_view* text() const { return kind_ == Kind::text ? &text_ : nullptr; }
  /// A number without fraction or exponent that fits; nothing otherwise.
  std::optional<std::uint64_t> unsigned_integer() const;
  /// Of an object's member; names of one object differ.
  std::string_view name() const { return name_; }

  /// The member of an object; nothing where it is absent or null, or this is none.
  const Item* find(std::string_view name) const;
  /// The text that must be there. `what` names the object in messages; kJsonShape.
  Result<std::string_view> text(std::string_view name, std::string_view what) const;

  /// What an array or object holds: from `begin` until `end`, each followed by `next`.
  const Item* begin() const { return this + 1; }
  const Item* end() const { return this + 1 + below_; }
  const Item* next() const { return end(); }

 private:
  friend struct ItemBuilder;
  enum class Kind : std::uint8_t { null, boolean, number, text, array, object };
  std::string_view name_;
  std::string_view text_;
  std::uint64_t number_ = 0;
  std::uint32_t below_ = 0;  ///< items in it, and in them
  Kind kind_ = Kind::null;
  bool flag_ = false;
  bool is_unsigned_ = false;
};

/// Reads as `parse` does, a text that may come in pieces of any length. Each element of the outermost
/// object's array `member` goes to `element` as soon as it is read and is then forgotten: a list of any
/// length takes the memory of one element. The array is empty in what `finish` returns. `limits.values` holds
/// for each element and for the rest. An error of `element` ends the reading.
class ListReader {
 public:
  ListReader(std::string member, std::function<Result<void>(const Item&)> element, const Limits& limits = {});
  ~ListReader();
  ListReader(const ListReader&) = delete;
  ListReader& operator=(const ListReader&) = delete;

  /// `piece` is borrowed for the call. Nothing may be read after an error.
  Result<void> read(std::string_view piece);
  Result<Value> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tomme::json
