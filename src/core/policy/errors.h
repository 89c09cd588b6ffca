#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kPolicyIdentity{
    "policy/identity", Outcome::refused,
    "the signature is genuine, but somebody else was expected to have made it",
    "if the project moved to a new repository or signer, change the expectation on purpose"};
inline constexpr ErrorCode kPolicyPublisher{
    "policy/publisher", Outcome::refused,
    "the publisher that the index names is not the one in the certificate",
    "the index and the signature contradict each other: do not install this file, tell the index"};
inline constexpr ErrorCode kPolicyUnattested{
    "policy/unattested", Outcome::refused, "the file has no attestation and one is required",
    "if nobody can vouch for it, let it pass on purpose: --allow NAME==VERSION or --allow-index URL"};
inline constexpr ErrorCode kPolicyNoExpectation{
    "policy/no-expectation", Outcome::wrong_usage, "nobody said who should have signed",
    "name the signer with --repository or --identity, or accept whoever it is with --anyone"};
inline constexpr ErrorCode kPolicyExpectation{
    "policy/expectation", Outcome::wrong_usage, "an expectation cannot be read",
    "write NAME=OWNER/REPOSITORY, NAME=gitlab:GROUP/PROJECT, NAME=E-MAIL or NAME=URI"};

inline constexpr ErrorCode kPolicyAllowance{
    "policy/allowance", Outcome::wrong_usage, "an allowance cannot be read, or contradicts an expectation",
    "write --allow NAME, --allow NAME==VERSION or --allow-index URL; an expected signer has to sign"};

}  // namespace tomme
