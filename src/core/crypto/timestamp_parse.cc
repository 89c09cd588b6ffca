#include <string>

#include "core/crypto/errors.h"
#include "core/crypto/oids_internal.h"
#include "core/crypto/signature_algorithm_internal.h"
#include "core/crypto/timestamp_internal.h"
#include "core/encoding/der.h"
#include "core/encoding/text.h"

namespace tomme::timestamp {

namespace {

// RFC 5652 5.1, 11.1 and 11.2; RFC 3161 2.4.2; RFC 2634 5.4; RFC 5035 3.
constexpr auto kSignedData = oid::make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02);
constexpr auto kTstInfo = oid::make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04);
constexpr auto kContentType = oid::make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03);
constexpr auto kMessageDigest = oid::make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04);
constexpr auto kSigningCertificate =
    oid::make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0c);
constexpr auto kSigningCertificateV2 =
    oid::make(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f);

std::unexpected<Error> invalid(std::string message) {
  return fail(kTimestampInvalid, std::move(message));
}

/// One AlgorithmIdentifier that must be a hash; `what` uses it.
Result<HashAlgorithm> parse_hash(der::Reader& reader, std::string_view what) {
  return in(what, read_hash_algorithm(TRY(reader.element(der::kSequence)).whole));
}

// IssuerAndSerialNumber ::= SEQUENCE { issuer Name, serialNumber INTEGER }          (RFC 5652 10.2.4)
Result<IssuerSerial> parse_issuer_and_serial(der::Reader& outer) {
  der::Reader reader = TRY(outer.sequence());
  IssuerSerial value{TRY(reader.element(der::kSequence)).whole, TRY(reader.integer())};
  TRY(reader.expect_end());
  return value;
}

// IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber INTEGER }           (RFC 5035 5)
// The names are one directoryName, [4] EXPLICIT Name.
Result<IssuerSerial> parse_issuer_serial(der::Reader& outer) {
  der::Reader reader = TRY(outer.sequence());
  der::Reader names = TRY(reader.sequence());
  der::Reader name = TRY(names.nested(der::context_constructed(4)));
  IssuerSerial value{TRY(name.element(der::kSequence)).whole, TRY(reader.integer())};
  TRY(name.expect_end());
  TRY(names.expect_end());
  TRY(reader.expect_end());
  return value;
}

// ESSCertID ::= SEQUENCE { certHash OCTET STRING, issuerSerial IssuerSerial OPTIONAL }
// ESSCertIDv2 ::= SEQUENCE {
//     hashAlgorithm AlgorithmIdentifier DEFAULT { id-sha256 },
//     certHash OCTET STRING, issuerSerial IssuerSerial OPTIONAL }
Result<EssCertId> parse_ess_cert_id(der::Reader& outer, bool version2) {
  der::Reader reader = TRY(outer.sequence());
  EssCertId id{};
  if (version2) {
    id.algorithm = HashAlgorithm::sha256;
    if (reader.next_is(der::kSequence))
      id.algorithm = TRY(parse_hash(reader, "name of the signing certificate"));
  }
  id.hash = TRY(reader.octet_string());
  if (!reader.at_end()) id.issuer_serial = TRY(parse_issuer_serial(reader));
  TRY(reader.expect_end());
  return id;
}

// SigningCertificate ::= SEQUENCE {
//     certs SEQUENCE OF ESSCertID, policies SEQUENCE OF PolicyInformation OPTIONAL }
// SigningCertificateV2 is the same of ESSCertIDv2. The first certificate is the signer's, others only
// restrict its chain, which we take from the trust root.
Result<EssCertId> parse_signing_certificate(der::Reader& outer, bool version2) {
  der::Reader reader = TRY(outer.sequence());
  der::Reader certificates = TRY(reader.sequence());
  EssCertId first = TRY(parse_ess_cert_id(certificates, version2));
  while (!certificates.at_end()) TRY(parse_ess_cert_id(certificates, version2));
  TRY(reader.optional(der::kSequence));
  TRY(reader.expect_end());
  return first;
}

struct Attributes {
  std::optional<BytesView> content_type;
  std::optional<BytesView> message_digest;
  std::optional<EssCertId> certificate_v1;
  std::optional<EssCertId> certificate_v2;
};

/// Puts the one value of an attribute that may stand once into its slot.
template <class T>
Result<void> fill(std::optional<T>& slot, std::string_view name, Result<T> value, const der::Reader& values) {
  if (slot) return invalid("the signed attribute " + std::string(name) + " is there twice");
  if (!value) return std::unexpected<Error>(std::move(value).error().in(name));
  if (!values.at_end()) return invalid("the signed attribute " + std::string(name) + " has several values");
  slot = *value;
  return {};
}

// Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }
Result<void> parse_attribute(der::Reader& set, Attributes& out) {
  der::Reader reader = TRY(set.sequence());
  BytesView type = TRY(reader.oid());
  der::Reader values = TRY(reader.set());
  TRY(reader.expect_end());
  if (equal(type, kContentType)) {
    Result<BytesView> value = values.oid();
    return fill(out.content_type, "contentType", std::move(value), values);
  }
  if (equal(type, kMessageDigest)) {
    Result<BytesView> value = values.octet_string();
    return fill(out.message_digest, "messageDigest", std::move(value), values);
  }
  if (equal(type, kSigningCertificate)) {
    Result<EssCertId> value = parse_signing_certificate(values, false);
    return fill(out.certificate_v1, "signingCertificate", std::move(value), values);
  }
  if (equal(type, kSigningCertificateV2)) {
    Result<EssCertId> value = parse_signing_certificate(values, true);
    return fill(out.certificate_v2, "signingCertificateV2", std::move(value), values);
  }
  return {};
}

// SignedAttributes ::= SET SIZE (1..MAX) OF Attribute, here behind [0] IMPLICIT
Result<Attributes> parse_attributes(BytesView body) {
  Attributes attributes;
  for (der::Reader set(body); !set.at_end();) TRY(parse_attribute(set, attributes));
  if (!attributes.content_type || !equal(*attributes.content_type, kTstInfo))
    return invalid("the signed attributes do not say that the content is a TSTInfo");
  if (!attributes.message_digest) return invalid("the signed attributes lack messageDigest");
  if (!attributes.certificate_v1 && !attributes.certificate_v2)
    return invalid("the signed attributes do not name the signing certificate");
  return attributes;
}

/// The signature algorithm of a SignerInfo; it must go with the digest that stands before the attributes.
Result<SignatureAlgorithm> parse_signature_algorithm(der::Reader& outer, HashAlgorithm digest) {
  const BytesView whole = TRY(outer.element(der::kSequence)).whole;
  der::Reader algorithm(whole);
  der::Reader inner = TRY(algorithm.sequence());
  const BytesView name = TRY(inner.oid());
  // RFC 3370 3.2: a bare rsaEncryption, with NULL; its hash is the digest's.
  if (equal(name, oid::kRsa)) {
    if (!TRY(inner.element(der::kNull)).body.empty() || !inner.at_end())
      return invalid("the signature algorithm rsaEncryption has parameters");
    return SignatureAlgorithm{SignatureAlgorithm::Family::rsa, {digest, Padding::pkcs1}};
  }
  SignatureAlgorithm read = TRY(read_signature_algorithm(whole));
  // RFC 8419 3.1: signed attributes under Ed25519 go with SHA-512.
  const HashAlgorithm expected =
      read.family == SignatureAlgorithm::Family::ed25519 ? HashAlgorithm::sha512 : read.scheme.hash;
  if (digest == expected) return read;
  return invalid("the signature algorithm " + der::oid_to_text(name) + " does not go with the digest " +
                 std::string(name_of(digest)));
}

// SignerIdentifier ::= CHOICE {
//     issuerAndSerialNumber IssuerAndSerialNumber,                                  with version 1
//     subjectKeyIdentifier [0] IMPLICIT OCTET STRING }                              with version 3
Result<void> parse_signer_identifier(der::Reader& reader, std::int64_t version, SignerInfo& out) {
  if (version == 1) {
    out.issuer_serial = TRY(parse_issuer_and_serial(reader));
    return {};
  }
  if (version != 3) return invalid("the signer information is of version " + std::to_string(version));
  out.subject_key_id = TRY(reader.element(der::context(0))).body;
  if (out.subject_key_id.empty()) return invalid("the signer's key identifier is empty");
  return {};
}

// SignerInfo ::= SEQUENCE {                                                         (RFC 5652 5.3)
//     version INTEGER, sid SignerIdentifier, digestAlgorithm AlgorithmIdentifier,
//     signedAttrs [0] IMPLICIT SignedAttributes,
//     signatureAlgorithm AlgorithmIdentifier, signature OCTET STRING,
//     unsignedAttrs [1] IMPLICIT SET OF Attribute OPTIONAL }
Result<SignerInfo> parse_signer(der::Reader& outer) {
  der::Reader reader = TRY(outer.sequence());
  SignerInfo signer{};
  std::int64_t version = TRY(reader.small_integer());
  TRY(parse_signer_identifier(reader, version, signer));
  signer.digest = TRY(parse_hash(reader, "digest algorithm"));
  der::Element attributes = TRY(reader.element(der::context_constructed(0)));
  signer.algorithm = TRY(parse_signature_algorithm(reader, signer.digest));
  signer.signature = TRY(reader.octet_string());
  TRY(reader.optional(der::context_constructed(1)));
  TRY(reader.expect_end());

  // RFC 5652 5.4: the signature covers the attributes under the tag of a SET, not under [0].
  signer.signed_attributes = to_bytes(attributes.whole);
  signer.signed_attributes.front() = der::kSet;
  Attributes found = TRY(parse_attributes(attributes.body));
  signer.message_digest = *found.message_digest;
  for (const auto& id : {found.certificate_v1, found.certificate_v2})
    if (id) signer.certificate_ids.push_back(*id);
  return signer;
}

