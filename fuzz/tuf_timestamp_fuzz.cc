#include "tuf_roles.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme::tuf;
  const auto file = read_role<Timestamp>(data, size);
  if (!file) return 0;
  const MetaFile& listed = file->value.snapshot;
  const bool anything = !listed.length && listed.hashes.empty();
  if (anything) require(check_meta_file(listed, {data, size}).has_value());
  (void)check_meta_file(listed, {data, size});
  return 0;
}
