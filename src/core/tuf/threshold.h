#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/tuf/delegations.h"
#include "core/tuf/envelope.h"

namespace tomme::tuf {

/// Whether as many different keys of the role as its threshold says have signed (section 5.3.4 and TAP 12).
/// Different is counted by the key itself, not by its id, type or scheme. Signatures by key ids that the role
/// does not list are not looked at; ones that are empty, damaged or wrong do not count and do no harm.
/// `role` is who should have signed and `delegator` who says so ("root version 3"), for messages.
/// kTufThreshold, with what became of each key.
Result<void> verify_threshold(std::string_view role, std::string_view delegator, const Keys& keys,
                              const RoleKeys& role_keys, std::string_view canonical,
                              std::span<const Signature> signatures, const OidcVerifier& oidc = {});

/// What became of one key of a role.
struct KeyReport {
  KeyId keyid;
  std::string
      trouble;  ///< empty where its signature counts; "no signature", "the same key as another one", …
};
/// All keys of the role in their order, for whoever collects signatures.
std::vector<KeyReport> examine_signatures(const Keys& keys, const RoleKeys& role_keys,
                                          std::string_view canonical, std::span<const Signature> signatures,
                                          const OidcVerifier& oidc = {});

}  // namespace tomme::tuf
