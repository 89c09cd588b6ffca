#pragma once

#include <memory>
#include <string_view>

#include "core/base/result.h"
#include "core/sigstore/trusted_root.h"

namespace tomme {

/// The roots this program was built with, read when asked for: the public-good instance and its staging twin.
Result<std::shared_ptr<const TrustedRoot>> public_good_root();
Result<std::shared_ptr<const TrustedRoot>> staging_root();

/// The same as texts; builtin_roots.cc is made by tools/builtin_roots.py.
std::string_view public_good_root_text();
std::string_view staging_root_text();
/// The roots of their TUF repositories (root.json), with which a client begins; they may be expired.
std::string_view public_good_tuf_root();
std::string_view staging_tuf_root();
/// The day they were taken, "YYYY-MM-DD".
std::string_view builtin_roots_date();

}  // namespace tomme
