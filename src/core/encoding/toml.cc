#include "core/encoding/toml.h"

#include <algorithm>
#include <cmath>
#include <sstream>

// The one place that sees toml++. Outside texts can fail its assertions ("[[[a" does in 3.3), which a
// release build would turn into promises to the compiler: here, in every build, they throw.
#undef NDEBUG
namespace {
struct AssertionFailed {};
[[noreturn]] void fail_assertion() {
  throw AssertionFailed{};
}
}  // namespace
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : fail_assertion())
#define TOML_EXCEPTIONS 1
#define TOML_MAX_NESTED_VALUES 16
#include <toml++/toml.h>

#include "core/encoding/errors.h"
#include "core/encoding/text.h"

namespace tomme {

namespace {

/// Of the text; settings and policies are small.
constexpr std::size_t kMaxOctets = 1024 * 1024;
constexpr std::size_t kMaxDepth = 64;
/// A dotted key stands on one line and makes a table per dot, each parsed and destroyed by recursion,
/// and toml++ itself bounds only brackets and braces. Dots in strings count too: it is many all the same.
constexpr std::ptrdiff_t kMaxDotsPerLine = 200;

std::unexpected<Error> bad(std::string_view name, const toml::source_position& at, std::string_view why) {
  return fail(kTomlInvalid, std::string(name) + ", line " + std::to_string(at.line) + ", column " +
                                std::to_string(at.column) + ": " + printable(why));
}

template <class T>
std::string text_of_date(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

class Converter {
 public:
  explicit Converter(std::string_view name) : name_(name) {}

  Result<json::Value> value(const toml::node& node, std::size_t depth) const {
    if (depth > kMaxDepth) {
      return bad(name_, node.source().begin, "more than " + std::to_string(kMaxDepth) + " levels");
    }
    if (const auto* table = node.as_table()) return object(*table, depth);
    if (const auto* array = node.as_array()) return list(*array, depth);
    if (const auto* text = node.as_string()) return json::Value(text->get());
    if (const auto* number = node.as_integer()) return json::Value(std::int64_t{number->get()});
    if (const auto* boolean = node.as_boolean()) return json::Value(boolean->get());
    if (const auto* real = node.as_floating_point()) {
      if (std::isfinite(real->get())) return json::Value(real->get());
      return bad(name_, node.source().begin, "a number that is not finite");
    }
    if (const auto* date = node.as_date()) return json::Value(text_of_date(date->get()));
    if (const auto* time = node.as_time()) return json::Value(text_of_date(time->get()));
    if (const auto* moment = node.as_date_time()) return json::Value(text_of_date(moment->get()));
    return bad(name_, node.source().begin, "a value of no known kind");
  }

 private:
  Result<json::Value> object(const toml::table& table, std::size_t depth) const {
    std::vector<json::Member> members;
    members.reserve(table.size());
    for (const auto& [key, node] : table) {
      members.push_back({ std::string(key.str()), TRY(value(node, depth + 1)) });
    }
    return json::Value(json::Object(std::move(members)));
  }
  Result<json::Value> list(const toml::array& array, std::size_t depth) const {
    json::Array values;
    values.reserve(array.size());
    for (const toml::node& node : array) values.push_back(TRY(value(node, depth + 1)));
    return json::Value(std::move(values));
  }

  std::string_view name_;
};

/// The number of the first line with too many dots; 0 where there is none.
std::size_t line_of_many_dots(std::string_view text) {
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::string_view now = text.substr(0, text.find('\n'));
    if (std::count(now.begin(), now.end(), '.') > kMaxDotsPerLine) return line;
    text.remove_prefix(std::min(text.size(), now.size() + 1));
  }
  return 0;
}

}  // namespace

Result<json::Value> parse_toml(std::string_view text, std::string_view name) {
  if (text.size() > kMaxOctets) {
    return fail(kTomlInvalid, std::string(name) + ": " + std::to_string(text.size()) + " octets where " +
                                  std::to_string(kMaxOctets) + " are allowed");
  }
  if (const std::size_t line = line_of_many_dots(text)) {
    return fail(kTomlInvalid, std::string(name) + ", line " + std::to_string(line) + ": more than " +
                                  std::to_string(kMaxDotsPerLine) + " dots");
  }
  try {
    return Converter(name).value(toml::parse(text), 0);
  } catch (const toml::parse_error& error) {
    return bad(name, error.source().begin, error.description());
  } catch (const AssertionFailed&) {
    return fail(kTomlInvalid, std::string(name) + ": a text that the TOML reader cannot make sense of");
  }
}

}  // namespace tomme
