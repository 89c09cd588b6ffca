#include <cstdlib>

#include "core/encoding/pem.h"

// What parses is written as strict PEM and read back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  const auto blocks = parse_pem(text_of({data, size}));
  if (!blocks) return 0;
  for (const PemBlock& block : *blocks) {
    const auto again = parse_pem_one(to_pem(block.label, block.der), block.label);
    if (!again || *again != block.der) std::abort();
  }
  return 0;
}
