#pragma once

#include <cstdint>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/certificate.h"
#include "core/crypto/key.h"

namespace tomme {

/// A signed certificate timestamp (RFC 6962 section 3.2), version 1. Not yet believed.
struct Sct {
  Sha256 log_id;
  std::uint64_t timestamp_ms;  ///< since 1970-01-01 UTC
  Bytes extensions;
  HashAlgorithm hash;  ///< sha256 alone is accepted
  bool rsa;            ///< else ECDSA
  Bytes signature;

  Time time() const;  ///< whole seconds, rounded down
};

/// A SignedCertificateTimestampList (RFC 6962 section 3.3): 1 to 32 of them, nothing behind.
/// Repeated (log id, timestamp) pairs are refused.
Result<std::vector<Sct>> parse_sct_list(BytesView tls);

/// The SCTs embedded in a certificate (extension 1.3.6.1.4.1.11129.2.4.2); empty where there is none.
Result<std::vector<Sct>> embedded_scts(const Certificate& certificate);

/// The log's key signed this SCT over the certificate without its SCT list, and over the key of the
/// certificate's issuer.
Result<void> verify_sct(const Sct& sct, const Certificate& leaf, const Certificate& issuer,
                        const PublicKey& log_key);

}  // namespace tomme
