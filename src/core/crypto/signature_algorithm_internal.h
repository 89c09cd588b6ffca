#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/crypto/key.h"

namespace tomme {

/// What an AlgorithmIdentifier of a signature says. ECDSA ones name no curve.
struct SignatureAlgorithm {
  enum class Family : std::uint8_t { ecdsa, rsa, ed25519 };
  Family family;
  SignatureScheme scheme;

  bool fits(KeyType key) const;
};

/// `der` is one whole AlgorithmIdentifier: ecdsa-with-SHA256/384/512 and Ed25519 without parameters,
/// sha256/384/512WithRSAEncryption with NULL or none (RFC 4055 section 5 has both accepted), RSASSA-PSS with
/// one of the three hashes for message and MGF1 and a salt as long as it. kDerInvalid or kKeyUnsupported.
Result<SignatureAlgorithm> read_signature_algorithm(BytesView der);

/// One whole AlgorithmIdentifier of SHA-256, 384 or 512, parameters NULL or absent.
Result<HashAlgorithm> read_hash_algorithm(BytesView der);

}  // namespace tomme
