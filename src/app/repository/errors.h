#pragma once

#include "core/base/result.h"

namespace tomme::repository {

inline constexpr ErrorCode kRepositoryTarget{
    "repository/target", Outcome::refused,
    "a target file cannot be listed: its path, length or custom object is not of the form that is needed",
    "paths are UTF-8 without control characters, at most 1,024 bytes long; a custom object is JSON of whole "
    "numbers and texts without control characters, at most 16,384 bytes long"};
inline constexpr ErrorCode kRepositoryNoTarget{
    "repository/no-target", Outcome::wrong_usage, "no target of this path is listed, nor waits to be",
    "paths are compared letter for letter, as they were added; nothing was changed"};
inline constexpr ErrorCode kRepositoryBins{
    "repository/bins", Outcome::wrong_usage, "unsupported number of hash bins",
    "use 1 to 15 bits: 10 (1,024 bins) suit ten thousand targets, 13 a million"};
inline constexpr ErrorCode kRepositoryTooLarge{
    "repository/too-large", Outcome::refused,
    "a metadata file would be larger than other clients accept (snapshot 2,000,000, targets 5,000,000, root "
    "512,000 bytes)",
    "a repository of this size needs more hash bins: tomme tuf bins 14"};
inline constexpr ErrorCode kRepositoryForm{"repository/form", Outcome::could_not_tell,
                                           "published metadata is not of the form in which tomme writes it",
                                           "import the repository, so that its metadata is written anew"};
inline constexpr ErrorCode kRepositoryDamaged{
    "repository/damaged", Outcome::could_not_tell,
    "published metadata is missing, or is not what the repository's own keys signed",
    "nothing was changed; restore the files from a backup, or see what tomme tuf verify says"};
inline constexpr ErrorCode kRepositoryExpired{
    "repository/expired", Outcome::refused, "published metadata is expired: clients refuse it",
    "tomme tuf publish renews what online keys sign; root, targets and other roles have to be staged and "
    "signed anew"};
inline constexpr ErrorCode kRepositoryUnpublished{
    "repository/unpublished", Outcome::refused,
    "a role that is delegated to is not published: clients refuse the paths that it may list",
    "have the role signed and published, or take the delegation back: tomme tuf undelegate ROLE"};
inline constexpr ErrorCode kRepositoryNone{"repository/none", Outcome::wrong_usage,
                                           "there is no repository here, or its keys were not yet agreed on",
                                           "tomme tuf init makes one, tomme tuf status says what is missing"};
inline constexpr ErrorCode kRepositoryExists{
    "repository/exists", Outcome::wrong_usage, "there is a repository here already",
    "tomme tuf status shows it; choose another folder for a new one"};
inline constexpr ErrorCode kRepositoryImport{
    "repository/import", Outcome::refused, "a repository of another program cannot be taken over as it is",
    "nothing was changed; see what its own program, or a client of it, says"};
inline constexpr ErrorCode kRepositoryMixed{
    "repository/mixed-up", Outcome::wrong_usage, "the database belongs to another repository than the files",
    "check --database and --files; a copy of the files has to have the same first root"};
inline constexpr ErrorCode kRepositoryBusy{
    "repository/busy", Outcome::could_not_tell,
    "another process is publishing this repository, or changes what is staged",
    "it publishes what was queued as well; or wait until it has ended"};
inline constexpr ErrorCode kRepositoryOvertaken{
    "repository/overtaken", Outcome::could_not_tell,
    "the published timestamp changed while a publication was being made",
    "another publisher does not share the database of this one; let all of them use the same"};
inline constexpr ErrorCode kRepositoryRole{"repository/role", Outcome::wrong_usage,
                                           "a role cannot have this name, or there is none of it",
                                           "use letters, digits, -, _ and ., not first, at most 128"};
inline constexpr ErrorCode kRepositoryStaged{"repository/staged", Outcome::refused,
                                             "a staged file cannot become the next version of its role",
                                             "stage the change again on top of what is published"};
inline constexpr ErrorCode kRepositoryClients{
    "repository/clients", Outcome::refused,
    "metadata has something that other TUF clients refuse, or read otherwise",
    "have a version without it signed; tomme tuf unstage ROLE takes away what is staged"};
inline constexpr ErrorCode kRepositoryUnsigned{
    "repository/unsigned", Outcome::refused,
    "a staged file has fewer signatures than it needs to be published",
    "each holder signs it, or a copy: tomme tuf sign --key FILE; tomme tuf status says who is missing"};
inline constexpr ErrorCode kRepositoryKey{"repository/key", Outcome::wrong_usage,
                                          "a signing key is not one that the role has, or one is missing",
                                          "tomme tuf status lists the keys of each role"};
inline constexpr ErrorCode kRepositoryOwnFile{
    "repository/own-file", Outcome::wrong_usage,
    "a file that belongs to the repository itself (its database, what it serves, its keys) cannot be a "
    "target",
    "name the files that are meant one by one, or keep them in a folder of their own"};
inline constexpr ErrorCode kRepositoryPrivateKey{"repository/private-key", Outcome::wrong_usage,
                                                 "a private key cannot be a target: targets are public",
                                                 "leave it out; nothing was stored"};
}  // namespace tomme::repository
