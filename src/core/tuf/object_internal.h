#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/encoding/json.h"

/// How this room reads and writes JSON objects. Unlike json::Fields, `null` is never the same as absent, and
/// what nobody asked for can be taken along: TUF signs unknown members and has readers keep them.
namespace tomme::tuf {

/// Borrows from the value it reads; `what` must outlive it. All failures are kTufShape.
class ObjectReader {
 public:
  static Result<ObjectReader> of(const json::Value& value, std::string_view what);

  const json::Value* find(std::string_view name);  ///< nullptr where absent
  Result<const json::Value*> required(std::string_view name);
  Result<std::string_view> text(std::string_view name);
  Result<bool> boolean(std::string_view name);
  Result<const json::Array*> array(std::string_view name);
  Result<const json::Object*> object(std::string_view name);
  /// A whole number of [least, most].
  Result<std::uint64_t> number(std::string_view name, std::uint64_t least, std::uint64_t most);

  /// The members that were not asked for.
  json::Object rest() const;
  std::unexpected<Error> bad(std::string_view name, std::string_view why) const;
  std::string_view what() const { return what_; }

 private:
  ObjectReader(const json::Object* object, std::string_view what) : object_(object), what_(what) {}
  std::unexpected<Error> wrong_type(std::string_view name, const json::Value& value,
                                    std::string_view wanted) const;

  static constexpr std::size_t kMost = 64;  ///< members that can be asked for, by their place
  const json::Object* object_;
  std::string_view what_;
  std::uint64_t seen_ = 0;              ///< of the first 64 members
  std::vector<std::size_t> seen_late_;  ///< of the others
};

/// Collects members in any order and writes them in the canonical one.
class ObjectWriter {
 public:
  ObjectWriter& text(std::string_view name, std::string_view value);
  ObjectWriter& number(std::string_view name, std::uint64_t value);
  ObjectWriter& boolean(std::string_view name, bool value);
  /// Canonical JSON already.
  ObjectWriter& raw(std::string_view name, std::string canonical);
  ObjectWriter& raw(std::string_view name, Result<std::string> canonical);
  ObjectWriter& value(std::string_view name, const json::Value& value);
  /// Members that are not written by another call; a name that is wins over them.
  ObjectWriter& rest(const json::Object& members);

  /// kJsonShape where a value had a number that is not whole.
  Result<std::string> finish();

 private:
  std::vector<std::pair<std::string, std::string>> members_;
  std::vector<Error> errors_;
};

}  // namespace tomme::tuf
