#pragma once

#include <string>

#include "core/base/result.h"

namespace tomme {

/// The folder and those above it, as far as missing, each for this user only. kFileWrite.
Result<void> make_private_folder(const std::string& path);

/// kFolderUnsafe where others could change what is in the folder: it belongs to another user than this one or
/// root, everybody may write into it, or into one above it that is not sticky (there the folder itself could
/// be exchanged), or a link on the way to it belongs to another user. kFileRead where there is no folder.
Result<void> expect_own_folder(const std::string& path);

/// Nobody but this user and root can change what is below the folder: as above, and neither it nor any above
/// it lets a group write or belongs to somebody else. What is kept there need not be read twice.
bool is_ours_alone(const std::string& path);

}  // namespace tomme
