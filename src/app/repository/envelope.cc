#include "app/repository/envelope.h"

#include <algorithm>

#include "core/encoding/json.h"
#include "core/encoding/text.h"

namespace tomme::repository {

Result<std::string> sign_and_wrap(std::string_view signed_part, std::span<const RoleSigner> signers) {
  std::string out = "{\"signatures\":[";
  out.reserve(signed_part.size() + signers.size() * 1200 + 64);
  for (const RoleSigner& role : signers) {
    const Bytes signature = TRY(role.signer->sign(role.scheme, bytes_of(signed_part)));
    if (&role != &signers.front()) out.push_back(',');
    out += "{\"keyid\":" + json::quote(role.key_id.value()) + ",\"sig\":\"" + encode_hex(signature) + "\"}";
  }
  out += "],\"signed\":";
  out += signed_part;
  out += "}";
  return out;
}

bool is_signed_by_all(const tuf::SignedText& file, std::span<const RoleSigner> signers) {
  const auto has_signed = [&](const RoleSigner& role) {
    return std::ranges::any_of(file.signatures, [&](const tuf::Signature& signature) {
      if (signature.keyid != role.key_id) return false;
      const auto bytes = decode_hex(signature.hex);
      return bytes &&
             role.signer->public_key().verify(role.scheme, bytes_of(file.signed_part), *bytes).has_value();
    });
  };
  return !signers.empty() && std::ranges::all_of(signers, has_signed);
}

}  // namespace tomme::repository
