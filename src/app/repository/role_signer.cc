#include "app/repository/role_signer.h"

#include <algorithm>
#include <set>

#include "app/repository/errors.h"
#include "core/encoding/text.h"

namespace tomme::repository {

namespace {

const std::shared_ptr<const SigningKey>* find(const SigningKeys& signers, const tuf::Key& key) {
  if (key.public_key() == nullptr) return nullptr;
  const auto at = std::ranges::find_if(
      signers, [&](const auto& signer) { return signer->public_key() == *key.public_key(); });
  return at == signers.end() ? nullptr : &*at;
}

std::unexpected<Error> too_few(std::string_view role, const tuf::RoleKeys& role_keys, std::size_t found) {
  return fail(
      kRepositoryKey,
      "the role " + printable(role, 80) + " wants " + std::to_string(role_keys.threshold) + " of " +
          std::to_string(role_keys.keyids.size()) + " keys to sign, and " + std::to_string(found) +
          " of them " + (found == 1 ? "is" : "are") + " at hand",
      "publish with --online-key KEY for each key that signs; tomme tuf status lists those of each role");
}

}  // namespace

Result<std::vector<RoleSigner>> signers_for(std::string_view role, const tuf::Keys& keys,
                                            const tuf::RoleKeys& role_keys, const SigningKeys& signers) {
  std::vector<RoleSigner> found;
  for (const tuf::KeyId& key_id : role_keys.keyids) {
    if (found.size() == role_keys.threshold) break;
    const auto key = keys.find(key_id);
    const auto* signer = key == keys.end() ? nullptr : find(signers, key->second);
    if (signer == nullptr) continue;
    const bool again = std::ranges::any_of(found, [&](const RoleSigner& f) { return f.signer == *signer; });
    if (!again) found.push_back({*signer, key_id, key->second.signature_scheme()});
  }
  if (found.size() == role_keys.threshold) return found;
  return too_few(role, role_keys, found.size());
}

Result<void> expect_at_hand(std::string_view role, const tuf::Keys& keys, const tuf::RoleKeys& role_keys,
                            const std::vector<PublicKey>& at_hand) {
  std::set<std::string> found;
  for (const tuf::KeyId& key_id : role_keys.keyids) {
    const auto key = keys.find(key_id);
    const PublicKey* usable = key == keys.end() ? nullptr : key->second.public_key();
    if (usable != nullptr && std::ranges::find(at_hand, *usable) != at_hand.end())
      found.insert(key->second.counted_as());
  }
  if (found.size() >= role_keys.threshold) return {};
  return too_few(role, role_keys, found.size());
}

}  // namespace tomme::repository
