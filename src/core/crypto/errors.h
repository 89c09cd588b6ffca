#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kDigestInvalid{"digest/invalid", Outcome::refused,
                                          "a digest does not have the length its algorithm gives",
                                          "copy the digest whole: 64 digits for sha256"};
inline constexpr ErrorCode kKeyUnsupported{"key/unsupported", Outcome::refused,
                                           "a public key is of a kind or size that Sigstore does not use "
                                           "(P-256, P-384, P-521, RSA from 2048 bits, Ed25519)",
                                           "use an ECDSA P-256 key"};
inline constexpr ErrorCode kKeyInvalid{"key/invalid", Outcome::refused, "a public key cannot be read",
                                       "expected a PEM block PUBLIC KEY or its DER"};
inline constexpr ErrorCode kKeyPassphrase{"key/passphrase", Outcome::wrong_usage,
                                          "the passphrase of a private key is wrong, missing or too long",
                                          "--passphrase-file FILE, TOMME_PASSPHRASE, or type it again"};
inline constexpr ErrorCode kSignatureInvalid{"signature/invalid", Outcome::refused,
                                             "a signature was not made by this key over these bytes",
                                             "the file or its signature was changed after signing"};
inline constexpr ErrorCode kSignatureNeedsContent{
    "signature/needs-content", Outcome::wrong_usage,
    "an Ed25519 signature covers the whole file, so its digest alone is not enough", "give the file itself"};
inline constexpr ErrorCode kCertificateInvalid{"certificate/invalid", Outcome::refused,
                                               "a certificate is not X.509 version 3 in the RFC 5280 profile",
                                               "get the proof again; if it stays, tell its publisher"};
inline constexpr ErrorCode kCertificateChain{
    "certificate/chain", Outcome::refused,
    "a certificate does not lead to a certificate authority of the trust root",
    "it may come from another Sigstore instance: try --staging or --trusted-root"};
inline constexpr ErrorCode kCertificateTime{"certificate/time", Outcome::refused,
                                            "a certificate was not valid when the signature was made",
                                            "the file has to be signed again: a certificate is valid for "
                                            "some minutes only, and the signature was made outside them"};
inline constexpr ErrorCode kCertificatePurpose{
    "certificate/purpose", Outcome::refused, "a certificate was not issued for this use",
    "the file has to be signed with a certificate for code signing"};
inline constexpr ErrorCode kTimestampInvalid{"timestamp/invalid", Outcome::refused,
                                             "a signed timestamp is not a granted RFC 3161 response",
                                             "get the proof again; if it stays, tell its publisher"};
inline constexpr ErrorCode kTimestampSignature{"timestamp/signature", Outcome::refused,
                                               "a signed timestamp was not signed by its timestamp authority",
                                               "do not trust this proof: get it again from its publisher"};
inline constexpr ErrorCode kTimestampImprint{"timestamp/imprint", Outcome::refused,
                                             "a signed timestamp was made for another signature",
                                             "do not trust this proof: its parts were not made together"};
inline constexpr ErrorCode kTimestampAuthority{
    "timestamp/authority", Outcome::refused,
    "a signed timestamp does not come from a timestamp authority of the trust root",
    "verify with the trust root of the instance that the signer used: --staging or --trusted-root FILE"};
inline constexpr ErrorCode kTimestampTime{
    "timestamp/time", Outcome::refused,
    "a signed timestamp is outside the validity of its authority or of the authority's certificates",
    "the trust root may be too old or too new for this proof: get the current one"};

}  // namespace tomme
