#pragma once

#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/digest.h"
#include "core/crypto/signature_algorithm_internal.h"
#include "core/crypto/timestamp.h"

/// The grammar of RFC 3161 tokens, read and not judged: timestamp_parse.cc makes these values,
/// timestamp.cc decides whom to believe. Views borrow from the bytes that were parsed.
namespace tomme::timestamp {

/// IssuerAndSerialNumber, or what an ESSCertID repeats of it.
struct IssuerSerial {
  BytesView issuer;  ///< Name, DER
  BytesView serial;  ///< contents bytes
};

/// The first entry of a SigningCertificate (RFC 2634 5.4) or SigningCertificateV2 (RFC 5035 3): the hash of
/// the signer's certificate.
struct EssCertId {
  std::optional<HashAlgorithm> algorithm;  ///< nothing is SHA-1, the only one of the first version
  BytesView hash;
  std::optional<IssuerSerial> issuer_serial;
};

struct SignerInfo {
  std::optional<IssuerSerial> issuer_serial;  ///< the one or the other names the signer
  BytesView subject_key_id;
  HashAlgorithm digest;
  SignatureAlgorithm algorithm;
  Bytes signed_attributes;  ///< as the signature covers them: as sent, under the tag of a SET
  BytesView message_digest;
  std::vector<EssCertId> certificate_ids;  ///< one or two
  BytesView signature;
};

struct TstInfo {
  Digest imprint;
  Time time;
  std::optional<BytesView> nonce;
};

struct Token {
  BytesView content;  ///< the DER of the TSTInfo
  TstInfo info;
  std::vector<BytesView> certificates;
  SignerInfo signer;
};

/// The TimeStampToken of a response with status granted.
Result<BytesView> granted_token(BytesView response);
Result<Token> parse_token(BytesView content_info, const TimestampLimits& limits);

}  // namespace tomme::timestamp
