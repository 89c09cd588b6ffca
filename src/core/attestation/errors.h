#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kStatementInvalid{
    "statement/invalid", Outcome::refused, "a signed payload is not an in-toto statement of version 0.1 or 1",
    "the tool that signed it does not follow the in-toto specification"};
inline constexpr ErrorCode kStatementLimit{
    "statement/limit", Outcome::refused, "an in-toto statement has more subjects or digests than is sensible",
    "attest fewer files in one statement"};
inline constexpr ErrorCode kStatementSubject{
    "statement/subject", Outcome::refused, "the signed statement is about other files than this one",
    "the file was changed after it was attested, or the attestation belongs to another file"};
inline constexpr ErrorCode kAttestationInvalid{
    "attestation/invalid", Outcome::refused, "a file is not a PEP 740 attestation or provenance object",
    "get the file again from the index or the publisher; an attestation has version 1"};
inline constexpr ErrorCode kAttestationLimit{"attestation/limit", Outcome::refused,
                                             "a provenance object has more attestations than is sensible",
                                             "raise it with --limit if you know why there are so many"};
inline constexpr ErrorCode kAttestationFilename{"attestation/filename", Outcome::refused,
                                                "the attestation was made for a distribution of another name",
                                                "the attestation belongs to another file"};
inline constexpr ErrorCode kAttestationPredicate{
    "attestation/predicate", Outcome::refused, "the attestation says something that PEP 740 does not define",
    "PEP 740 knows https://docs.pypi.org/attestations/publish/v1 and https://slsa.dev/provenance/v1"};

}  // namespace tomme
