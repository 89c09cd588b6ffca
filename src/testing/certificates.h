#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/crypto/certificate.h"
#include "core/crypto/key.h"

/// Certificates as tests need them: nothing is checked, so that wrong ones can be made too.
namespace tomme::testing {

struct CertificateSpec {
  std::string common_name = {};  ///< empty: an empty Name
  TimeRange validity = {};
  bool is_ca = false;
  std::optional<unsigned> path_length = {};
  std::optional<std::uint8_t> key_usage = {};  ///< the first byte of the bit string; absent: by `is_ca`
  bool has_key_usage = true;
  std::vector<std::string> extended_key_usages = {};  ///< dotted
  bool extended_key_usage_critical = false;
  std::vector<SubjectName> names = {};  ///< subjectAltName
  bool names_critical = true;
  std::vector<Extension> extra = {};
  std::uint64_t serial = 1;
};

/// Whoever signs a certificate: a key, and the certificate it belongs to (none: self-signed).
struct CertificateSigner {
  PrivateKey key;
  const Certificate* certificate = nullptr;
};

/// The part to be signed; without `certificate` the issuer is the subject.
Bytes make_tbs(const CertificateSpec& spec, const PublicKey& key, const CertificateSigner& signer);
/// Certificate ::= SEQUENCE { tbs, algorithm, signature }
Bytes sign_tbs(BytesView tbs, const PrivateKey& signer);
Certificate make_certificate(const CertificateSpec& spec, const PublicKey& key,
                             const CertificateSigner& signer);

/// AlgorithmIdentifier of what `sign` does with this type of key.
Bytes signature_algorithm(KeyType type);

/// Fulcio's claims: 1 to 6 as raw text, from 8 on as DER UTF8String.
Extension claim_extension(unsigned number, std::string_view text);

/// A certificate transparency log.
struct CtLog {
  std::string url;
  PrivateKey key;  ///< ECDSA or RSA
  TimeRange valid;
  std::string operator_name = {};
  Bytes extensions = {};  ///< of each SCT; static CT logs put the leaf's index there
  bool broken = false;    ///< signs something else
};

/// The extension with the logs' SCTs for this TBSCertificate, at this time.
Extension sct_extension(const std::vector<const CtLog*>& logs, BytesView tbs, const PublicKey& issuer,
                        Time at);

}  // namespace tomme::testing
