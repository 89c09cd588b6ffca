#include "claims.h"
#include "io/store/s3_xml_internal.h"

// What a file store answers. A list that is read has whole entries; a code can be shown.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  using namespace tomme::store;
  if (const auto list = parse_s3_listing({data, size})) {
    for (const S3Object& object : list->objects) require(!object.key.empty() && is_utf8(object.key));
  }
  require(is_fit_to_show(s3_error_code({data, size})));
  return 0;
}
