#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kStoreAddress{"store/address", Outcome::wrong_usage,
                                         "the address of a database or of a file store cannot be used",
                                         "databases: sqlite:PATH or postgres://USER@HOST/NAME; files: "
                                         "DIRECTORY or s3://BUCKET/PREFIX?region=NAME"};
inline constexpr ErrorCode kStoreLibrary{
    "store/library", Outcome::could_not_tell, "the library that speaks to the database could not be loaded",
    "install it: on Debian and Ubuntu the packages are libsqlite3-0 and libpq5"};
inline constexpr ErrorCode kStoreUnreachable{
    "store/unreachable", Outcome::could_not_tell,
    "a database or file store was not reached, or went away before anything was changed",
    "check that it runs, its address and the network, then try again"};
inline constexpr ErrorCode kStoreDenied{
    "store/denied", Outcome::could_not_tell,
    "a database or file store did not accept the credentials, or they may not do this",
    "databases: see PGPASSWORD and ~/.pgpass; S3: see AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"};
inline constexpr ErrorCode kStoreTimeout{"store/timeout", Outcome::could_not_tell,
                                         "a database or file store took longer than it was given",
                                         "try again"};
inline constexpr ErrorCode kStoreBusy{
    "store/busy", Outcome::could_not_tell,
    "others changed the same rows, or held the database, again and again; nothing was changed", "try again"};
inline constexpr ErrorCode kStoreInDoubt{
    "store/in-doubt", Outcome::could_not_tell,
    "the connection broke after a change was sent: it may have been made or not",
    "look whether it was made before it is tried again"};
inline constexpr ErrorCode kStoreConstraint{
    "store/constraint", Outcome::refused, "a row would break a rule of the database, such as uniqueness",
    "there is something of this name or number already, or what it belongs to is gone"};
inline constexpr ErrorCode kStoreQuery{"store/query", Outcome::could_not_tell,
                                       "the database did not understand a statement",
                                       "this is a fault of tomme or a database that others changed"};
inline constexpr ErrorCode kStorePooler{
    "store/pooler", Outcome::could_not_tell,
    "a pooler between tomme and PostgreSQL gives each transaction another session, so that prepared "
    "statements "
    "get lost or meet others of their name",
    "let it keep a session on one connection (pgbouncer: pool_mode = session), or name PostgreSQL itself"};
inline constexpr ErrorCode kStoreUnconditional{
    "store/unconditional", Outcome::could_not_tell,
    "a file store replaces what it was told to write only where nothing is (If-None-Match: *)",
    "two writers would overwrite each other there; use a server that knows the condition: AWS, MinIO, "
    "versitygw"};
inline constexpr ErrorCode kStoreSchema{
    "store/schema", Outcome::could_not_tell,
    "the tables of the database are not those that this version of tomme makes",
    "use the version that made them, or one that is newer"};
inline constexpr ErrorCode kStoreValue{"store/value", Outcome::refused,
                                       "a text for the database holds a NUL or is not UTF-8",
                                       "see where the text comes from: it is damaged or meant to do harm"};
inline constexpr ErrorCode kStoreDamaged{"store/damaged", Outcome::could_not_tell,
                                         "what a database or file store gave back is not what it has to be",
                                         "restore it from a backup"};
inline constexpr ErrorCode kStoreKey{
    "store/key", Outcome::refused, "a name cannot be the key of a stored file",
    "use letters, digits and ._-+!~ in parts of at most 200 characters between slashes"};

}  // namespace tomme
