#pragma once

#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/key.h"
#include "core/tuf/names.h"

namespace tomme::repository {

/// A key that signs metadata, wherever its private half is. Thread-safe.
class Signer {
 public:
  virtual ~Signer() = default;
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  const tuf::KeyId& key_id() const { return key_id_; }  ///< as the specification computes it (section 4.2)
  const PublicKey& public_key() const { return public_key_; }
  SignatureScheme scheme() const;  ///< the one that the key's TUF form names
  virtual Result<Bytes> sign(BytesView message) const = 0;

 protected:
  explicit Signer(PublicKey public_key);

 private:
  PublicKey public_key_;
  tuf::KeyId key_id_;
};

/// A key in memory.
class MemorySigner final : public Signer {
 public:
  explicit MemorySigner(PrivateKey key) : Signer(key.public_key()), key_(std::move(key)) {}
  Result<Bytes> sign(BytesView message) const override { return key_.sign(scheme(), message); }

 private:
  PrivateKey key_;
};

}  // namespace tomme::repository
