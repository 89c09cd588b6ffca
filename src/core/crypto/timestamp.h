#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/chain.h"
#include "core/crypto/digest.h"

namespace tomme {

struct TimestampLimits {
  std::size_t bytes = 64 * 1024;  ///< of the response
  std::size_t certificates = 16;  ///< embedded
};

/// An RFC 3161 TimeStampResp that was granted, read but not yet believed.
class Timestamp {
 public:
  using Limits = TimestampLimits;

  /// RFC 3161 2.4.2 around one CMS SignedData (RFC 5652) with one SignerInfo: status granted(0) or
  /// grantedWithMods(1), content type id-ct-TSTInfo, signed attributes contentType, messageDigest and
  /// signingCertificate(V2), each once.
  static Result<Timestamp> parse(BytesView der, const Limits& limits = {});
  /// The same for a bare TimeStampToken (ContentInfo), as some services hand out.
  static Result<Timestamp> parse_token(BytesView der, const Limits& limits = {});

  Time time() const;                       ///< genTime, fraction cut off; unverified until `verify` says so
  const Digest& imprint() const;           ///< messageImprint
  std::optional<BytesView> nonce() const;  ///< contents bytes of the INTEGER

  /// All of: messageImprint is the digest of `message`; the signed attributes bind the TSTInfo and name the
  /// signer (ESSCertID/V2); the signer is `leaf` when given, else the embedded certificate that the signer
  /// info names, and in both cases issued by `chain`; its extended key usage is time stamping alone and
  /// critical; its signature verifies; leaf and chain were valid at genTime.
  /// An embedded certificate is only a candidate: it counts when the chain of the trust root issued it.
  Result<void> verify(BytesView message, const AuthorityChain& chain,
                      const std::optional<Certificate>& leaf) const;

 private:
  struct Impl;
  explicit Timestamp(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace tomme
