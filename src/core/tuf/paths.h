#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/tuf/names.h"

/// Every file name and request path of a TUF repository is made here.
namespace tomme::tuf {

/// What a mirror is asked for, below its metadata URL: "3.root.json", "timestamp.json",
/// "7.team%2Fa.json" (sections 5.3 to 5.6).
std::string metadata_path(const RoleName& role, std::optional<Version> version);

/// The name under which a client keeps a role: one path component of at most 255 bytes, never "." or "..",
/// different for different roles. A long one is "%sha256-HEX.json", which quoting cannot make.
std::string local_metadata_name(const RoleName& role);
/// The same for a target file, without ".json" behind.
std::string local_target_name(const TargetPath& path);

/// What a mirror is asked for, below its targets URL: "dir/HASH.name" with a prefix, "dir/name" without
/// (section 3.4 consistent snapshots). Segments are percent-quoted. kTufTargetPath where a segment is "." or
/// "..", which a client of HTTP would take away, or where the last one is empty.
Result<std::string> target_request_path(const TargetPath& path, const std::optional<Digest>& prefix);

}  // namespace tomme::tuf
