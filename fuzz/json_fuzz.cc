#include <cstdlib>

#include "core/encoding/json.h"
#include "core/encoding/text.h"

// What parses is written and read back the same, by both writers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  const std::string_view text = text_of({data, size});
  const auto value = json::parse(text, {.bytes = 1 << 16, .values = 10'000});
  if (!value) {
    if (!is_utf8(value.error().message())) std::abort();
    return 0;
  }
  const std::string canonical = json::to_canonical(*value);
  for (const std::string& written : {canonical, json::to_pretty(*value)}) {
    const auto again = json::parse(written, {.bytes = 1 << 24});
    if (!again || json::to_canonical(*again) != canonical) std::abort();
  }
  return 0;
}
