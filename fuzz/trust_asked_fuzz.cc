#include "app/trust/store.h"
#include "claims.h"

// When a mirror was asked, as it is kept: whatever stands in the file, what is read can be shown and kept.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  const trust::Asked asked = trust::parse_asked(text_of({data, size}));
  require(is_fit_to_show(asked.reason));
  const trust::Asked again = trust::parse_asked(trust::to_text(asked));
  require(again.refreshed == asked.refreshed && again.failed == asked.failed);
  require(again.reason.empty() == asked.reason.empty() && is_fit_to_show(again.reason));
  return 0;
}
