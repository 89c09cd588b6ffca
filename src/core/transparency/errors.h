#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kLogInclusionProof{
    "log/inclusion-proof", Outcome::refused,
    "the inclusion proof does not lead from the entry to the log's root",
    "the bundle was damaged or put together from parts of others"};
inline constexpr ErrorCode kLogCheckpointInvalid{
    "log/checkpoint", Outcome::refused,
    "a checkpoint is not a signed note with an origin, a size and a root hash",
    "get the proof again; if it stays, tell its publisher"};
inline constexpr ErrorCode kLogCheckpointSignature{
    "log/checkpoint-signature", Outcome::refused,
    "no signature under the checkpoint is by the key of the log it names",
    "verify with the trust root of the instance that the signer used: --staging or --trusted-root FILE"};
inline constexpr ErrorCode kSctInvalid{
    "sct/invalid", Outcome::refused, "the certificate's list of signed certificate timestamps cannot be read",
    "get the proof again; if it stays, the certificate was issued wrongly"};
inline constexpr ErrorCode kSctSignature{
    "sct/signature", Outcome::refused,
    "the certificate is not proven to be in a certificate transparency log of the trust root",
    "it may come from another Sigstore instance: try --staging or --trusted-root"};

}  // namespace tomme
