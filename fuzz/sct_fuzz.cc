#include <cstdlib>

#include "core/base/byte_reader.h"
#include "core/transparency/sct.h"

namespace {

using namespace tomme;

Bytes write(const std::vector<Sct>& scts) {
  Bytes list;
  for (const Sct& sct : scts) {
    append_uint<2>(list, 1 + 32 + 8 + 2 + sct.extensions.size() + 2 + 2 + sct.signature.size());
    list.push_back(0);
    append(list, sct.log_id.view());
    append_uint<8>(list, sct.timestamp_ms);
    append_uint<2>(list, sct.extensions.size());
    append(list, sct.extensions);
    list.push_back(4);
    list.push_back(sct.rsa ? 1 : 3);
    append_uint<2>(list, sct.signature.size());
    append(list, sct.signature);
  }
  Bytes out;
  append_uint<2>(out, list.size());
  append(out, list);
  return out;
}

}  // namespace

/// A list is written as it was read; and where the input is a certificate, its own list is read or refused.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(data, size);
  const auto list = parse_sct_list(input);
  if (list && !equal(write(*list), input)) std::abort();
  if (list && to_rfc3339(list->front().time()).empty()) std::abort();
  if (const auto certificate = Certificate::parse(input)) (void)embedded_scts(*certificate);
  return 0;
}
