#include "core/crypto/hmac.h"

#include <array>
#include <openssl/hmac.h>

#include "core/crypto/openssl_internal.h"

namespace tomme {

Sha256 hmac_sha256(BytesView key, BytesView bytes) {
  static constexpr std::uint8_t kNone = 0;  // a null key would mean the last one again
  Sha256 out;
  unsigned size = 0;
  openssl::must(
      HMAC(openssl::message_digest(HashAlgorithm::sha256), key.empty() ? &kNone : key.data(),
           static_cast<int>(key.size()), bytes.data(), bytes.size(), out.bytes.data(), &size) != nullptr &&
          size == out.bytes.size(),
      "HMAC");
  return out;
}

}  // namespace tomme
