#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/signing_key.h"
#include "core/tuf/delegations.h"
#include "core/tuf/names.h"

namespace tomme::repository {

/// A signer in the service of a role: under which id and with which scheme the role's delegator lists it.
struct RoleSigner {
  std::shared_ptr<const SigningKey> signer;
  tuf::KeyId key_id;
  SignatureScheme scheme;
};

/// Those of `signers` that the role has, as many as its threshold wants. kRepositoryKey where there are
/// fewer; `role` is for the message.
Result<std::vector<RoleSigner>> signers_for(std::string_view role, const tuf::Keys& keys,
                                            const tuf::RoleKeys& role_keys, const SigningKeys& signers);
/// Whether there would be enough, of whoever has these keys. kRepositoryKey.
Result<void> expect_at_hand(std::string_view role, const tuf::Keys& keys, const tuf::RoleKeys& role_keys,
                            const std::vector<PublicKey>& at_hand);

}  // namespace tomme::repository
