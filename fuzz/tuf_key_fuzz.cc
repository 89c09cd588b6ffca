#include "tuf_roles.h"

// A key of metadata, of which TAP 18 has a kind without bytes: usable or said why not, and written again the
// same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tomme;
  using namespace tomme::tuf;
  const auto value = json::parse(text_of({data, size}), {.bytes = 1 << 16, .values = 1'000});
  if (!value) return 0;
  const auto key = Key::parse(*value);
  if (!key) {
    require_sentence(key.error());
    return 0;
  }
  const bool usable = key->public_key() != nullptr || key->oidc_signer() != nullptr;
  require(usable == key->why_unusable().empty() && usable != key->counted_as().starts_with("unusable:"));
  require(is_fit_to_show(key->why_unusable()));
  if (const PublicKey* bytes = key->public_key()) {
    const auto made = Key::of(*bytes, key->scheme());
    require(made && made->counted_as() == key->counted_as());
    const Bytes junk(64, 0x5a);
    const auto digest_of = [](HashAlgorithm algorithm) { return digest(algorithm, bytes_of("message")); };
    require(!key->verify(bytes_of("message"), digest_of, junk));
  }
  if (const OidcSigner* signer = key->oidc_signer()) {
    require(!signer->identity.empty() && !signer->issuer.empty());
    require(Key::of(*signer).counted_as() == key->counted_as());
  }
  const auto canonical = key->to_canonical();
  if (!canonical) return 0;  // a number with a fraction among what nobody knows
  const Key again = Key::parse(read_canonical(*canonical)).value();
  require(again.to_canonical().value() == *canonical);
  require(again.id() == key->id() && again.counted_as() == key->counted_as());
  return 0;
}
