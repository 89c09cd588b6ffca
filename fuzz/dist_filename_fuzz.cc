#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/base/bytes.h"
#include "core/packaging/dist_filename.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = tomme::DistFilename::parse(tomme::text_of({data, size}));
  if (!file) return 0;
  const auto again = tomme::DistFilename::parse_for(file->project(), file->as_written());
  if (!again || *again != *file) std::abort();
  return 0;
}
