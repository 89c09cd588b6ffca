#include "core/packaging/html_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "core/base/ascii.h"

namespace tomme::html {
namespace {

constexpr std::size_t kMaxAttributes = 64;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

template <class Belongs>
std::size_t skip(std::string_view text, std::size_t from, Belongs belongs) {
  while (from < text.size() && belongs(text[from])) ++from;
  return from;
}

// value = DQUOTE *any DQUOTE / SQUOTE *any SQUOTE / *(any but space and ">"). Moves `pos` behind it; false
// where the text ends before.
bool read_value(std::string_view text, std::size_t& pos, std::string_view& value) {
  if (pos == text.size()) return false;
  const char quote = text[pos];
  if (quote == '"' || quote == '\'') {
    const std::size_t end = text.find(quote, pos + 1);
    if (end == std::string_view::npos) return false;
    value = text.substr(pos + 1, end - pos - 1);
    pos = end + 1;
    return true;
  }
  const std::size_t end = skip(text, pos, [](char c) { return !is_space(c) && c != '>'; });
  value = text.substr(pos, end - pos);
  pos = end;
  return true;
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
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
    return put(0x80 | (code & 0x3f));
  }
  if (code < 0x10000) {
    put(0xe0 | code >> 12);
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
  }
  put(0x80 | (code >> 6 & 0x3f));
  put(0x80 | (code & 0x3f));
}

/// `number` is "#38" or "#x26"; only what is a printable character.
bool append_number(std::string& out, std::string_view number) {
  number.remove_prefix(1);
  const bool hex = !number.empty() && ascii::to_lower(number.front()) == 'x';
  if (hex) number.remove_prefix(1);
  std::uint32_t code = 0;
  const char* end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, code, hex ? 16 : 10);
  if (number.empty() || error != std::errc{} || stop != end) return false;
  const bool plain =
      (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0xd800) || (code >= 0xe000 && code < 0x110000);
  if (!plain) return false;
  append_utf8(out, code);
  return true;
}

/// Decodes the reference at the `&` with which `rest` begins; gives the bytes it took.
std::size_t decode_one(std::string& out, std::string_view rest) {
  std::size_t end = 1;
  if (end < rest.size() && rest[end] == '#') ++end;
  end = skip(rest, end, ascii::is_alnum);
  const std::string_view name = rest.substr(1, end - 1);
  if (end < rest.size() && rest[end] == ';') {
    if (name.starts_with('#') && append_number(out, name)) return end + 1;
    if (const auto character = named_character(name)) {
      out += *character;
      return end + 1;
    }
  }
  out += '&';
  return 1;
}

}  // namespace

const Attribute* StartTag::find(std::string_view wanted) const {
  const auto found = std::ranges::find(attributes, wanted, &Attribute::name);
  return found == attributes.end() ? nullptr : &*found;
}

bool begins_start_tag(std::string_view text) {
  return text.size() >= 2 && text.front() == '<' && ascii::is_alpha(text[1]);
}

// tag = "<" letter *(any but space, "/" and ">") *(spaces attribute) [spaces] ["/"] ">"
// attribute = name [spaces "=" spaces value]
std::optional<StartTag> read_start_tag(std::string_view text) {
  if (!begins_start_tag(text)) return std::nullopt;
  const auto in_name = [](char c) { return !is_space(c) && c != '/' && c != '>'; };
  StartTag tag;
  std::size_t pos = skip(text, 1, in_name);
  tag.name = ascii::to_lower(text.substr(1, pos - 1));
  for (;;) {
    pos = skip(text, pos, [](char c) { return is_space(c) || c == '/'; });
    if (pos == text.size()) return std::nullopt;
    if (text[pos] == '>') {
      tag.length = pos + 1;
      return tag;
    }
    // A "=" in front of a name is part of it.
    const std::size_t end = skip(text, pos + 1, [&](char c) { return in_name(c) && c != '='; });
    const std::string_view name = text.substr(pos, end - pos);
    std::string_view value;
    pos = skip(text, end, is_space);
    if (pos < text.size() && text[pos] == '=') {
      pos = skip(text, pos + 1, is_space);
      if (!read_value(text, pos, value)) return std::nullopt;
    }
    if (tag.attributes.size() == kMaxAttributes) continue;
    std::string lower = ascii::to_lower(name);
    if (tag.find(lower) == nullptr) tag.attributes.push_back({std::move(lower), value});
  }
}

std::size_t comment_length(std::string_view text) {
  if (text.starts_with("<!-->")) return 5;
  if (text.starts_with("<!--->")) return 6;
  // One look for both ends: a page may be nothing but comments.
  for (std::size_t at = text.find("--", 4); at != std::string_view::npos; at = text.find("--", at + 1)) {
    const std::string_view behind = text.substr(at + 2);
    if (behind.starts_with(">")) return at + 3;
    if (behind.starts_with("!>")) return at + 4;
  }
  return text.size();
}

bool holds_text_only(std::string_view element) {
  constexpr std::array<std::string_view, 8> kNames{"script", "style",  "title",   "textarea",
                                                   "xmp",    "iframe", "noembed", "noframes"};
  return std::ranges::find(kNames, element) != kNames.end();
}

std::size_t end_of_text(std::string_view text, std::string_view element) {
  for (std::size_t at = text.find("</"); at != std::string_view::npos; at = text.find("</", at + 2)) {
    const std::string_view name = text.substr(at + 2, element.size());
    const std::size_t behind = at + 2 + element.size();
    if (ascii::to_lower(name) != element) continue;
    if (behind >= text.size() || is_space(text[behind]) || text[behind] == '/' || text[behind] == '>')
      return at;
  }
  return text.size();
}

std::string decode_references(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  while (!value.empty()) {
    const std::size_t plain = std::min(value.find('&'), value.size());
    out.append(value.substr(0, plain));
    value.remove_prefix(plain);
    if (!value.empty()) value.remove_prefix(decode_one(out, value));
  }
  return out;
}

void append_attribute_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace tomme::html
