#include <cstdlib>

#include "core/encoding/text.h"
#include "core/encoding/toml.h"

// What parses is a value that strict JSON can carry; messages are fit for a terminal.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  const auto value = parse_toml(text_of({data, size}), "fuzz.toml");
  if (!value) {
    const std::string& message = value.error().message();
    if (printable(message, message.size() * 8) != message) std::abort();
    return 0;
  }
  const std::string canonical = json::to_canonical(*value);
  const auto again = json::parse(canonical, {.depth = 80, .bytes = 1 << 26});
  if (!again || json::to_canonical(*again) != canonical) std::abort();
  return 0;
}
