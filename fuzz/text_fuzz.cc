#include <cstdlib>

#include "core/encoding/json.h"
#include "core/encoding/text.h"

// Decoders take only what their encoder writes; printable() always gives UTF-8 within its limit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  const std::string_view text = text_of({data, size});
  if (const auto bytes = decode_base64(text); bytes && encode_base64(*bytes) != text) std::abort();
  if (const auto bytes = decode_hex(text); bytes && encode_hex(*bytes) != text) std::abort();
  if (decode_base64(encode_base64({data, size})).value() != Bytes(data, data + size)) std::abort();
  const std::string shown = printable(text, 50);
  if (!is_utf8(shown) || shown.size() > 53) std::abort();
  // The JSON reader's verdict on UTF-8 is the same as ours.
  if (is_utf8(text) != json::parse(json::quote(text)).has_value()) std::abort();
  return 0;
}
