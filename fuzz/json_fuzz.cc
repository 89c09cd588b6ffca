#include <cstdlib>

#include "core/encoding/json.h"
#include "core/encoding/text.h"

namespace {

using namespace tomme;

void require(bool ok) {
  if (!ok) std::abort();
}

/// What is signed is its own canonical form; with control characters, which stand raw in it, it is no JSON.
void check_olpc(const json::Value& value) {
  const auto written = json::to_olpc_canonical(value);
  if (!written) return;
  const auto again = json::parse(*written, {.bytes = 1 << 24});
  for (const char c : *written) {
    if (static_cast<unsigned char>(c) < 0x20) return require(!again);
  }
  require(again && json::to_olpc_canonical(*again).value() == *written);
  require(json::to_canonical(*again) == json::to_canonical(value));
}

}  // namespace

// What parses is written and read back the same, by all writers.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  const auto value = json::parse(text, {.bytes = 1 << 16, .values = 10'000});
  if (!value) {
    require(is_utf8(value.error().message()));
    return 0;
  }
  const std::string canonical = json::to_canonical(*value);
  for (const std::string& written : {canonical, json::to_pretty(*value)}) {
    const auto again = json::parse(written, {.bytes = 1 << 24});
    require(again && json::to_canonical(*again) == canonical);
  }
  check_olpc(*value);
  return 0;
}
