#include "core/encoding/wrap.h"

#include <algorithm>

namespace tomme {

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string wrapped(std::string start, std::string_view text, std::size_t indent, std::size_t width) {
  std::string out = std::move(start);
  if (width == 0) {
    out += text;
    text = {};
  }
  std::size_t column = columns_of(out);
  bool fresh = true;  // nothing but the start or an indent stands on this line
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) {  // between two spaces
      out += fresh ? "" : " ";
      column += fresh ? 0 : 1;
      continue;
    }
    const std::size_t wide = columns_of(word);
    if (!fresh && column + 1 + wide > width) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
      fresh = true;
    }
    if (!fresh) out += ' ';
    column += wide + (fresh ? 0 : 1);
    out += word;
    fresh = false;
  }
  while (out.ends_with(' ')) out.pop_back();
  return out + "\n";
}

}  // namespace tomme
