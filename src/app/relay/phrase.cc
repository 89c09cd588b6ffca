#include "app/relay/phrase.h"

#include <string_view>

namespace tomme::guard {

namespace {

/// One `?` for each character that is none of printable ASCII.
std::string ascii_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xc0) == 0x80;  // of a character that has its `?` already
    if (byte >= 0x20 && byte < 0x7f) out += c;
    if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !continues)) out += '?';
  }
  return out;
}

}  // namespace

std::string phrase_of(const Error& error, std::size_t limit) {
  constexpr std::string_view kStart = "tomme: ";
  constexpr std::string_view kCut = "...";
  const std::string code = " [" + std::string(error.code().name) + "]";
  std::string sentence = ascii_of(error.message());
  const std::size_t room = limit - kStart.size() - code.size();
  if (sentence.size() > room) sentence = sentence.substr(0, room - kCut.size()) + std::string(kCut);
  std::string phrase = std::string(kStart) + sentence + code;
  const std::string hint = ascii_of(error.hint());
  if (!hint.empty() && phrase.size() + 2 + hint.size() <= limit) phrase += "; " + hint;
  return phrase;
}

}  // namespace tomme::guard
