#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kPolicyIdentity{
    "policy/identity", Outcome::refused, "the signature is genuine, but another signer was expected",
    "see whether the expectation is spelled right; only if the project moved to a new repository or signer, "
    "change it"};
inline constexpr ErrorCode kPolicyIssuer{
    "policy/issuer", Outcome::refused,
    "the expected name is in the certificate, but it was confirmed by an issuer that was not expected",
    "if that issuer is the right one, name it with --issuer, or after the signer: 'NAME=SIGNER "
    "(https://ISSUER)'"};
inline constexpr ErrorCode kPolicyPublisher{
    "policy/publisher", Outcome::refused,
    "the publisher that the index names is not the one in the certificate, or is of a kind that its "
    "issuer has none of",
    "the index and the signature contradict each other: do not install this file, tell the index"};
inline constexpr ErrorCode kPolicyRepository{
    "policy/repository", Outcome::refused, "the expected workflow signed it, called by another repository",
    "anybody can call a public workflow: if that repository is the one you mean, expect it by its name, "
    "OWNER/REPOSITORY"};
inline constexpr ErrorCode kPolicyUnattested{
    "policy/unattested", Outcome::refused, "the file has no attestation and one is required",
    "if it has no attestation, let it pass on purpose: --allow NAME==VERSION or --allow-index URL"};
inline constexpr ErrorCode kPolicyNoExpectation{
    "policy/no-expectation", Outcome::wrong_usage, "no expected signer was given",
    "name the signer with --repository or --identity, or accept any signer with --anyone"};
inline constexpr ErrorCode kPolicyPredicate{
    "policy/predicate", Outcome::wrong_usage,
    "a statement about the file was signed, of a kind of which tomme does not know what it says",
    "read it with tomme inspect; if that is what the file needs, say so with --predicate-type"};
inline constexpr ErrorCode kPolicyExpectation{
    "policy/expectation", Outcome::wrong_usage, "an expectation cannot be read",
    "write NAME=OWNER/REPOSITORY, NAME=gitlab:GROUP/PROJECT, NAME=E-MAIL or NAME=URI"};

inline constexpr ErrorCode kPolicyAllowance{
    "policy/allowance", Outcome::wrong_usage, "an allowance cannot be read, or contradicts an expectation",
    "write --allow NAME, --allow NAME==VERSION or --allow-index URL; an expected signer has to sign"};

}  // namespace tomme
