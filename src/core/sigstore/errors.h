#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kBundleShape{
    "bundle/shape", Outcome::refused,
    "a Sigstore bundle lacks a part that every bundle has, or has two rival ones",
    "make the bundle again with a current signing tool"};
inline constexpr ErrorCode kBundleMediaType{"bundle/media-type", Outcome::refused,
                                            "a bundle is of a version that is not 0.1, 0.2 or 0.3",
                                            "a newer tomme may know it"};
inline constexpr ErrorCode kBundleLimit{"bundle/limit", Outcome::refused,
                                        "a bundle has more entries or timestamps than is sensible",
                                        "raise it with --limit if you know why there are so many"};
inline constexpr ErrorCode kBundleKeyMaterial{
    "bundle/key-material", Outcome::refused,
    "a bundle made with a certificate was to be verified with a key, or the other way round",
    "give --key for a bundle that names a public key, and an identity for one that has a certificate"};
inline constexpr ErrorCode kBundleNoLogEntry{"bundle/no-log-entry", Outcome::refused,
                                             "the bundle has fewer transparency log entries than asked for",
                                             "--no-log accepts bundles that carry signed timestamps only"};
inline constexpr ErrorCode kBundleNoInclusionProof{
    "bundle/no-inclusion-proof", Outcome::refused, "a log entry comes without a proof that the log has it",
    "--promise-only accepts the log's signed promise instead, for bundles of 2023 and before"};
inline constexpr ErrorCode kBundleNoPromise{
    "bundle/no-promise", Outcome::refused,
    "an entry of a log of the first kind (Rekor v1) comes without the log's signed promise, which alone says "
    "when it was made",
    "get the proof again from its publisher, whose tool left a part of it out"};
inline constexpr ErrorCode kBundleNoTime{"bundle/no-time", Outcome::refused,
                                         "nothing in the bundle proves when the signature was made",
                                         "the bundle needs a signed timestamp or a log entry with its signed "
                                         "promise: sign again with a current client"};
inline constexpr ErrorCode kEntryUnknownLog{
    "log/unknown", Outcome::refused, "a log entry names a transparency log that the trust root does not have",
    "it may come from another Sigstore instance: try --staging or --trusted-root"};
inline constexpr ErrorCode kEntryPromise{
    "log/promise", Outcome::refused, "the log's signed promise (SET) is not by the log's key over this entry",
    "do not trust this proof: get it again from its publisher"};
inline constexpr ErrorCode kEntryTime{
    "log/time", Outcome::refused, "a log entry was made while the log's key was not valid",
    "the trust root may be too old or too new for this proof: get the current one"};
inline constexpr ErrorCode kEntryRoot{"log/root-mismatch", Outcome::refused,
                                      "the inclusion proof and the checkpoint name different trees",
                                      "do not trust this proof: its parts were not made together"};
inline constexpr ErrorCode kEntryBody{"log/body", Outcome::refused,
                                      "a log entry's body cannot be read as the kind it claims",
                                      "make the bundle again with a current signing tool"};
inline constexpr ErrorCode kEntryMismatch{
    "log/entry-mismatch", Outcome::refused,
    "the log entry is about another file, signature or key than the bundle",
    "the bundle was put together from parts of others"};
inline constexpr ErrorCode kArtifactMismatch{
    "artifact/mismatch", Outcome::refused, "the file is not the one that was signed",
    "the file was changed after signing, or the bundle belongs to another file"};
inline constexpr ErrorCode kArtifactEnvelope{
    "artifact/envelope", Outcome::refused,
    "the file is the encoding that is signed of a statement: a signature over it is the statement's",
    "verify the statement's own bundle, with the file that the statement is about"};
inline constexpr ErrorCode kArtifactDigest{"artifact/digest", Outcome::wrong_usage,
                                           "the signature needs a digest of another algorithm than was given",
                                           "give the file itself"};
inline constexpr ErrorCode kIdentityInvalid{
    "identity/invalid", Outcome::refused, "a certificate does not name exactly one signer and one issuer",
    "the certificate is not of the kind that Fulcio issues: see who made it"};
inline constexpr ErrorCode kPredicateType{
    "statement/predicate-type", Outcome::refused, "the statement is of another predicate type than expected",
    "see with tomme inspect what the statement says, and ask for the one that you mean"};
inline constexpr ErrorCode kPayloadType{"bundle/payload-type", Outcome::refused,
                                        "the envelope's payload is no in-toto statement",
                                        "only in-toto statements can be verified in an envelope"};
inline constexpr ErrorCode kKeyValidity{
    "key/validity", Outcome::refused, "the signature was made while the given key was not valid",
    "the trust root may be too old or too new for this proof, or the signature was made with a retired key"};
inline constexpr ErrorCode kTrustRootInvalid{"trust-root/invalid", Outcome::refused,
                                             "a trusted root file is not one of version 0.1 or 0.2",
                                             "fetch the trusted_root.json of your Sigstore instance again"};
inline constexpr ErrorCode kTrustRootLimit{"trust-root/limit", Outcome::refused,
                                           "a trusted root has more logs or authorities than is sensible",
                                           "see whether the file is the trusted root that you mean"};

inline constexpr ErrorCode kWitnessKey{"witness/key", Outcome::wrong_usage, "a witness key cannot be read",
                                       "write it as NAME+HASH+KEY, as C2SP tlog-cosignature has it"};

}  // namespace tomme
