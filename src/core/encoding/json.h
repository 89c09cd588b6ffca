#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

/// Strict JSON (RFC 8259): one value, no duplicate member, valid UTF-8, no number that loses a digit:
/// whole numbers fit 64 bits, others are finite doubles whose canonical text can be read again.
namespace tomme::json {

struct Limits {
  std::size_t depth = 64;                ///< nested arrays and objects
  std::size_t bytes = 16 * 1024 * 1024;  ///< of the text
  std::size_t values = 1'000'000;        ///< of all kinds; each takes some 40 bytes of memory at least
};

class Value;
struct Member;
using Array = std::vector<Value>;

/// Members in the order of their names' bytes; names are unique.
class Object {
 public:
  // Defaulted below, where Member is complete: clang wants to see it.
  Object();
  Object(const Object&);
  Object(Object&&) noexcept;
  Object& operator=(const Object&);
  Object& operator=(Object&&) noexcept;
  ~Object();
  /// Sorts; a caller that cannot rule out duplicates checks `has_duplicates`.
  explicit Object(std::vector<Member> members);
  const Value* find(std::string_view name) const;
  const Member* find_member(std::string_view name) const;
  bool has_duplicates() const;
  const Member* first_duplicate() const;  ///< nothing where all names differ
  std::size_t size() const;
  const Member* begin() const;
  const Member* end() const;

 private:
  std::vector<Member> members_;
};

class Value {
 public:
  using Data =
      std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object>;

  Value() : data_(nullptr) {}
  template <class T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, Value> && std::is_constructible_v<Data, T>)
  explicit(false) Value(T&& data) : data_(std::forward<T>(data)) {}

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }
  const bool* boolean() const { return std::get_if<bool>(&data_); }
  const std::string* text() const { return std::get_if<std::string>(&data_); }
  const Array* array() const { return std::get_if<Array>(&data_); }
  const Object* object() const { return std::get_if<Object>(&data_); }
  /// A number without fraction or exponent that fits; nothing otherwise.
  std::optional<std::int64_t> integer() const;
  std::optional<std::uint64_t> unsigned_integer() const;
  const Data& data() const { return data_; }
  std::string_view type_name() const;  ///< "a string", "an object", … for messages

 private:
  Data data_;
};

struct Member {
  std::string name;
  Value value;
};

inline Object::Object() = default;
inline Object::Object(const Object&) = default;
inline Object::Object(Object&&) noexcept = default;
inline Object& Object::operator=(const Object&) = default;
inline Object& Object::operator=(Object&&) noexcept = default;
inline Object::~Object() = default;

Result<Value> parse(std::string_view text, const Limits& limits = {});

/// RFC 8785 (JCS): members sorted by UTF-16 code units, shortest numbers, no white space.
/// Whole numbers beyond 2^53 are written with all their digits (RFC 8785 leaves them to strings).
std::string to_canonical(const Value& value);
/// The same with two spaces of indentation and a final newline, for people.
std::string to_pretty(const Value& value);
/// The canonical JSON of OLPC, which TUF signs: members sorted by their names' bytes, no white space, in
/// texts only `\` and `"` escaped, so that control characters stand raw and the result need not be JSON.
/// Numbers are whole ones: kJsonShape where one is not.
Result<std::string> to_olpc_canonical(const Value& value);
/// Appends a text as to_olpc_canonical has it, with its quotes.
void append_olpc_text(std::string& out, std::string_view text);
/// A JSON string literal of UTF-8 text with its quotes, escaped as RFC 8785 section 3.2.2.2 has it.
std::string quote(std::string_view text);

/// Reads one object member by member and refuses what nobody asked for.
/// Borrows from the value it reads. `null` counts as absent, as proto3's JSON has it.
///
///     Fields f = TRY(Fields::of(value, "bundle"));
///     std::string_view type = TRY(f.text("mediaType"));
///     TRY(f.expect_no_more());              // strict formats only
class Fields {
 public:
  enum class Spelling : std::uint8_t {
    exact,
    proto,  ///< proto3 JSON: "logIndex" or "log_index", not both at once; base64 of either alphabet
  };
  /// `what` names the object in messages and must outlive the reader.
  static Result<Fields> of(const Value& value, std::string_view what, Spelling spelling = Spelling::exact);

  /// Nothing where absent or null, or where two spellings stand (then expect_no_more() fails).
  const Value* find(std::string_view name);
  Result<const Value*> required(std::string_view name);

  Result<std::string_view> text(std::string_view name);
  Result<std::optional<std::string_view>> optional_text(std::string_view name);
  Result<Bytes> base64(std::string_view name);
  Result<std::optional<Bytes>> optional_base64(std::string_view name);
  Result<const Array*> array(std::string_view name);
  Result<const Array*> optional_array(std::string_view name);  ///< nullptr where absent
  Result<Fields> object(std::string_view name);                ///< same spelling as this one
  Result<std::optional<Fields>> optional_object(std::string_view name);
  Result<std::int64_t> integer(std::string_view name);
  Result<std::optional<bool>> optional_boolean(std::string_view name);
  /// proto3 int64: a number or a decimal string without sign `+` or leading zeros.
  Result<std::int64_t> int64(std::string_view name);
  Result<std::optional<std::int64_t>> optional_int64(std::string_view name);

  /// Fails when two spellings of one member stood together, or a member was never asked for.
  Result<void> expect_no_more() const;
  std::string_view what() const { return what_; }

 private:
  Fields(const Object* object, std::string_view what, Spelling spelling)
      : object_(object), what_(what), spelling_(spelling), seen_(object->size()) {}
  /// Nothing where absent or null; fails where two spellings stand.
  Result<const Value*> look(std::string_view name);
  std::unexpected<Error> bad(std::string_view name, std::string_view why) const;
  std::unexpected<Error> missing(std::string_view name) const;
  std::unexpected<Error> wrong_type(std::string_view name, const Value& value, std::string_view wanted) const;

  const Object* object_;
  std::string_view what_;
  Spelling spelling_;
  std::vector<bool> seen_;
};

}  // namespace tomme::json
