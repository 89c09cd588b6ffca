#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/key.h"
#include "core/tuf/delegations.h"
#include "core/tuf/names.h"

namespace tomme::repository {

/// A key that signs metadata, wherever its private half is. Thread-safe.
class Signer {
 public:
  virtual ~Signer() = default;
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  const PublicKey& public_key() const { return public_key_; }
  virtual Result<Bytes> sign(const SignatureScheme& scheme, BytesView message) const = 0;
  /// After a failure, before the next attempt: what has to be done for that to succeed. No other thread
  /// signs.
  virtual Result<void> recover() const { return {}; }

 protected:
  explicit Signer(PublicKey public_key) : public_key_(std::move(public_key)) {}

 private:
  PublicKey public_key_;
};
using Signers = std::vector<std::shared_ptr<const Signer>>;

/// A key in memory.
class MemorySigner final : public Signer {
 public:
  explicit MemorySigner(PrivateKey key) : Signer(key.public_key()), key_(std::move(key)) {}
  Result<Bytes> sign(const SignatureScheme& scheme, BytesView message) const override {
    return key_.sign(scheme, message);
  }

 private:
  PrivateKey key_;
};

/// A signer in the service of a role: under which id and with which scheme the role's delegator lists it.
struct RoleSigner {
  std::shared_ptr<const Signer> signer;
  tuf::KeyId key_id;
  SignatureScheme scheme;
};

/// Those of `signers` that the role has, as many as its threshold wants. kRepositoryKey where there are
/// fewer; `role` is for the message.
Result<std::vector<RoleSigner>> signers_for(std::string_view role, const tuf::Keys& keys,
                                            const tuf::RoleKeys& role_keys, const Signers& signers);

}  // namespace tomme::repository
