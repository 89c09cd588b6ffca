#include "core/encoding/toml.h"

#include <cmath>
#include <sstream>

// The one place that sees toml++; without exceptions it returns what it would throw.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 1
#include <toml++/toml.h>

#include "core/encoding/errors.h"
#include "core/encoding/text.h"

namespace tomme {

namespace {

/// Of the text; settings and policies are small.
constexpr std::size_t kMaxOctets = 1024 * 1024;

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

  Result<json::Value> value(const toml::node& node) const {
    if (const auto* table = node.as_table()) return object(*table);
    if (const auto* array = node.as_array()) return list(*array);
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
  Result<json::Value> object(const toml::table& table) const {
    std::vector<json::Member> members;
    members.reserve(table.size());
    for (const auto& [key, node] : table) {
      members.push_back({ std::string(key.str()), TRY(value(node)) });
    }
    return json::Value(json::Object(std::move(members)));
  }
  Result<json::Value> list(const toml::array& array) const {
    json::Array values;
    values.reserve(array.size());
    for (const toml::node& node : array) values.push_back(TRY(value(node)));
    return json::Value(std::move(values));
  }

  std::string_view name_;
};

}  // namespace

Result<json::Value> parse_toml(std::string_view text, std::string_view name) {
  if (text.size() > kMaxOctets) {
    return fail(kTomlInvalid, std::string(name) + ": " + std::to_string(text.size()) + " octets where " +
                                  std::to_string(kMaxOctets) + " are allowed");
  }
  const toml::parse_result result = toml::parse(text);
  if (!result) return bad(name, result.error().source().begin, result.error().description());
  return Converter(name).value(result.table());
}

}  // namespace tomme
