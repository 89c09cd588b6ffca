#include "claims.h"
#include "core/base/time.h"
#include "io/net/http_date.h"

// A date that is read can be written, and is then the same moment.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  const std::string_view text = text_of({data, size});
  for (const auto& time : {parse_rfc3339(text), net::parse_http_date(text)}) {
    if (!time) continue;
    const std::string written = to_rfc3339(*time);
    require(written.size() == 20 && parse_rfc3339(written) == time);
  }
  return 0;
}
