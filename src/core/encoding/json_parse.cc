#include <charconv>
#include <cmath>

#include "core/encoding/json_builder_internal.h"
// Boost.JSON itself.
#include <boost/json/src.hpp>

namespace tomme::json {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

template <class T>
std::optional<T> exactly(std::string_view text) {
  T value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

/// Below 1e21 the canonical text of a double has no exponent: from 2^64 on that is not read back.
bool is_written_as_too_long(double d) {
  return std::fabs(d) < 1e21 && (d >= 0x1p64 || d <= -0x1p63);
}

/// "line 3, column 14", both from 1, the column in bytes.
std::string place(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(at - start + 1);
}

}  // namespace

std::optional<Value> number_of(std::string_view text) {
  if (const auto value = exactly<std::int64_t>(text)) return *value;
  if (const auto value = exactly<std::uint64_t>(text)) return *value;
  const bool whole = text.find_first_of(".eE") == std::string_view::npos;
  const auto value = whole ? std::nullopt : exactly<double>(text);
  if (value && std::isfinite(*value) && !is_written_as_too_long(*value)) return *value;
  return std::nullopt;
}

std::string misfit(std::string_view number) {
  return "the number " + printable(number, 40) + " does not fit 64 bits";
}

std::string two_members(std::string_view name) {
  return "an object has two members '" + printable(name, 80) + "'";
}

std::string too_many(std::size_t values) {
  return "more than " + std::to_string(values) + " values";
}

namespace {

std::unexpected<Error> not_json(std::string_view text, std::size_t at, std::string_view why) {
  return fail(kJsonInvalid, "not JSON at " + place(text, at) + ": " + std::string(why));
}

}  // namespace

Result<Value> parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes) {
    return fail(kJsonInvalid, "a JSON text of " + std::to_string(text.size()) + " bytes where " +
                                  std::to_string(limits.bytes) + " are allowed");
  }
  if (text.starts_with(kByteOrderMark)) return not_json(text, 0, "a byte order mark");
  if (!is_utf8(text)) return fail(kJsonInvalid, "a JSON text that is not UTF-8");
  bj::basic_parser<Builder> parser(options_of(limits), limits.values);
  Builder& builder = parser.handler();
  bj::error_code error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (error) return not_json(text, used, reason_of(error, limits, builder.reason));
  const std::size_t rest = text.find_first_not_of(" \t\r\n", used);
  if (rest != std::string_view::npos) return not_json(text, rest, "text after the value");
  return std::move(builder.values.front());
}

}  // namespace tomme::json
