// PEP 740: the input is read as an attestation and as a provenance object, and what is read becomes bundles.
#include <cstdlib>

#include "core/attestation/provenance.h"
#include "core/sigstore/bundle.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

void check(const tomme::Attestation& attestation) {
  using namespace tomme;
  require(attestation.envelope.payload_type == kInTotoPayloadType);
  require(attestation.transparency_entries.size() <= 32 && attestation.timestamps.size() <= 32);
  const Result<Bundle> bundle = Bundle::from_attestation(attestation);
  if (bundle) require(bundle->certificate() && bundle->envelope() && !bundle->message());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  const Result<json::Value> value = json::parse(text_of({data, size}));
  if (!value) return 0;
  if (const auto attestation = parse_attestation(*value)) check(*attestation);
  const auto provenance = Provenance::parse(*value);
  if (!provenance) return 0;
  require(!provenance->bundles.empty());
  std::size_t count = 0;
  for (const AttestationBundle& bundle : provenance->bundles) {
    require(!bundle.attestations.empty());
    count += bundle.attestations.size();
    for (const Attestation& attestation : bundle.attestations) check(attestation);
  }
  require(count <= Provenance::Limits().attestations);
  return 0;
}
