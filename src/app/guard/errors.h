#pragma once

#include "core/base/result.h"

namespace tomme::guard {

inline constexpr ErrorCode kGuardFlag{
    "guard/flag", Outcome::wrong_usage, "a flag of the installer would lead its downloads around tomme",
    "leave the flag out; an upstream proxy and its certificates are taken from the environment"};
inline constexpr ErrorCode kGuardSetting{
    "guard/setting", Outcome::wrong_usage,
    "a setting of the installer would lead its downloads around tomme, or cannot be understood",
    "remove the setting, or point the installer at other settings for this command"};
inline constexpr ErrorCode kGuardUnproven{
    "guard/unproven", Outcome::wrong_usage,
    "the command asks for something that cannot carry proof where proof is required, or that may hold a "
    "project "
    "whose signer is expected",
    "take it from an index; without `--require attested` and `--expect` it is only noted"};
inline constexpr ErrorCode kGuardConfiguration{
    "guard/configuration", Outcome::wrong_usage,
    "a file that the installer will read cannot be read the way the installer reads it",
    "correct the file at the place named"};
inline constexpr ErrorCode kGuardCommand{"guard/command", Outcome::wrong_usage,
                                         "the command to run cannot be started",
                                         "check its spelling and that it is on PATH"};
inline constexpr ErrorCode kGuardChild{"guard/child", Outcome::could_not_tell,
                                       "the system would not start or wait for the command",
                                       "see that the machine has memory and processes left, and try again"};

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
inline constexpr ErrorCode kGuardHost{
    "guard/host", Outcome::refused,
    "a host was asked for whose files are not judged, and proof is required or a signer expected",
    "let it through with --allow-host HOST, or judge it with --index URL or --file-host HOST"};
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
inline constexpr ErrorCode kGuardInstalled{
    "guard/installed", Outcome::refused, "something was installed that is none of the files that were judged",
    "take it out of the environment, find out what brought it in, and install it from an index"};
inline constexpr ErrorCode kGuardUpstream{"guard/upstream", Outcome::could_not_tell,
                                          "a file or page could not be had from its server", "try again"};
inline constexpr ErrorCode kGuardRequest{"guard/request", Outcome::refused,
                                         "a request was neither for a page nor for a file",
                                         "a run serves installers only: pages and files of an index"};

inline constexpr ErrorCode kGuardUnused{
    "guard/unused", Outcome::refused, "a signer is expected of a project of which no file came",
    "check the spelling of the name; what is installed already is judged with pip --force-reinstall or uv "
    "--reinstall"};
inline constexpr ErrorCode kGuardNothingJudged{
    "guard/nothing-judged", Outcome::could_not_tell,
    "proof is required or a signer expected, and the command ended well without a file that was judged",
    "what is installed already is judged with pip --force-reinstall or uv --reinstall; a command that goes "
    "around the proxy cannot be judged"};
inline constexpr ErrorCode kGuardUnfinished{
    "guard/unfinished", Outcome::could_not_tell,
    "the run has not ended, or was ended before it could write its report",
    "wait for its end, or run it again"};

}  // namespace tomme::guard
