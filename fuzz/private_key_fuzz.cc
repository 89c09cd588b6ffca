#include "claims.h"
#include "core/crypto/encrypted_key.h"
#include "core/crypto/key.h"
#include "core/encoding/pem.h"

namespace {

using namespace tomme;

/// A key that was read signs what its public half verifies, and is written and read again.
void check(const Result<PrivateKey>& key) {
  if (!key) return require_sentence(key.error());
  const PublicKey& half = key->public_key();
  const auto signature = key->sign(half.default_scheme(), bytes_of("message"));
  if (signature) require(half.verify(half.default_scheme(), bytes_of("message"), *signature).has_value());
  const auto written = key->to_pkcs8();
  require(written && PrivateKey::parse_pkcs8(written->reveal()).value().public_key() == half);
}

/// How often a passphrase is hashed is up to the file, and only its owner waits: not here.
bool takes_long(std::string_view pem) {
  const auto der = parse_pem_one(pem, "ENCRYPTED PRIVATE KEY");
  for (std::size_t i = 0; der && i + 1 < der->size(); ++i) {
    // An INTEGER beyond 16 bits, or what looks like one.
    if ((*der)[i] == 0x02 && (*der)[i + 1] > 2 && (*der)[i + 1] <= 8) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of({data, size});
  check(PrivateKey::parse_pkcs8({data, size}));
  check(PrivateKey::parse_pem(text));
  if (!takes_long(text)) check(decrypt_key(text, Secret<std::string>("secret")));
  return 0;
}
