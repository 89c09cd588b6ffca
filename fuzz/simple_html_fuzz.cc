#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "written_page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto page = tomme::parse_simple_html({data, size});
  if (!page) return 0;
  tomme::fuzz::expect_same_when_read_again(*page);
  return 0;
}
