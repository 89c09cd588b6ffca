#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/base/bytes.h"
#include "core/packaging/simple_page.h"

// An accepted page lists every link a client could see: no more of them than there are `<a` in the text, and
// none missing that stands in the plainest form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto page = tomme::parse_simple_html({data, size});
  if (!page) return 0;
  constexpr std::string_view kPlain = "<a href=\"";
  const std::string_view text = tomme::text_of({data, size});
  std::size_t plain = 0;
  for (std::size_t at = text.find(kPlain); at != std::string_view::npos; at = text.find(kPlain, at + 1)) {
    const std::size_t value = at + kPlain.size();
    if (value < text.size() && text[value] != '"') ++plain;
  }
  if (plain > page->files.size()) std::abort();
  static const tomme::Url kBase = *tomme::Url::parse("https://index.example/simple/foo/");
  for (const tomme::IndexFile& file : page->files) (void)page->url_of(file, kBase);
  return 0;
}
