#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "written_page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto page = tomme::parse_simple_json({data, size});
  if (!page) return 0;
  for (const tomme::IndexFile& file : page->files) {
    if (page->named(file.filename).empty()) std::abort();
  }
  tomme::fuzz::expect_same_when_read_again(*page);
  return 0;
}
