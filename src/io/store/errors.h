#pragma once

#include "core/base/result.h"

namespace tomme {

inline constexpr ErrorCode kStoreRead{"store/read", Outcome::could_not_tell,
                                      "a file or folder could not be read",
                                      "check that it exists and that you may read it"};
inline constexpr ErrorCode kStoreWrite{"store/write", Outcome::could_not_tell,
                                       "a file or folder could not be written",
                                       "check the free space and the permissions of the folder"};
inline constexpr ErrorCode kStoreTooLarge{"store/too-large", Outcome::refused,
                                          "a file is larger than the limit for its kind",
                                          "see whether it is the file that you mean"};

}  // namespace tomme
