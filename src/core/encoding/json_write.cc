#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <concepts>

#include "core/encoding/json.h"

namespace tomme::json {

namespace {

constexpr int kCompact = -1;
constexpr std::string_view kHexDigits = "0123456789abcdef";

// RFC 8785 section 3.2.2.2: the two-character escapes where there are any, \u00xx (lower case) for the
// other controls, everything else as it is.
void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;  // start of what needs no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    out.push_back('\\');
    switch (c) {
      case '"':
        out.push_back('"');
        break;
      case '\\':
        out.push_back('\\');
        break;
      case '\b':
        out.push_back('b');
        break;
      case '\f':
        out.push_back('f');
        break;
      case '\n':
        out.push_back('n');
        break;
      case '\r':
        out.push_back('r');
        break;
      case '\t':
        out.push_back('t');
        break;
      default:
        out += "u00";
        out.push_back(kHexDigits[c >> 4]);
        out.push_back(kHexDigits[c & 15]);
    }
  }
  out.append(text, plain);
  out.push_back('"');
}

/// RFC 8785 section 3.2.2.3, that is ECMA-262 Number::toString: the shortest digits that read back the
/// same; plain up to 21 places before and 6 zeros behind the point, with an exponent beyond.
std::string number_text(double value) {
  if (!std::isfinite(value)) return "null";  // parse() makes none
  if (value == 0) return "0";                // also -0
  std::array<char, 40> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value),
                                     std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(written.ptr - buffer.data()));
  const std::size_t e = text.find('e');
  std::string digits(text.substr(0, e));
  std::erase(digits, '.');
  const std::string_view power = text.substr(text[e + 1] == '+' ? e + 2 : e + 1);
  int point = 0;  // how many digits stand before the point; "n" of ECMA-262
  std::from_chars(power.data(), power.data() + power.size(), point);
  ++point;

  const int count = static_cast<int>(digits.size());
  const auto zeros = [](int n) { return std::string(static_cast<std::size_t>(n), '0'); };
  std::string out = value < 0 ? "-" : "";
  if (count <= point && point <= 21) return out + digits + zeros(point - count);
  if (0 < point && point <= 21) return out + digits.insert(static_cast<std::size_t>(point), 1, '.');
  if (-6 < point && point <= 0) return out + "0." + zeros(-point) + digits;
  if (count > 1) digits.insert(1, 1, '.');
  return out + digits + (point > 0 ? "e+" : "e-") + std::to_string(std::abs(point - 1));
}

/// UTF-16 order of UTF-8 bytes: surrogates (lead bytes from 0xf0) stand before U+E000 and above (0xee,
/// 0xef).
unsigned utf16_rank(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte < 0xee) return byte;
  return byte >= 0xf0 ? byte - 2u : byte + 5u;
}

bool before_in_utf16(const Member* a, const Member* b) {
  return std::lexicographical_compare(a->name.begin(), a->name.end(), b->name.begin(), b->name.end(),
                                      [](char x, char y) { return utf16_rank(x) < utf16_rank(y); });
}

class Writer {
 public:
  explicit Writer(bool pretty) : depth_(pretty ? 0 : kCompact) {}

  void write(const Value& value) {
    std::visit([this](const auto& data) { put(data); }, value.data());
  }
  std::string take() { return std::move(out_); }

 private:
  void put(std::nullptr_t) { out_ += "null"; }
  void put(bool value) { out_ += value ? "true" : "false"; }
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  void put(T value) {
    out_ += std::to_string(value);
  }
  void put(double value) { out_ += number_text(value); }
  void put(const std::string& text) { append_quoted(out_, text); }

  void put(const Array& array) {
    open('[');
    for (std::size_t i = 0; i < array.size(); ++i) {
      next(i == 0);
      write(array[i]);
    }
    close(array.empty(), ']');
  }

  void put(const Object& object) {
    std::vector<const Member*> members;
    members.reserve(object.size());
    for (const Member& member : object) members.push_back(&member);
    if (!std::is_sorted(members.begin(), members.end(), before_in_utf16)) {
      std::sort(members.begin(), members.end(), before_in_utf16);
    }
    open('{');
    for (std::size_t i = 0; i < members.size(); ++i) {
      next(i == 0);
      append_quoted(out_, members[i]->name);
      out_ += depth_ == kCompact ? ":" : ": ";
      write(members[i]->value);
    }
    close(members.empty(), '}');
  }

  void open(char bracket) {
    out_.push_back(bracket);
    if (depth_ != kCompact) ++depth_;
  }
  void next(bool first) {
    if (!first) out_.push_back(',');
    new_line();
  }
  void close(bool empty, char bracket) {
    if (depth_ != kCompact) --depth_;
    if (!empty) new_line();
    out_.push_back(bracket);
  }
  void new_line() {
    if (depth_ == kCompact) return;
    out_.push_back('\n');
    out_.append(2 * static_cast<std::size_t>(depth_), ' ');
  }

  std::string out_;
  int depth_;  ///< levels of indentation, or kCompact
};

}  // namespace

std::string to_canonical(const Value& value) {
  Writer writer(false);
  writer.write(value);
  return writer.take();
}

std::string to_pretty(const Value& value) {
  Writer writer(true);
  writer.write(value);
  return writer.take() + '\n';
}

std::string quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_quoted(out, text);
  return out;
}

}  // namespace tomme::json
