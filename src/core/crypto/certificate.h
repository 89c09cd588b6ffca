#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/key.h"

namespace tomme {

/// One to be written.
struct Extension {
  Bytes oid;  ///< contents bytes of the OBJECT IDENTIFIER
  bool critical;
  Bytes value;  ///< what extnValue wraps
};

/// One as it stands in a certificate, borrowed from it.
struct ExtensionView {
  BytesView whole;
  BytesView oid;  ///< contents bytes of the OBJECT IDENTIFIER
  bool critical;
  BytesView value;  ///< what extnValue wraps
};

/// One GeneralName (RFC 5280 4.2.1.6) of the kinds Fulcio and TLS use.
struct SubjectName {
  enum class Kind : std::uint8_t {
    email,        ///< rfc822Name
    uri,          ///< uniformResourceIdentifier
    dns,          ///< dNSName
    ip,           ///< iPAddress, `value` holds the raw 4 or 16 bytes
    other_name,   ///< Fulcio's otherName 1.3.6.1.4.1.57264.1.7 (a UTF8String)
    unsupported,  ///< any other; `value` is empty
  };
  Kind kind;
  std::string value;
  friend bool operator==(const SubjectName&, const SubjectName&) = default;
};

enum class KeyUsage : std::uint16_t {
  digital_signature = 1 << 0,
  key_cert_sign = 1 << 5,
  crl_sign = 1 << 6,
};

/// Beyond these a certificate is refused unread. Fulcio's have some 1 to 2 KiB and 30 extensions.
struct CertificateLimits {
  std::size_t bytes = 64 * 1024;
  std::size_t extensions = 100;
};

/// An X.509 version 3 certificate, read once by our own DER reader. Immutable; cheap to copy.
/// Reading does not say that anyone signed it: see crypto/chain.h.
class Certificate {
 public:
  /// RFC 5280 section 4.1, in DER and nothing looser. Refuses other versions, trailing bytes, repeated
  /// extensions, an empty list of them, a signature algorithm that differs between the two places or is
  /// unknown, unique identifiers, an empty issuer, times out of order, keys crypto/key.h refuses, and serial
  /// numbers that are not positive or longer than 20 bytes (of which the sign is one). The extensions that
  /// have an accessor below are read through; others are kept as they are.
  static Result<Certificate> parse(BytesView der, const CertificateLimits& limits = {});
  /// Exactly one PEM block "CERTIFICATE".
  static Result<Certificate> parse_pem(std::string_view text, const CertificateLimits& limits = {});

  BytesView der() const;
  BytesView tbs() const;      ///< the signed part, as it stands in the DER
  BytesView serial() const;   ///< contents bytes of the INTEGER
  BytesView issuer() const;   ///< Name, DER
  BytesView subject() const;  ///< Name, DER; may be an empty SEQUENCE
  const PublicKey& key() const;
  const TimeRange& validity() const;
  const std::vector<ExtensionView>& extensions() const;
  const ExtensionView* find_extension(BytesView oid) const;

  bool is_ca() const;                           ///< basicConstraints cA
  std::optional<unsigned> path_length() const;  ///< pathLenConstraint
  bool has_key_usage() const;
  bool allows(KeyUsage usage) const;  ///< false where the extension is absent
  bool extended_key_usage_critical() const;
  const std::vector<std::string>& extended_key_usages() const;  ///< dotted OIDs; empty where absent
  bool allows_extended(std::string_view dotted_oid) const;
  const std::vector<SubjectName>& subject_names() const;  ///< subjectAltName
  bool subject_names_critical() const;
  /// Name constraints are seen, not applied: crypto/chain.h refuses a CA that has any.
  bool has_name_constraints() const;
  BytesView subject_key_id() const;    ///< empty where absent
  BytesView authority_key_id() const;  ///< keyIdentifier; empty where absent
  /// The first critical extension this class does not understand, dotted; empty where there is none.
  const std::string& unknown_critical() const;

  /// For messages: the subject, or the serial number where that is empty; printable.
  std::string describe() const;

  /// kSignatureInvalid unless `issuer_key` signed this certificate.
  Result<void> verify_signed_by(const PublicKey& issuer_key) const;

  /// The TBSCertificate without its SCT list extension, lengths re-encoded, all else byte for byte:
  /// what a CT log signed (RFC 6962 section 3.2).
  Bytes precertificate_tbs() const;

  friend bool operator==(const Certificate& a, const Certificate& b) { return equal(a.der(), b.der()); }

 private:
  struct Impl;
  explicit Certificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// A Name for people: "O=sigstore.dev, CN=sigstore-intermediate"; printable, not to be compared.
std::string name_to_text(BytesView name);

inline constexpr std::string_view kEkuCodeSigning = "1.3.6.1.5.5.7.3.3";
inline constexpr std::string_view kEkuTimeStamping = "1.3.6.1.5.5.7.3.8";
inline constexpr std::string_view kEkuServerAuth = "1.3.6.1.5.5.7.3.1";

}  // namespace tomme
