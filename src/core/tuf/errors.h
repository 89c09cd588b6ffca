#pragma once

#include "core/base/result.h"

namespace tomme::tuf {

inline constexpr ErrorCode kTufShape{
    "tuf/shape", Outcome::refused, "a file of repository metadata is not of the form that TUF 1.0 gives it",
    "the mirror is damaged or its repository tool is faulty; try again, then tell who runs it"};
inline constexpr ErrorCode kTufSpecVersion{"tuf/spec-version", Outcome::refused,
                                           "repository metadata follows another TUF version than 1.x",
                                           "a newer tomme may know it"};
inline constexpr ErrorCode kTufType{"tuf/type", Outcome::refused,
                                    "repository metadata of another kind stands where a role was expected",
                                    "the mirror serves one file under the name of another; tell who runs it"};
inline constexpr ErrorCode kTufDuplicateSignature{
    "tuf/duplicate-signature", Outcome::refused,
    "a file of repository metadata has two signatures under one key id",
    "the repository tool is faulty, or somebody tampers; tell who runs the repository"};
inline constexpr ErrorCode kTufThreshold{
    "tuf/threshold", Outcome::refused,
    "a file of repository metadata is not signed by as many of its role's keys as are needed",
    "the mirror tampers, or the repository was signed by the wrong keys; do not go on with its files"};
inline constexpr ErrorCode kTufKeyUnusable{
    "tuf/key-unusable", Outcome::refused,
    "a key of repository metadata is of a type or scheme that cannot be verified here, or is damaged", ""};
inline constexpr ErrorCode kTufHash{
    "tuf/hash", Outcome::refused,
    "a file is not as long as, or has another digest than, the repository metadata says",
    "the mirror is out of step or tampers; try again in a minute, then tell who runs it"};
inline constexpr ErrorCode kTufHashUnknown{
    "tuf/hash-unknown", Outcome::refused,
    "repository metadata gives digests of unknown algorithms only (known are sha256, sha384, sha512)",
    "ask who runs the repository to list sha256 too"};
inline constexpr ErrorCode kTufTargetPath{
    "tuf/target-path", Outcome::refused,
    "the path of a target cannot be asked of a mirror, or is empty or not UTF-8",
    "use a path without the segments . and .."};

}  // namespace tomme::tuf
