#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

// The one place that sees Boost.JSON: its event parser only, its sources compiled in here.
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>

#include "core/encoding/errors.h"
#include "core/encoding/json.h"
#include "core/encoding/text.h"

namespace tomme::json {

namespace {

namespace bj = boost::json;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string_view view(bj::string_view text) {
  return {text.data(), text.size()};
}

/// Collects the values of unfinished arrays and objects on one stack; the end of each takes its own off.
/// A refusal leaves its reason in `reason` and returns false with the error code set, as the parser wants.
struct Builder {
  // Read by the parser at compile time; sizes are bounded by the length of the text.
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_key_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_string_size = std::numeric_limits<std::size_t>::max();

  static constexpr std::size_t kUsual = 16;  ///< no more are unfinished at a time in most texts

  explicit Builder(std::size_t limit) : values_allowed(limit), values_left(limit) {
    values.reserve(kUsual);
    names.reserve(kUsual);
  }

  std::vector<Value> values;
  std::vector<std::string> names;
  std::string part;  ///< of a string or name with escapes, so far
  std::string reason;
  std::size_t values_allowed;
  std::size_t values_left;
  // For parse_list: the member whose elements are handed over, and what came of it.
  std::string_view list = {};
  const std::function<Result<void>(const Value&)>* element = nullptr;
  std::size_t depth = 0;  ///< of unfinished arrays and objects
  bool in_list = false;
  std::optional<Error> failure = {};

  bool refuse(std::string why, bj::error_code& ec) {
    reason = std::move(why);
    ec = bj::error::syntax;
    return false;
  }
  bool add(Value value, bj::error_code& ec) {
    if (values_left == 0) return refuse("more than " + std::to_string(values_allowed) + " values", ec);
    --values_left;
    if (in_list && depth == 2) return hand_over(value, ec);
    values.push_back(std::move(value));
    return true;
  }
  bool hand_over(const Value& value, bj::error_code& ec) {
    values_left = values_allowed;
    Result<void> taken = (*element)(value);
    if (taken) return true;
    failure = std::move(taken).error();
    ec = bj::error::syntax;
    return false;
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
  bool on_array_begin(bj::error_code&) {
    ++depth;
    if (element != nullptr && depth == 2 && names.size() > values.size() && names.back() == list) in_list = true;
    return true;
  }
  bool on_object_begin(bj::error_code&) {
    ++depth;
    return true;
  }
  bool on_string_part(bj::string_view text, std::size_t, bj::error_code&) { return append(text); }
  bool on_key_part(bj::string_view text, std::size_t, bj::error_code&) { return append(text); }
  bool on_number_part(bj::string_view, bj::error_code&) { return true; }
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
    --depth;
    if (in_list && depth == 1) {
      in_list = false;
      return add(Array{}, ec);
    }
    const auto first = values.end() - static_cast<std::ptrdiff_t>(count);
    Array array(std::make_move_iterator(first), std::make_move_iterator(values.end()));
    values.erase(first, values.end());
    return add(std::move(array), ec);
  }

  bool on_object_end(std::size_t count, bj::error_code& ec) {
    --depth;
    const std::size_t first_value = values.size() - count, first_name = names.size() - count;
    std::vector<Member> members;
    members.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      members.emplace_back(std::move(names[first_name + i]), std::move(values[first_value + i]));
    }
    values.resize(first_value);
    names.resize(first_name);
    Object object(std::move(members));
    if (const Member* twice = object.first_duplicate()) {
      return refuse("an object has two members '" + printable(twice->name, 80) + "'", ec);
    }
    return add(std::move(object), ec);
  }

  // Boost has checked the grammar; its own value may be rounded, so the text is read again.
  bool on_int64(std::int64_t, bj::string_view text, bj::error_code& ec) { return number(view(text), ec); }
  bool on_uint64(std::uint64_t, bj::string_view text, bj::error_code& ec) { return number(view(text), ec); }
  bool on_double(double, bj::string_view text, bj::error_code& ec) { return number(view(text), ec); }

  template <class T>
  static std::optional<T> exactly(std::string_view text) {
    T value{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
  }
  /// Below 1e21 the canonical text of a double has no exponent: from 2^64 on that is not read back.
  static bool is_written_as_too_long(double d) {
    return std::fabs(d) < 1e21 && (d >= 0x1p64 || d <= -0x1p63);
  }
  bool number(std::string_view text, bj::error_code& ec) {
    if (const auto value = exactly<std::int64_t>(text)) return add(*value, ec);
    if (const auto value = exactly<std::uint64_t>(text)) return add(*value, ec);
    const bool whole = text.find_first_of(".eE") == std::string_view::npos;
    const auto value = whole ? std::nullopt : exactly<double>(text);
    if (value && std::isfinite(*value) && !is_written_as_too_long(*value)) return add(*value, ec);
    return refuse("the number " + printable(text, 40) + " does not fit 64 bits", ec);
  }
};

/// "line 3, column 14", both from 1, the column in octets.
std::string place(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(at - start + 1);
}

std::unexpected<Error> not_json(std::string_view text, std::size_t at, std::string_view why) {
  return fail(kJsonInvalid, "not JSON at " + place(text, at) + ": " + std::string(why));
}

std::string reason_of(const Builder& builder, const bj::error_code& error, const Limits& limits) {
  if (!builder.reason.empty()) return builder.reason;
  if (error == bj::error::too_deep) return "more than " + std::to_string(limits.depth) + " levels";
  return error.message();
}

}  // namespace

namespace {

Result<Value> parse_with(std::string_view text, const Limits& limits, std::string_view list,
                         const std::function<Result<void>(const Value&)>* element) {
  if (text.size() > limits.bytes) {
    return fail(kJsonInvalid, "a JSON text of " + std::to_string(text.size()) + " octets where " +
                                  std::to_string(limits.bytes) + " are allowed");
  }
  if (text.starts_with(kByteOrderMark)) return not_json(text, 0, "a byte order mark");
  if (!is_utf8(text)) return fail(kJsonInvalid, "a JSON text that is not UTF-8");

  bj::parse_options options;
  options.max_depth = limits.depth;
  bj::basic_parser<Builder> parser(options, limits.values);
  parser.handler().list = list;
  parser.handler().element = element;
  bj::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (parser.handler().failure) return std::unexpected(*std::move(parser.handler().failure));
  if (error) return not_json(text, used, reason_of(parser.handler(), error, limits));
  const std::size_t rest = text.find_first_not_of(" \t\r\n", used);
  if (rest != std::string_view::npos) return not_json(text, rest, "text after the value");
  return std::move(parser.handler().values.front());
}

}  // namespace

Result<Value> parse(std::string_view text, const Limits& limits) {
  return parse_with(text, limits, {}, nullptr);
}

Result<Value> parse_list(std::string_view text, std::string_view member,
                         const std::function<Result<void>(const Value&)>& element, const Limits& limits) {
  return parse_with(text, limits, member, &element);
}

}  // namespace tomme::json
