#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/certificate.h"
#include "core/crypto/key.h"

namespace tomme {

/// What a certificate to be signed says. Extensions are added in the order of the calls below in
/// certificate_builder.cc: basicConstraints, keyUsage, extendedKeyUsage, nameConstraints, subjectAltName,
/// key identifiers, then `extra`.
struct CertificateRequest {
  PublicKey key;
  std::string common_name;  ///< empty: an empty Name
  TimeRange validity;       ///< with an end
  bool is_ca = false;
  std::optional<unsigned> path_length = {};           ///< CA only
  std::vector<std::string> extended_key_usages = {};  ///< dotted OIDs
  bool extended_key_usage_critical = false;
  std::vector<SubjectName> subject_names = {};  ///< critical where the Name is empty
  /// CA only, critical: the DNS subtrees (each with what lies below it) and the single IP addresses (raw 4 or
  /// 16 bytes) it may issue for. Where one list is given and the other empty, that other kind of name is
  /// excluded altogether.
  std::vector<std::string> permitted_dns = {};
  std::vector<std::string> permitted_ips = {};
  std::vector<Extension> extra = {};
};

/// Signs `request` with `issuer_key` in its default scheme; `issuer` is absent for a self-signed certificate.
/// The serial number is 20 random bytes, positive. What comes out was read by Certificate::parse.
/// kCertificateInvalid where the request cannot be meant: another issuer's key, no end, CA fields without CA,
/// names that are not what their kind says.
Result<Certificate> issue_certificate(const CertificateRequest& request, const PrivateKey& issuer_key,
                                      const Certificate* issuer);

}  // namespace tomme
