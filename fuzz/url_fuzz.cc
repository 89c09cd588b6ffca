#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/base/bytes.h"
#include "core/packaging/url_reference.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = tomme::text_of({data, size});
  (void)tomme::resolve_url("https://user@index.example:8443/simple/foo/?q#f", text);
  (void)tomme::resolve_url("g:h/i", text);
  const auto url = tomme::Url::parse(text);
  if (!url) return 0;
  const auto again = tomme::Url::parse(url->to_string());
  if (url->to_string().size() <= tomme::Url::kMaxOctets && (!again || *again != *url)) std::abort();
  const tomme::Url normal = url->normalized();
  if (normal.normalized() != normal) std::abort();
  return 0;
}
