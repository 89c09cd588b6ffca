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
    "the command asks for something that cannot be judged where attestations are required, or that may hold "
    "a "
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

}  // namespace tomme::guard
