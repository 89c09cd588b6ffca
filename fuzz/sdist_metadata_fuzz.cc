#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/packaging/sdist_metadata.h"
#include "core/packaging/tar_reader.h"

// The bytes as .tar.gz, as .zip, and as the tar archive itself, which few changes to a packed one would
// reach.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const tomme::DistFilename kTar = *tomme::DistFilename::parse("foo-1.0.tar.gz");
  static const tomme::DistFilename kZip = *tomme::DistFilename::parse("foo-1.0.zip");
  static const tomme::SdistLimits kLimits{.unpacked_bytes = 1 << 22, .metadata_bytes = 1 << 20};
  const tomme::BytesView whole(data, size);
  (void)tomme::metadata_of_sdist(whole, kTar, kLimits);
  (void)tomme::metadata_of_sdist(whole, kZip, kLimits);
  std::size_t at = 0;
  tomme::TarReader tar([&](std::span<std::uint8_t> out) -> tomme::Result<std::size_t> {
    const std::size_t came = std::min(out.size(), size - at);
    std::copy_n(data + at, came, out.begin());
    at += came;
    return came;
  });
  for (bool reads = true;; reads = !reads) {
    const auto entry = tar.next();
    if (!entry || !*entry) return 0;
    if (!reads) continue;
    const auto content = tar.content(1 << 20);
    // No content without bytes that it came from.
    if (content && content->size() > size) __builtin_trap();
  }
}
