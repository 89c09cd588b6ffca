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
                                    "repository metadata of another kind is where a role was expected",
                                    "the mirror serves one file under the name of another; tell who runs it"};
inline constexpr ErrorCode kTufRole{"tuf/role", Outcome::refused,
                                    "a file of repository metadata says that it is of another role",
                                    "the mirror serves one file under the name of another; tell who runs it"};
inline constexpr ErrorCode kTufDuplicateSignature{
    "tuf/duplicate-signature", Outcome::refused,
    "a file of repository metadata has two signatures under one key id",
    "the repository tool is faulty, or the metadata was tampered with; tell who runs the repository"};
inline constexpr ErrorCode kTufThreshold{
    "tuf/threshold", Outcome::refused,
    "a file of repository metadata is not signed by as many of its role's keys as are needed",
    "the mirror tampers, or the repository was signed by the wrong keys; do not go on with its files"};
inline constexpr ErrorCode kTufKeyUnusable{
    "tuf/key-unusable", Outcome::refused,
    "a key of repository metadata is of a type or scheme that cannot be verified here, or is damaged",
    "the repository needs enough keys of another type beside it: ed25519, ecdsa or rsa"};
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
    "use a path of which no segment is one dot or two dots"};

inline constexpr ErrorCode kTufVersion{
    "tuf/version", Outcome::refused,
    "a file of repository metadata has another version than the file that names it, or than comes next",
    "the mirror is out of step or tampers; try again in a minute, then tell who runs it"};
inline constexpr ErrorCode kTufRollback{
    "tuf/rollback", Outcome::refused,
    "the mirror offers older repository metadata than was seen before, or has dropped a role",
    "the mirror is behind or tampers; use another, or ask who runs it whether the repository was put back"};
inline constexpr ErrorCode kTufExpired{
    "tuf/expired", Outcome::refused,
    "repository metadata is out of date, and there is no newer on the mirror",
    "check this machine's clock; else who runs the repository has to sign anew, or the mirror is held back"};
inline constexpr ErrorCode kTufNotInSnapshot{
    "tuf/not-in-snapshot", Outcome::refused,
    "a role that is delegated to is not in the repository's snapshot, so its version is not known",
    "who runs the repository has to publish the role or take the delegation back"};
inline constexpr ErrorCode kTufTooLong{"tuf/too-long", Outcome::refused,
                                       "a file of repository metadata is longer than is listed or allowed",
                                       "the mirror is damaged or tampers; tell who runs it"};
inline constexpr ErrorCode kTufUnavailable{
    "tuf/unavailable", Outcome::could_not_tell,
    "the mirror lacks a file of repository metadata that it must have",
    "check the metadata URL; right after a publication a mirror may be behind: try again in a minute"};
inline constexpr ErrorCode kTufNoRoot{
    "tuf/no-root", Outcome::wrong_usage, "there is no trusted root to begin with",
    "give the repository's root.json, got from where you trust it, with --root"};
inline constexpr ErrorCode kTufDelegations{"tuf/delegations", Outcome::refused,
                                           "a search for a target went through more roles than are allowed",
                                           "who runs the repository has to flatten its delegations"};
inline constexpr ErrorCode kTufOffline{
    "tuf/offline", Outcome::could_not_tell,
    "what is kept of the repository is not enough to answer without the network",
    "refresh once with the network, and look for the target once so that its role is kept too"};

}  // namespace tomme::tuf