// MessageImprint ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, hashedMessage OCTET STRING }
Result<Digest> parse_imprint(der::Reader& outer) {
  der::Reader reader = TRY(outer.sequence());
  HashAlgorithm algorithm = TRY(parse_hash(reader, "message imprint"));
  BytesView bytes = TRY(reader.octet_string());
  TRY(reader.expect_end());
  if (bytes.size() != digest_size(algorithm))
    return invalid("the message imprint has " + std::to_string(bytes.size()) + " bytes, which is no " +
                   std::string(name_of(algorithm)));
  return Digest::make(algorithm, bytes);
}

// Accuracy ::= SEQUENCE {
//     seconds INTEGER OPTIONAL, millis [0] INTEGER (1..999) OPTIONAL, micros [1] INTEGER (1..999) OPTIONAL }
Result<void> skip_accuracy(der::Reader& outer) {
  if (!outer.next_is(der::kSequence)) return {};
  der::Reader reader = TRY(outer.sequence());
  TRY(reader.optional(der::kInteger));
  TRY(reader.optional(der::context(0)));
  TRY(reader.optional(der::context(1)));
  return reader.expect_end();
}

// Extensions ::= SEQUENCE OF SEQUENCE {
//     extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
// behind [1] IMPLICIT. We know none, so a critical one is a refusal.
Result<void> check_extensions(der::Reader& outer) {
  if (!outer.next_is(der::context_constructed(1))) return {};
  der::Reader list = TRY(outer.nested(der::context_constructed(1)));
  while (!list.at_end()) {
    der::Reader extension = TRY(list.sequence());
    BytesView id = TRY(extension.oid());
    bool critical = extension.next_is(der::kBoolean) && TRY(extension.boolean());
    TRY(extension.octet_string());
    TRY(extension.expect_end());
    if (critical) return invalid("the critical extension " + der::oid_to_text(id) + " is not understood");
  }
  return {};
}

// TSTInfo ::= SEQUENCE {                                                            (RFC 3161 2.4.2)
//     version INTEGER { v1(1) }, policy OBJECT IDENTIFIER, messageImprint MessageImprint,
//     serialNumber INTEGER, genTime GeneralizedTime, accuracy Accuracy OPTIONAL,
//     ordering BOOLEAN DEFAULT FALSE, nonce INTEGER OPTIONAL,
//     tsa [0] EXPLICIT GeneralName OPTIONAL, extensions [1] IMPLICIT Extensions OPTIONAL }
Result<TstInfo> parse_tst_info(BytesView der) {
  der::Reader outer(der);
  der::Reader reader = TRY(outer.sequence());
  TRY(outer.expect_end());
  std::int64_t version = TRY(reader.small_integer());
  if (version != 1) return invalid("the TSTInfo is of version " + std::to_string(version) + ", not 1");
  TRY(reader.oid());
  Digest imprint = TRY(parse_imprint(reader));
  TRY(reader.integer());
  Time time = TRY(reader.generalized_time());
  TRY(skip_accuracy(reader));
  if (reader.next_is(der::kBoolean)) (void)TRY(reader.boolean());
  std::optional<BytesView> nonce;
  if (reader.next_is(der::kInteger)) nonce = TRY(reader.integer());
  TRY(reader.optional(der::context_constructed(0)));
  TRY(check_extensions(reader));
  TRY(reader.expect_end());
  return TstInfo{imprint, time, nonce};
}

// EncapsulatedContentInfo ::= SEQUENCE {
//     eContentType OBJECT IDENTIFIER, eContent [0] EXPLICIT OCTET STRING }          (RFC 5652 5.2)
Result<BytesView> parse_content(der::Reader& outer) {
  der::Reader reader = TRY(outer.sequence());
  BytesView type = TRY(reader.oid());
  if (!equal(type, kTstInfo))
    return invalid("the signed content is of type " + der::oid_to_text(type) + ", not a TSTInfo");
  der::Reader wrapped = TRY(reader.nested(der::context_constructed(0)));
  BytesView content = TRY(wrapped.octet_string());
  TRY(wrapped.expect_end());
  TRY(reader.expect_end());
  return content;
}

