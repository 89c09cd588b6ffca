// Reads documents one after another and writes the canonical JSON of OLPC of each, or why it is refused: for
// tests/differential/canonical_json_test.py, which compares it with securesystemslib.
//
//   request = length document          length = 4 bytes, the first one is the highest
//   answer  = "+" length canonical  /  "-" length code
#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "core/encoding/json.h"
#include "core/encoding/text.h"

namespace {

using namespace tomme;

std::optional<std::string> read_document() {
  std::array<std::uint8_t, 4> head{};
  if (std::fread(head.data(), 1, head.size(), stdin) != head.size()) return std::nullopt;
  std::size_t length = 0;
  for (const std::uint8_t byte : head) length = length << 8 | byte;
  std::string document(length, '\0');
  if (std::fread(document.data(), 1, length, stdin) != length) return std::nullopt;
  return document;
}

void answer(char kind, std::string_view text) {
  std::putchar(kind);
  for (int shift = 24; shift >= 0; shift -= 8) std::putchar(static_cast<int>(text.size() >> shift & 0xff));
  std::fwrite(text.data(), 1, text.size(), stdout);
}

Result<std::string> canonical(std::string_view document) {
  const json::Value value = TRY(json::parse(document));
  return json::to_olpc_canonical(value);
}

}  // namespace

int main() {
  while (const auto document = read_document()) {
    const Result<std::string> written = canonical(*document);
    if (written) {
      answer('+', *written);
    } else {
      answer('-', written.error().code().name);
    }
  }
  return std::fflush(stdout) == 0 ? 0 : 3;
}
