#include <cstdlib>

#include "io/store/s3_address_internal.h"
#include "io/store/s3_xml_internal.h"

// What a file store answers. A list that is read has whole entries; a code is printable. The same octets as
// an address: what is read speaks TLS or to this machine.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  using namespace tomme::store;
  if (const auto list = parse_s3_listing({data, size})) {
    for (const S3Object& object : list->objects) {
      if (object.key.empty()) std::abort();
    }
  }
  for (const char c : s3_error_code({data, size})) {
    if (static_cast<unsigned char>(c) < ' ') std::abort();
  }
  const auto address = S3Address::parse(text_of({data, size}), "us-east-1");
  if (address && (address->endpoint.target != "/" || address->bucket.size() < 3)) std::abort();
  return 0;
}
