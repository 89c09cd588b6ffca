#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The part of HTML that pip (Python's html.parser, strict and lenient releases), uv (tl) and the HTML
/// standard read alike: start tags with plain attributes, and the common character references.
namespace tomme::html {

struct Attribute {
  std::string name;        ///< lower case
  std::string_view value;  ///< as written, references not decoded; empty where there is none
};

struct StartTag {
  std::vector<Attribute> attributes;
  std::size_t length = 0;  ///< octets from `<` to `>`

  const Attribute* find(std::string_view name) const;
};

enum class Values { quoted_only, quoted_or_bare };

/// Whether `text` begins with `<name` and the name ends there, in whatever way a parser may see it.
bool begins_tag(std::string_view text, std::string_view name);

/// Whether one of the tags whose place on the page matters (`a`, `base`) begins anywhere in `text`.
bool holds_link_tag(std::string_view text);

/// The start tag with which `text` begins. Nothing where it is outside the common part: white space around
/// `=`, unquoted values (unless allowed), an attribute twice, other octets in a name than letters, digits,
/// `-` and `_`.
std::optional<StartTag> read_start_tag(std::string_view text, Values values);

/// `&amp;` as `&`. Nothing for a reference that readers decode in different ways: a numeric one without
/// semicolon or of a control character, a name other than amp, lt, gt, quot and apos with a semicolon, or a
/// bare `&` before one of the names that old HTML decodes without one ("&copy=1").
std::optional<std::string> decode_references(std::string_view value);

}  // namespace tomme::html
