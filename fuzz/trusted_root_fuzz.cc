// A trusted root that was read holds only keys, chains and periods that can be used.
#include <cstdlib>

#include "core/sigstore/trusted_root.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

void check_period(const tomme::TimeRange& range) {
  require(range.contains(range.start) && (!range.end || range.contains(*range.end)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  const Result<TrustedRoot> root = TrustedRoot::parse(text_of({data, size}));
  if (!root) return 0;
  for (const auto* logs : {&root->logs, &root->certificate_logs}) {
    require(logs->size() <= TrustedRoot::Limits().instances);
    for (const TrustedLog& log : *logs) {
      require(!log.counted_as().empty() && log.key.key().bits() >= 256);
      check_period(log.valid);
    }
  }
  for (const auto* authorities : {&root->certificate_authorities, &root->timestamp_authorities}) {
    require(authorities->size() <= TrustedRoot::Limits().instances);
    for (const TrustedAuthority& authority : *authorities) {
      require(authority.chain.issuer().is_ca() && authority.chain.anchor().is_ca());
      require(!authority.leaf || !authority.leaf->is_ca());
      check_period(authority.valid);
    }
  }
  return 0;
}
