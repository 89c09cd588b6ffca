#pragma once

#include "core/base/result.h"

namespace tomme::guard {

inline constexpr ErrorCode kGuardChild{"guard/child", Outcome::could_not_tell,
                                       "the system would not start or wait for the command",
                                       "see that the machine has memory and processes left, and try again"};
inline constexpr ErrorCode kGuardInstalled{
    "guard/installed", Outcome::refused, "something was installed that is none of the files that were judged",
    "take it out of the environment, find out what brought it in, and install it from an index"};
inline constexpr ErrorCode kGuardUnused{
    "guard/unused", Outcome::refused, "a signer is expected of a project of which no file came",
    "check the spelling of the name; what is installed already is judged with pip --force-reinstall or uv "
    "--reinstall"};
inline constexpr ErrorCode kGuardNothingJudged{
    "guard/nothing-judged", Outcome::could_not_tell,
    "proof is required or a signer expected, and the command ended well without a file that was judged",
    "what is installed already is judged with pip --force-reinstall or uv --reinstall; a command that goes "
    "around the proxy cannot be judged"};
inline constexpr ErrorCode kGuardUnseen{
    "guard/unseen", Outcome::could_not_tell,
    "wheels went to a command that installs, and nothing is new where tomme looks",
    "see where the command installs: what a setting, a temporary folder or another program has in its hands "
    "is not looked "
    "at; name the place on the command line"};
inline constexpr ErrorCode kGuardUnfinished{
    "guard/unfinished", Outcome::could_not_tell,
    "the run has not ended, or was ended before it could write its report",
    "wait for its end, or run it again"};

}  // namespace tomme::guard
