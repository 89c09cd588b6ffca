#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The start tags of an HTML text and the common character references, as the HTML standard's tokenizer reads
/// them (sections 13.2.5 and 13.5). No tree: a list of links needs none.
namespace tomme::html {

struct Attribute {
  std::string name;        ///< lower case
  std::string_view value;  ///< as written, references not decoded; empty where there is none
};

struct StartTag {
  std::string name;                   ///< lower case
  std::vector<Attribute> attributes;  ///< the first of each name, at most 64
  std::size_t length = 0;             ///< bytes from `<` to `>`

  const Attribute* find(std::string_view name) const;
};

/// Whether a start tag begins here, whether it ends or not.
bool begins_start_tag(std::string_view text);
/// The start tag with which `text` begins; nothing where it begins with another thing or never ends.
std::optional<StartTag> read_start_tag(std::string_view text);

/// Bytes of the comment with which `text` begins ("<!--"), up to the end of the text where it never ends.
std::size_t comment_length(std::string_view text);

/// Whether what stands in this element is text, whatever it looks like.
bool holds_text_only(std::string_view element);
/// Where the end tag of `element` begins in `text`; its length where there is none.
std::size_t end_of_text(std::string_view text, std::string_view element);

/// `&amp;` as `&`: numeric references and amp, lt, gt, quot, apos; everything else stays as it is.
std::string decode_references(std::string_view value);

/// Writes text into an attribute's value in double quotes.
void append_attribute_text(std::string& out, std::string_view text);

}  // namespace tomme::html
