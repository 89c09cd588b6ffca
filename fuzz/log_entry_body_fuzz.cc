// A log entry's body that is accepted as being about a signature holds that signature, in base64 once or
// twice.
#include <cstdlib>

#include "core/encoding/json.h"
#include "core/encoding/text.h"
#include "core/sigstore/entry_body.h"

namespace {

using namespace tomme;

constexpr std::string_view kContent = "the file that was signed\n";
constexpr std::string_view kSignature = "not checked here";
constexpr std::string_view kStatement = "{}";
// A P-256 key whose private half was thrown away.
constexpr std::string_view kSpki =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE7NXaORqkMHb1A3jK7VMOe0cmtIQDpBLg/4sNvhKQfJe5i6sPFmuH8vzq"
    "ghr98A42ZFHihDaqvy4zb49ssJgTOg==";

const PublicKey& signer_key() {
  static const PublicKey key = *PublicKey::parse_spki(*decode_base64(kSpki));
  return key;
}

Bundle make_bundle(bool envelope) {
  const Bytes signature = to_bytes(bytes_of(kSignature));
  Bundle bundle{"", PublicKeyHint{}, {}, {}, MessageSignature{std::nullopt, signature}};
  if (envelope) {
    bundle.content =
        DsseEnvelope{std::string(kInTotoPayloadType), to_bytes(bytes_of(kStatement)), signature, ""};
  }
  return bundle;
}

/// intoto 0.0.1 records no signature, only the digest of the envelope's text: nothing to look for there.
bool holds_signature(std::string_view body, std::string_view kind, std::string_view version) {
  const std::string once = encode_base64(bytes_of(kSignature));
  const std::string twice = encode_base64(bytes_of(once));
  return (kind == "intoto" && version == "0.0.1") || body.contains(once) || body.contains(twice);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Bundle bundles[] = {make_bundle(false), make_bundle(true)};
  const std::string_view text = text_of({data, size});
  for (const auto& [kind, version] :
       {std::pair{"hashedrekord", "0.0.1"}, std::pair{"hashedrekord", "0.0.2"}, std::pair{"dsse", "0.0.1"},
        std::pair{"dsse", "0.0.2"}, std::pair{"intoto", "0.0.1"}, std::pair{"intoto", "0.0.2"}}) {
    const LogEntry entry{LogIndex(0), {}, kind,         version,
                         Time{},      {}, std::nullopt, to_bytes(BytesView(data, size))};
    for (const Bundle& bundle : bundles) {
      BytesArtifact artifact(bytes_of(kContent));
      const auto bound = bind_entry(entry, bundle, {nullptr, signer_key()}, artifact);
      // JSON may write any character as an escape; then the text is not to be searched.
      if (bound && !text.contains('\\') && !holds_signature(text, kind, version)) std::abort();
    }
  }
  return 0;
}
