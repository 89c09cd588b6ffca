#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/base/bytes.h"
#include "core/packaging/version.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto version = tomme::Version::parse(tomme::text_of({data, size}));
  if (!version) return 0;
  const std::string canonical = version->to_string();
  if (canonical.size() > tomme::Version::kMaxBytes) return 0;  // "1r1" is shorter than "1.post1"
  const auto again = tomme::Version::parse(canonical);
  if (!again || *again != *version || again->to_string() != canonical) std::abort();
  return 0;
}
