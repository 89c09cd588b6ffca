#include <cstdlib>

#include "core/crypto/certificate_builder.h"
#include "core/crypto/timestamp.h"

namespace {

using namespace tomme;

/// An authority that never stamped anything.
const AuthorityChain& fresh_chain() {
  static const AuthorityChain chain = [] {
    const PrivateKey key = PrivateKey::generate(KeyType::ecdsa_p256).value();
    const CertificateRequest request{.key = key.public_key(),
                                     .common_name = "nobody",
                                     .validity = {time_from_unix(0), time_from_unix(4000000000)},
                                     .is_ca = true};
    return AuthorityChain::make({issue_certificate(request, key, nullptr).value()}, kEkuTimeStamping).value();
  }();
  return chain;
}

void judge(const Result<Timestamp>& timestamp) {
  if (!timestamp) return;
  (void)to_rfc3339(timestamp->time());
  (void)timestamp->imprint().to_hex();
  if (timestamp->nonce() && timestamp->nonce()->empty()) std::abort();
  // The message that the tokens of the corpus are over.
  if (timestamp->verify(bytes_of("a signature"), fresh_chain(), std::nullopt)) std::abort();
  if (timestamp->verify(bytes_of("a signature"), fresh_chain(), fresh_chain().anchor())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  judge(Timestamp::parse({data, size}));
  judge(Timestamp::parse_token({data, size}));
  return 0;
}
