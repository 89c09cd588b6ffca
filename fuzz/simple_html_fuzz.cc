#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "written_page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto page = tomme::parse_simple_html({data, size});
  if (!page) return 0;
  static const tomme::Url kBase = *tomme::Url::parse("https://index.example/simple/foo/");
  for (const tomme::IndexFile& file : page->files) (void)page->url_of(file, kBase);
  tomme::fuzz::expect_same_when_read_again(*page);
  return 0;
}
