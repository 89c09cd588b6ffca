// A key that was read is read again from its own SubjectPublicKeyInfo, and no signature of junk verifies.
#include <cstdlib>

#include "core/crypto/key.h"

namespace {

void require(bool ok) {
  if (!ok) std::abort();
}

void check(const tomme::Result<tomme::PublicKey>& read) {
  using namespace tomme;
  if (!read) return;
  Result<PublicKey> again = PublicKey::parse_spki(read->spki());
  require(again && *again == *read && again->describe() == read->describe());
  Bytes junk(64, 0x5a);
  require(!read->verify(read->default_scheme(), bytes_of("message"), junk));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tomme::BytesView input(data, size);
  check(tomme::PublicKey::parse_spki(input));
  check(tomme::PublicKey::parse_rsa_pkcs1(input));
  check(tomme::PublicKey::parse_pem(tomme::text_of(input)));
  // The same bytes as a signature: the reader of ECDSA signatures is a parser too.
  static const tomme::PrivateKey key = *tomme::PrivateKey::generate(tomme::KeyType::ecdsa_p256);
  require(!key.public_key().verify({}, tomme::bytes_of("message"), input));
  return 0;
}
