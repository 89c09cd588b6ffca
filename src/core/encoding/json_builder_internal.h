#pragma once

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Boost.JSON's event parser only, and only here; its sources are compiled into json_parse.cc.
#include <boost/json/basic_parser_impl.hpp>

#include "core/encoding/errors.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"

/// How Boost's event parser is used to read a text into values (json_parse.cc) and into items (json_list.cc).
namespace tomme::json {

namespace bj = boost::json;

inline std::string_view view(bj::string_view text) {
  return {text.data(), text.size()};
}

/// The number, or nothing where it loses a digit. Boost has checked the grammar; its own value may be
/// rounded, so the text is read again.
std::optional<Value> number_of(std::string_view text);

// What is refused, in words.
std::string misfit(std::string_view number);
std::string two_members(std::string_view name);
std::string too_many(std::size_t values);

/// What every handler says to the parser, which reads it at compile time: sizes are bounded by the length of
/// the text.
struct Unbounded {
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();
};

/// Collects the values of unfinished arrays and objects on one stack; the end of each takes its own off.
/// A refusal leaves its reason in `reason` and returns false with the error code set, as the parser wants.
struct Builder : Unbounded {
  static constexpr std::size_t kUsual = 16;  ///< no more are unfinished at a time in most texts

  explicit Builder(std::size_t limit) : values_allowed(limit), values_left(limit) {
    values.reserve(kUsual);
    names.reserve(kUsual);
  }

  std::vector<Value> values;
  std::vector<std::string> names;
  std::vector<std::size_t> order;  ///< of the members of the object that ends
  std::string part;                ///< of a string or name with escapes, so far
  std::string reason;
  std::size_t values_allowed;
  std::size_t values_left;

  bool refuse(std::string why, bj::error_code& ec) {
    reason = std::move(why);
    ec = bj::error::syntax;
    return false;
  }
  bool add(Value value, bj::error_code& ec) {
    if (values_left == 0) return refuse(too_many(values_allowed), ec);
    --values_left;
    values.push_back(std::move(value));
    return true;
  }
  std::string finish(bj::string_view text) {
    if (part.empty()) return std::string(view(text));
    part.append(text.data(), text.size());
    return std::exchange(part, {});
  }
  bool append(bj::string_view text) {
    part.append(text.data(), text.size());
    return true;
  }

  // The names below are Boost's.
  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_array_begin(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code&) { return true; }
  bool on_string_part(bj::string_view text, std::size_t, bj::error_code&) { return append(text); }
  bool on_key_part(bj::string_view text, std::size_t, bj::error_code&) { return append(text); }
  bool on_number_part(bj::string_view text, bj::error_code&) { return append(text); }
  bool on_comment_part(bj::string_view, bj::error_code&) { return false; }
  bool on_comment(bj::string_view, bj::error_code&) { return false; }

  bool on_null(bj::error_code& ec) { return add(nullptr, ec); }
  bool on_bool(bool b, bj::error_code& ec) { return add(b, ec); }
  bool on_string(bj::string_view text, std::size_t, bj::error_code& ec) { return add(finish(text), ec); }
  bool on_key(bj::string_view text, std::size_t, bj::error_code&) {
    names.push_back(finish(text));
    return true;
  }

  bool on_array_end(std::size_t count, bj::error_code& ec) {
    const auto first = values.end() - static_cast<std::ptrdiff_t>(count);
    Array array(std::make_move_iterator(first), std::make_move_iterator(values.end()));
    values.erase(first, values.end());
    return add(std::move(array), ec);
  }

  bool on_object_end(std::size_t count, bj::error_code& ec) {
    const std::size_t first_value = values.size() - count, first_name = names.size() - count;
    // Places are sorted, and each member is moved once: it is far larger than its place.
    order.resize(count);
    std::iota(order.begin(), order.end(), first_name);
    const auto by_name = [this](std::size_t a, std::size_t b) { return names[a] < names[b]; };
    if (!std::is_sorted(order.begin(), order.end(), by_name)) std::sort(order.begin(), order.end(), by_name);
    std::vector<Member> members;
    members.reserve(count);
    for (const std::size_t i : order) {
      members.emplace_back(std::move(names[i]), std::move(values[i - first_name + first_value]));
    }
    values.resize(first_value);
    names.resize(first_name);
    Object object(std::move(members));
    if (const Member* twice = object.first_duplicate()) return refuse(two_members(twice->name), ec);
    return add(std::move(object), ec);
  }

  // Boost has checked the grammar; its own value may be rounded, so the text is read again.
  bool on_int64(std::int64_t, bj::string_view text, bj::error_code& ec) { return number(view(text), ec); }
  bool on_uint64(std::uint64_t, bj::string_view text, bj::error_code& ec) { return number(view(text), ec); }
  bool on_double(double, bj::string_view text, bj::error_code& ec) { return number(view(text), ec); }

  bool number(std::string_view text, bj::error_code& ec) {
    // All of it is here but where the text comes in pieces.
    const std::string joined = part.empty() ? std::string() : finish(text);
    if (!joined.empty()) text = joined;
    std::optional<Value> value = number_of(text);
    return value ? add(*std::move(value), ec) : refuse(misfit(text), ec);
  }
};

/// `reason` is the handler's own, where it was the one to give up.
inline std::string reason_of(const bj::error_code& error, const Limits& limits, const std::string& reason) {
  if (!reason.empty()) return reason;
  return error == bj::error::too_deep ? "more than " + std::to_string(limits.depth) + " levels"
                                      : error.message();
}

inline bj::parse_options options_of(const Limits& limits) {
  bj::parse_options options;
  options.max_depth = limits.depth;
  return options;
}

}  // namespace tomme::json
