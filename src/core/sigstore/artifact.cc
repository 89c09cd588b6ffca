#include "core/sigstore/artifact.h"

#include <utility>

#include "core/crypto/errors.h"
#include "core/sigstore/errors.h"

namespace tomme {

Result<Digest> DigestArtifact::digest(HashAlgorithm algorithm) {
  if (algorithm == digest_.algorithm()) return digest_;
  return fail(kArtifactDigest, "the signature needs the file's " + std::string(name_of(algorithm)) +
                                   " digest, and only " + std::string(name_of(digest_.algorithm())) +
                                   " was given");
}

Result<BytesView> DigestArtifact::content() {
  return fail(kSignatureNeedsContent, "the signature covers the whole file and only its digest was given");
}

Result<Digest> BytesArtifact::digest(HashAlgorithm algorithm) {
  std::optional<Digest>& known = known_[std::to_underlying(algorithm)];
  if (!known) known = tomme::digest(algorithm, bytes_);
  return *known;
}

}  // namespace tomme
