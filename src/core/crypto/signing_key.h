#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/key.h"

namespace tomme {

/// A key that signs, wherever its private half is: in memory, in a token. Thread-safe.
class SigningKey {
 public:
  virtual ~SigningKey() = default;
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;

  const PublicKey& public_key() const { return public_key_; }
  virtual Result<Bytes> sign(const SignatureScheme& scheme, BytesView message) const = 0;
  /// After a failure, before the next attempt: what has to be done for that to succeed. No other thread
  /// signs.
  virtual Result<void> recover() const { return {}; }

 protected:
  explicit SigningKey(PublicKey public_key) : public_key_(std::move(public_key)) {}

 private:
  PublicKey public_key_;
};
using SigningKeys = std::vector<std::shared_ptr<const SigningKey>>;

/// A key in memory.
class MemorySigningKey final : public SigningKey {
 public:
  explicit MemorySigningKey(PrivateKey key) : SigningKey(key.public_key()), key_(std::move(key)) {}
  Result<Bytes> sign(const SignatureScheme& scheme, BytesView message) const override {
    return key_.sign(scheme, message);
  }

 private:
  PrivateKey key_;
};

}  // namespace tomme
