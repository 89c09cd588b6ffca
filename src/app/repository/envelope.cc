#include "app/repository/envelope.h"

#include "app/repository/errors.h"
#include "app/repository/scanner_internal.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

constexpr std::size_t kMostSignatures = 64;

std::unexpected<Error> not_ours() {
  return fail(kRepositoryForm, "a signed file is not in the form of this program");
}

Result<EnvelopeSignature> take_signature(Scanner& scanner) {
  if (!scanner.take("{\"keyid\":")) return not_ours();
  const auto key_id = scanner.take_text();
  if (!key_id || key_id->find('\\') != std::string_view::npos || !scanner.take(",\"sig\":"))
    return not_ours();
  const auto hex = scanner.take_text();
  if (!hex || !scanner.take("}")) return not_ours();
  Bytes octets = TRY(decode_hex(*hex));
  return EnvelopeSignature{std::string(*key_id), std::move(octets)};
}

}  // namespace

Result<Envelope> Envelope::split(std::string_view file) {
  Scanner scanner(file);
  if (!scanner.take("{\"signatures\":[")) return not_ours();
  Envelope envelope;
  while (!scanner.take("]")) {
    if (envelope.signatures.size() == kMostSignatures) return not_ours();
    if (!envelope.signatures.empty() && !scanner.take(",")) return not_ours();
    envelope.signatures.push_back(TRY(take_signature(scanner)));
  }
  if (!scanner.take(",\"signed\":") || !file.ends_with('}') || scanner.rest().size() < 2) return not_ours();
  envelope.signed_part = scanner.rest().substr(0, scanner.rest().size() - 1);
  return envelope;
}

Result<std::string> sign_and_wrap(std::string_view signed_part, std::span<const RoleSigner> signers) {
  std::string out = "{\"signatures\":[";
  out.reserve(signed_part.size() + signers.size() * 1200 + 64);
  for (const RoleSigner& role : signers) {
    const Bytes signature = TRY(role.signer->sign(role.scheme, bytes_of(signed_part)));
    if (&role != &signers.front()) out.push_back(',');
    out += "{\"keyid\":\"" + role.key_id.value() + "\",\"sig\":\"" + encode_hex(signature) + "\"}";
  }
  out += "],\"signed\":";
  out += signed_part;
  out += "}";
  return out;
}

bool is_signed_by_any(const Envelope& envelope, std::span<const RoleSigner> signers) {
  for (const RoleSigner& role : signers) {
    for (const EnvelopeSignature& signature : envelope.signatures) {
      if (signature.key_id != role.key_id.value()) continue;
      if (role.signer->public_key().verify(role.scheme, bytes_of(envelope.signed_part), signature.octets)) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace tomme::repository
