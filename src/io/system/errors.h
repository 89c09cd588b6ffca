#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kFileRead{"store/read", Outcome::could_not_tell,
                                     "a file or folder could not be read",
                                     "check that it exists and that you may read it"};
inline constexpr ErrorCode kFileWrite{"store/write", Outcome::could_not_tell,
                                      "a file or folder could not be written",
                                      "check the free space and the permissions of the folder"};
inline constexpr ErrorCode kFileTooLarge{"store/too-large", Outcome::refused,
                                         "a file is larger than the limit for its kind",
                                         "see whether it is the file that you mean"};
inline constexpr ErrorCode kFileLocked{"store/locked", Outcome::could_not_tell,
                                       "another process works in a folder for longer than can be waited",
                                       "try again when it has ended, or end it"};
inline constexpr ErrorCode kFolderUnsafe{
    "store/unsafe-folder", Outcome::wrong_usage,
    "a folder that decides what is trusted, or that files are installed from, can be changed by other users "
    "of "
    "the machine",
    "name a folder of your own, or take the others' right to write away: chmod go-w FOLDER"};

}  // namespace tomme
