#include "tuf_roles.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme::tuf;
  const auto file = read_role<Snapshot>(data, size);
  if (!file) return 0;
  for (const auto& [name, listed] : file->value.meta) {
    require(file->value.meta.find(name) == &listed);
    require(listed.version.value() >= 1);
  }
  return 0;
}
