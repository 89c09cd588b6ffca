#pragma once

#include <optional>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/digest.h"

namespace tomme {

/// The thing that was signed, as far as it is at hand: a file that can be read again, bytes in memory,
/// or a digest alone. The verifier asks only for what the bundle needs.
class Artifact {
 public:
  virtual ~Artifact() = default;
  /// kArtifactDigest where it cannot be had; an I/O error where reading fails.
  virtual Result<Digest> digest(HashAlgorithm algorithm) = 0;
  /// The whole content, valid as long as the artifact; kSignatureNeedsContent where only a digest is known.
  virtual Result<BytesView> content() = 0;
};

/// A digest from the command line, a lock file or an index.
class DigestArtifact final : public Artifact {
 public:
  explicit DigestArtifact(Digest digest) : digest_(digest) {}
  Result<Digest> digest(HashAlgorithm algorithm) override;
  Result<BytesView> content() override;

 private:
  Digest digest_;
};

/// Bytes in memory, borrowed.
class BytesArtifact final : public Artifact {
 public:
  explicit BytesArtifact(BytesView bytes) : bytes_(bytes) {}
  Result<Digest> digest(HashAlgorithm algorithm) override;
  Result<BytesView> content() override { return bytes_; }

 private:
  BytesView bytes_;
  std::optional<Digest> known_[3];
};

}  // namespace tomme
