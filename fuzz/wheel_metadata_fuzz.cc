#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/packaging/wheel_metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const tomme::DistFilename kName = *tomme::DistFilename::parse("foo-1.0-py3-none-any.whl");
  const tomme::BytesView wheel(data, size);
  (void)tomme::metadata_of_wheel(wheel, kName);
  (void)tomme::metadata_of_odd_wheel(wheel, kName);
  const auto zip = tomme::ZipArchive::parse(wheel);
  if (!zip) return 0;
  for (const tomme::ZipEntry& entry : zip->entries()) (void)tomme::ZipArchive::read(entry, 1 << 20);
  // What has one reading only, the reader of odd archives reads the same.
  const auto by_directory = tomme::ZipArchive::parse_by_directory(wheel);
  const auto same = [](const tomme::ZipEntry& a, const tomme::ZipEntry& b) {
    return a.name == b.name && a.size == b.size && a.packed.data() == b.packed.data() &&
           a.packed.size() == b.packed.size();
  };
  if (!by_directory || !std::ranges::equal(zip->entries(), by_directory->entries(), same)) __builtin_trap();
  return 0;
}
