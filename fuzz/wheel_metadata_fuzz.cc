#include <cstddef>
#include <cstdint>

#include "core/packaging/wheel_metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const tomme::DistFilename kName = *tomme::DistFilename::parse("foo-1.0-py3-none-any.whl");
  const tomme::BytesView wheel(data, size);
  (void)tomme::metadata_of_wheel(wheel, kName);
  const auto zip = tomme::ZipArchive::parse(wheel);
  if (!zip) return 0;
  for (const tomme::ZipEntry& entry : zip->entries()) (void)tomme::ZipArchive::read(entry, 1 << 20);
  return 0;
}