// CertificateSet ::= SET OF CertificateChoices, behind [0] IMPLICIT; of the choices only Certificate, a
// SEQUENCE. They are not read here: only the one that the signer information names will be.
Result<std::vector<BytesView>> parse_certificates(der::Reader& outer, std::size_t limit) {
  std::vector<BytesView> certificates;
  if (!outer.next_is(der::context_constructed(0))) return certificates;
  der::Reader set = TRY(outer.nested(der::context_constructed(0)));
  while (!set.at_end()) {
    if (certificates.size() == limit)
      return invalid("the token embeds more than the " + std::to_string(limit) + " certificates allowed");
    certificates.push_back(TRY(set.element(der::kSequence)).whole);
  }
  return certificates;
}

/// An algorithm of the list may be one we do not know: the signer's is what counts.
Result<bool> lists_digest(der::Reader& outer, HashAlgorithm digest) {
  bool found = false;
  for (der::Reader set = TRY(outer.set()); !set.at_end();) {
    auto hash = read_hash_algorithm(TRY(set.element(der::kSequence)).whole);
    found = found || (hash && *hash == digest);
  }
  return found;
}

// SignedData ::= SEQUENCE {                                                         (RFC 5652 5.1)
//     version INTEGER, digestAlgorithms SET OF AlgorithmIdentifier,
//     encapContentInfo EncapsulatedContentInfo,
//     certificates [0] IMPLICIT CertificateSet OPTIONAL,
//     crls [1] IMPLICIT RevocationInfoChoices OPTIONAL, signerInfos SET OF SignerInfo }
// The version is 3, as the content is no plain data and all certificates are X.509.
Result<Token> parse_signed_data(der::Reader reader, const TimestampLimits& limits) {
  std::int64_t version = TRY(reader.small_integer());
  if (version != 3) return invalid("the SignedData is of version " + std::to_string(version) + ", not 3");
  der::Reader digests = reader;
  TRY(reader.set());
  BytesView content = TRY(parse_content(reader));
  std::vector<BytesView> certificates = TRY(parse_certificates(reader, limits.certificates));
  TRY(reader.optional(der::context_constructed(1)));
  der::Reader signers = TRY(reader.set());
  TRY(reader.expect_end());
  SignerInfo signer = TRY(in("signer", parse_signer(signers)));
  if (!signers.at_end()) return invalid("the token has more than one signer");
  if (!TRY(lists_digest(digests, signer.digest)))
    return invalid("the signer's digest algorithm is not among those of the SignedData");
  TstInfo info = TRY(in("TSTInfo", parse_tst_info(content)));
  return Token{content, info, std::move(certificates), std::move(signer)};
}

}  // namespace

// TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken TimeStampToken OPTIONAL }
// PKIStatusInfo ::= SEQUENCE {
//     status INTEGER { granted(0), grantedWithMods(1), rejection(2), … },
//     statusString SEQUENCE OF UTF8String OPTIONAL, failInfo BIT STRING OPTIONAL }
Result<BytesView> granted_token(BytesView response) {
  der::Reader outer(response);
  der::Reader reader = TRY(outer.sequence());
  TRY(outer.expect_end());
  der::Reader info = TRY(reader.sequence());
  std::int64_t status = TRY(info.small_integer());
  std::string reason;
  if (info.next_is(der::kSequence))
    for (der::Reader texts = TRY(info.sequence()); !texts.at_end();)
      reason += " " + std::string(text_of(TRY(texts.element(der::kUtf8String)).body));
  if (status != 0 && status != 1)
    return invalid("the authority did not grant it: status " + std::to_string(status) +
                   (reason.empty() ? "" : "," + printable(reason)));
  TRY(info.expect_end());
  der::Element token = TRY(reader.element(der::kSequence));
  TRY(reader.expect_end());
  return token.whole;
}

// TimeStampToken ::= ContentInfo ::= SEQUENCE {
//     contentType OBJECT IDENTIFIER, content [0] EXPLICIT SignedData }              (RFC 5652 3)
Result<Token> parse_token(BytesView content_info, const TimestampLimits& limits) {
  der::Reader outer(content_info);
  der::Reader reader = TRY(outer.sequence());
  TRY(outer.expect_end());
  BytesView type = TRY(reader.oid());
  if (!equal(type, kSignedData))
    return invalid("the token is of type " + der::oid_to_text(type) + ", not a SignedData");
  der::Reader content = TRY(reader.nested(der::context_constructed(0)));
  TRY(reader.expect_end());
  der::Reader signed_data = TRY(content.sequence());
  TRY(content.expect_end());
  return parse_signed_data(signed_data, limits);
}

}  // namespace tomme::timestamp
