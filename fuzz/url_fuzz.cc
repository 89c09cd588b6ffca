#include <cstdint>
#include <cstdlib>

#include "core/base/bytes.h"
#include "core/url/url.h"

namespace {

/// What was parsed is canonical: its text is read as the same address again, and what is shown holds no
/// login.
void expect_canonical(const tomme::Url& url) {
  const tomme::Url address = url.address();
  if (address.to_string().size() > tomme::Url::kMaxBytes) return;
  const auto again = tomme::Url::parse(address.to_string());
  if (!again || *again != address) std::abort();
  if (!again->path().starts_with('/') || again->shown().contains('?')) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = tomme::text_of({data, size});
  static const tomme::Url kBase = *tomme::Url::parse("https://user@index.example:8443/simple/foo/?q#f");
  if (const auto url = kBase.resolve(text)) expect_canonical(*url);
  if (const auto url = tomme::Url::parse(text)) expect_canonical(*url);
  if (tomme::shown_address(text).size() > 1300) std::abort();
  [[maybe_unused]] const auto authority = tomme::Authority::parse(text, 443);
  return 0;
}
