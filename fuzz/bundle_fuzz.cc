// A bundle that was read has all that the verifier takes for granted, and nothing makes the verifier accept
// a file that no such bundle was made for.
#include <cstdlib>

#include "core/sigstore/builtin_roots.h"
#include "core/sigstore/verify.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  static const std::shared_ptr<const TrustedRoot> root = *public_good_root();
  const Result<Bundle> bundle = Bundle::parse(text_of({data, size}));
  if (!bundle) return 0;
  const Bundle::Limits limits;
  require(bundle->entries.size() <= limits.entries && bundle->timestamps.size() <= limits.timestamps);
  require((bundle->message() != nullptr) != (bundle->envelope() != nullptr));
  require(!bundle->signature().empty());
  for (const LogEntry& entry : bundle->entries) require(!entry.proof || entry.proof->hashes.size() <= 64);
  // No key signed this text: it is made here.
  BytesArtifact artifact(bytes_of("a file that nobody has ever signed: 5b0c8d1e"));
  require(!Verifier(root, {.accept_no_log = true, .accept_promise_only = true}).verify(*bundle, artifact));
  return 0;
}
