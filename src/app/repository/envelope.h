#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/repository/role_signer.h"
#include "core/base/result.h"
#include "core/tuf/signed_text.h"

namespace tomme::repository {

/// The file with the signatures of all these keys, in the form of tuf/signed_text.h; `signed_part` is
/// canonical.
Result<std::string> sign_and_wrap(std::string_view signed_part, std::span<const RoleSigner> signers);

/// Whether there are such keys and each, with its scheme, signed these very bytes: then they are what this
/// room once wrote. All of them, so that a threshold holds for what is signed anew, too.
bool is_signed_by_all(const tuf::SignedText& file, std::span<const RoleSigner> signers);

}  // namespace tomme::repository
