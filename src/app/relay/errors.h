#pragma once

#include "core/base/result.h"

namespace tomme::guard {

inline constexpr ErrorCode kGuardElsewhere{
    "guard/elsewhere", Outcome::refused,
    "an index page offers files at a place where they would not be judged",
    "if the place is right, name it with --file-host HOST"};
inline constexpr ErrorCode kGuardLeftOut{
    "guard/left-out", Outcome::refused,
    "a file was asked for that its page was written without, since it is listed in a way that cannot be "
    "judged",
    "ask the index's operator to list it under its own name and address, by https"};
inline constexpr ErrorCode kGuardDependency{
    "guard/dependency", Outcome::refused,
    "a file wants another project from a place where it would not be judged as that project's, or in words "
    "that "
    "installers read differently",
    "install that project from an index first, or drop --require and --expect for it on purpose"};
inline constexpr ErrorCode kGuardHash{
    "guard/hash", Outcome::refused, "the file that came is not the one the index lists",
    "it was changed on the way or on the file host: try again, and if it stays, tell the index"};
inline constexpr ErrorCode kGuardMetadata{
    "guard/metadata", Outcome::refused,
    "the metadata that the index shows for a wheel is not the wheel's own",
    "do not install this file, and tell the index"};
inline constexpr ErrorCode kGuardEncoding{
    "guard/encoding", Outcome::refused, "a server sent a file in another encoding than its own",
    "tell the operator of the file host: files are to be sent as they are"};
inline constexpr ErrorCode kGuardRival{
    "guard/rival", Outcome::refused, "one file is listed twice with different digests",
    "the indexes contradict each other: use only one of them for this project"};
inline constexpr ErrorCode kGuardUpstream{"guard/upstream", Outcome::could_not_tell,
                                          "a file or page could not be had from its server", "try again"};
inline constexpr ErrorCode kGuardRequest{"guard/request", Outcome::refused,
                                         "a request was neither for a page nor for a file",
                                         "a run serves installers only: pages and files of an index"};
inline constexpr ErrorCode kGuardHost{
    "guard/host", Outcome::refused,
    "a host was asked for whose files are not judged, and proof is required or a signer expected",
    "let it through with --allow-host HOST, or judge it with --index URL or --file-host HOST"};

}  // namespace tomme::guard
