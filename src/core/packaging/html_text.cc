#include "core/packaging/html_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "core/packaging/ascii.h"

namespace tomme::html {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool is_name_char(char c) {
  return ascii::is_alnum(c) || c == '-' || c == '_';
}

bool ends_bare_value(char c) {
  return is_space(c) || std::string_view("\"'<>=`").contains(c);
}

std::size_t skip(std::string_view text, std::size_t from, bool (*belongs)(char)) {
  while (from < text.size() && belongs(text[from])) ++from;
  return from;
}

/// Reads the value after `=`; moves `pos` behind it.
std::optional<std::string_view> read_value(std::string_view text, std::size_t& pos, Values values) {
  if (pos == text.size()) return std::nullopt;
  const char quote = text[pos];
  if (quote == '"' || quote == '\'') {
    const std::size_t end = text.find(quote, pos + 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view value = text.substr(pos + 1, end - pos - 1);
    pos = end + 1;
    return value;
  }
  const std::size_t end = skip(text, pos, [](char c) { return !ends_bare_value(c); });
  if (values == Values::quoted_only || end == pos) return std::nullopt;
  const std::string_view value = text.substr(pos, end - pos);
  pos = end;
  return value;
}

/// The names that HTML 4 allowed without a semicolon, in the order of the HTML standard's table; a name that
/// begins with another of the list is left out.
constexpr std::array<std::string_view, 106> kOldNames = {
    "AElig",  "AMP",    "Aacute", "Acirc",  "Agrave", "Aring",  "Atilde", "Auml",  "COPY",   "Ccedil",
    "ETH",    "Eacute", "Ecirc",  "Egrave", "Euml",   "GT",     "Iacute", "Icirc", "Igrave", "Iuml",
    "LT",     "Ntilde", "Oacute", "Ocirc",  "Ograve", "Oslash", "Otilde", "Ouml",  "QUOT",   "REG",
    "THORN",  "Uacute", "Ucirc",  "Ugrave", "Uuml",   "Yacute", "aacute", "acirc", "acute",  "aelig",
    "agrave", "amp",    "aring",  "atilde", "auml",   "brvbar", "ccedil", "cedil", "cent",   "copy",
    "curren", "deg",    "divide", "eacute", "ecirc",  "egrave", "eth",    "euml",  "frac12", "frac14",
    "frac34", "gt",     "iacute", "icirc",  "iexcl",  "igrave", "iquest", "iuml",  "laquo",  "lt",
    "macr",   "micro",  "middot", "nbsp",   "not",    "ntilde", "oacute", "ocirc", "ograve", "ordf",
    "ordm",   "oslash", "otilde", "ouml",   "para",   "plusmn", "pound",  "quot",  "raquo",  "reg",
    "sect",   "shy",    "sup1",   "sup2",   "sup3",   "szlig",  "thorn",  "times", "uacute", "ucirc",
    "ugrave", "uml",    "uuml",   "yacute", "yen",    "yuml"};

bool begins_with_old_name(std::string_view name) {
  return std::any_of(kOldNames.begin(), kOldNames.end(),
                     [name](std::string_view old) { return name.starts_with(old); });
}

std::optional<char> named_character(std::string_view name) {
  if (name == "amp") return '&';
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  return std::nullopt;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t octet) { out += static_cast<char>(octet); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

/// `number` is "#38" or "#x26". Controls and 0x80 to 0x9f are refused: HTML replaces them, others do not.
bool append_number(std::string& out, std::string_view number) {
  number.remove_prefix(1);
  const bool hex = !number.empty() && ascii::to_lower(number.front()) == 'x';
  if (hex) number.remove_prefix(1);
  std::uint32_t code = 0;
  const char* end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, code, hex ? 16 : 10);
  if (number.empty() || error != std::errc{} || stop != end) return false;
  const bool plain = (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0xd800) ||
                     (code >= 0xe000 && code < 0xfdd0) || (code >= 0xfdf0 && code < 0xfffe) ||
                     (code >= 0x10000 && code < 0x110000 && (code & 0xfffe) != 0xfffe);
  if (!plain) return false;
  append_utf8(out, code);
  return true;
}

/// Decodes the reference at the `&` with which `rest` begins; gives the octets it took, or nothing.
std::optional<std::size_t> decode_one(std::string& out, std::string_view rest) {
  std::size_t end = 1;
  if (end < rest.size() && rest[end] == '#') ++end;
  end = skip(rest, end, ascii::is_alnum);
  const std::string_view name = rest.substr(1, end - 1);
  const bool closed = end < rest.size() && rest[end] == ';';
  if (name.starts_with('#')) {
    if (!closed || !append_number(out, name)) return std::nullopt;
    return end + 1;
  }
  if (closed) {
    const auto character = named_character(name);
    if (!character) return std::nullopt;
    out += *character;
    return end + 1;
  }
  if (begins_with_old_name(name)) return std::nullopt;
  out.append(rest.substr(0, end));
  return end;
}

}  // namespace

const Attribute* StartTag::find(std::string_view name) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [name](const Attribute& a) { return a.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

bool begins_tag(std::string_view text, std::string_view name) {
  if (text.size() <= name.size() || text.front() != '<') return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (ascii::to_lower(text[i + 1]) != name[i]) return false;
  }
  return text.size() == name.size() + 1 || !ascii::is_alnum(text[name.size() + 1]);
}

bool holds_link_tag(std::string_view text) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    if (begins_tag(text.substr(at), "a") || begins_tag(text.substr(at), "base")) return true;
  }
  return false;
}

// tag = "<" name *(1*space attribute) *space ["/"] ">" ; attribute = name ["=" value]
std::optional<StartTag> read_start_tag(std::string_view text, Values values) {
  StartTag tag;
  std::size_t pos = skip(text, 1, ascii::is_alnum);
  for (;;) {
    const std::size_t next = skip(text, pos, is_space);
    const std::string_view rest = text.substr(next);
    if (rest.starts_with('>') || rest.starts_with("/>")) {
      tag.length = next + (rest.front() == '>' ? 1 : 2);
      return tag;
    }
    const std::size_t end = skip(text, next, is_name_char);
    if (next == pos || end == next) return std::nullopt;
    Attribute attribute{ascii::to_lower(text.substr(next, end - next)), {}};
    pos = end;
    if (pos < text.size() && text[pos] == '=') {
      const auto value = read_value(text, ++pos, values);
      if (!value) return std::nullopt;
      attribute.value = *value;
    }
    if (tag.find(attribute.name) != nullptr) return std::nullopt;
    tag.attributes.push_back(std::move(attribute));
    if (tag.attributes.size() > 64) return std::nullopt;
  }
}

std::optional<std::string> decode_references(std::string_view value) {
  std::string out;
  while (!value.empty()) {
    const std::size_t plain = std::min(value.find('&'), value.size());
    out.append(value.substr(0, plain));
    value.remove_prefix(plain);
    if (value.empty()) break;
    const auto taken = decode_one(out, value);
    if (!taken) return std::nullopt;
    value.remove_prefix(*taken);
  }
  return out;
}

}  // namespace tomme::html
