#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/base/bytes.h"
#include "io/pkcs11/key_uri.h"

using tomme::pkcs11::KeyUri;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = tomme::text_of({data, size});
  const auto uri = KeyUri::parse(text);
  if (!uri) return 0;
  if (!KeyUri::is_one(text)) std::abort();
  // What is shown names the same key, and neither a PIN nor a module.
  const std::string shown = uri->to_string();
  if (shown.size() > KeyUri::kMostBytes) return 0;
  const auto again = KeyUri::parse(shown);
  if (!again || again->to_string() != shown || !again->expect_storable()) std::abort();
  if (again->token != uri->token || again->object != uri->object || again->id != uri->id ||
      again->serial != uri->serial || again->slot_id != uri->slot_id || again->type != uri->type) {
    std::abort();
  }
  return 0;
}
