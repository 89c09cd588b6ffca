#include "core/crypto/certificate.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/crypto/certificate_extensions_internal.h"
#include "core/crypto/errors.h"
#include "core/crypto/oids_internal.h"
#include "core/crypto/signature_algorithm_internal.h"
#include "core/encoding/der.h"
#include "core/encoding/errors.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"

namespace tomme {

namespace {

constexpr std::size_t kMaxSerialBytes = 20;

std::unexpected<Error> bad(std::string message) {
  return fail(kCertificateInvalid, std::move(message));
}

Result<BytesView> whole_sequence(der::Reader& reader) {
  der::Element element = TRY(reader.element(der::kSequence));
  return element.whole;
}

// Version ::= [0] EXPLICIT INTEGER { v1(0), v2(1), v3(2) } DEFAULT v1
Result<void> expect_version_3(der::Reader& tbs) {
  if (!tbs.next_is(der::context_constructed(0))) return bad("a certificate of version 1");
  der::Reader inner = TRY(tbs.nested(der::context_constructed(0)));
  std::int64_t version = TRY(inner.small_integer());
  TRY(inner.expect_end());
  if (version != 2) return bad("a certificate of version " + std::to_string(version + 1));
  return {};
}

// RFC 5280 4.1.2.2: positive, at most 20 bytes.
Result<BytesView> read_serial(der::Reader& tbs) {
  BytesView serial = TRY(tbs.integer());
  if (serial[0] >= 0x80 || (serial.size() == 1 && serial[0] == 0)) {
    return bad("a serial number that is not positive");
  }
  if (serial.size() > kMaxSerialBytes) {
    return bad("a serial number of " + std::to_string(serial.size()) + " bytes");
  }
  return serial;
}

bool is_printable_ascii(BytesView bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t c) { return c >= 0x20 && c < 0x7f; });
}

/// The text kinds of RFC 5280 that are still written; the older ones (Teletex, BMP, Universal) are refused.
Result<void> expect_name_value(const der::Element& value) {
  constexpr der::Tag kNumericString = 0x12;
  switch (value.tag) {
    case der::kUtf8String:
      if (!is_utf8(text_of(value.body))) return bad("a name that is not UTF-8");
      return {};
    case der::kPrintableString:
    case der::kIa5String:
    case kNumericString:
      if (!is_printable_ascii(value.body)) return bad("a name with bytes that are not printable ASCII");
      return {};
    default:
      return bad("a name in a kind of string that is not read here");
  }
}

// Name ::= SEQUENCE OF RelativeDistinguishedName
// RelativeDistinguishedName ::= SET SIZE (1..MAX) OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }  -- text
// here
Result<BytesView> read_name(der::Reader& tbs) {
  der::Element name = TRY(tbs.element(der::kSequence));
  der::Reader rest(name.body);
  while (!rest.at_end()) {
    der::Reader set = TRY(rest.set());
    do {
      der::Reader attribute = TRY(set.sequence());
      TRY(attribute.oid());
      TRY(expect_name_value(TRY(attribute.any())));
      TRY(attribute.expect_end());
    } while (!set.at_end());
  }
  return name.whole;
}

// Validity ::= SEQUENCE { notBefore Time, notAfter Time }
Result<TimeRange> read_validity(der::Reader& tbs) {
  der::Reader inner = TRY(tbs.sequence());
  Time start = TRY(inner.time());
  Time end = TRY(inner.time());
  TRY(inner.expect_end());
  if (end < start) return bad("notAfter " + to_rfc3339(end) + " is before notBefore " + to_rfc3339(start));
  return TimeRange{start, end};
}

/// DER trouble is told as trouble with a certificate; the key's own codes stay.
template <class T>
Result<T> as_certificate_error(Result<T> result) {
  if (result) return result;
  const Error& error = result.error();
  if (error.is(kKeyInvalid) || error.is(kKeyUnsupported)) return in("certificate", std::move(result));
  return fail(kCertificateInvalid, "certificate: " + error.message());
}

}  // namespace

struct Certificate::Impl {
  Bytes der;  // what every view below borrows from
  BytesView tbs = {};
  BytesView before_extensions = {};  // of the contents of `tbs`
  BytesView serial = {};
  BytesView issuer = {};
  BytesView subject = {};
  TimeRange validity = {};
  std::optional<PublicKey> key = {};
  ExtensionFacts facts = {};
  SignatureAlgorithm signature_algorithm = {};
  BytesView signature = {};

  Result<void> read(const CertificateLimits& limits);
  Result<BytesView> read_tbs(const CertificateLimits& limits);
  Result<void> read_extension_field(der::Reader& fields, const CertificateLimits& limits);
};

// Certificate ::= SEQUENCE {
//   tbsCertificate      TBSCertificate,
//   signatureAlgorithm  AlgorithmIdentifier,  -- the bytes of TBSCertificate.signature
//   signatureValue      BIT STRING }
Result<void> Certificate::Impl::read(const CertificateLimits& limits) {
  der::Reader outer(der);
  der::Reader certificate = TRY(outer.sequence());
  TRY(outer.expect_end());
  tbs = TRY(whole_sequence(certificate));
  BytesView algorithm = TRY(whole_sequence(certificate));
  signature = TRY(certificate.bit_string());
  TRY(certificate.expect_end());
  BytesView signed_algorithm = TRY(read_tbs(limits));
  if (!equal(algorithm, signed_algorithm)) return bad("the two signature algorithms differ");
  signature_algorithm = TRY(read_signature_algorithm(algorithm));
  return {};
}

// TBSCertificate ::= SEQUENCE {
//   version         [0] EXPLICIT Version DEFAULT v1,   -- v3 here
//   serialNumber    INTEGER,
//   signature       AlgorithmIdentifier,
//   issuer          Name,                              -- not empty
//   validity        Validity,
//   subject         Name,
//   subjectPublicKeyInfo  SubjectPublicKeyInfo,
//   issuerUniqueID  [1] IMPLICIT BIT STRING OPTIONAL,  -- refused, as RFC 5280 4.1.2.8 advises
//   subjectUniqueID [2] IMPLICIT BIT STRING OPTIONAL,  -- refused
//   extensions      [3] EXPLICIT Extensions OPTIONAL }
Result<BytesView> Certificate::Impl::read_tbs(const CertificateLimits& limits) {
  der::Reader outer(tbs);
  der::Reader fields = TRY(outer.sequence());
  BytesView all = fields.rest();
  TRY(expect_version_3(fields));
  serial = TRY(read_serial(fields));
  BytesView algorithm = TRY(whole_sequence(fields));
  issuer = TRY(read_name(fields));
  if (issuer.size() == 2) return bad("an empty issuer");
  validity = TRY(read_validity(fields));
  subject = TRY(read_name(fields));
  key = TRY(PublicKey::parse_spki(TRY(whole_sequence(fields))));
  before_extensions = all.first(all.size() - fields.rest().size());
  TRY(read_extension_field(fields, limits));
  return algorithm;
}

Result<void> Certificate::Impl::read_extension_field(der::Reader& fields, const CertificateLimits& limits) {
  if (fields.at_end()) return {};
  der::Reader wrapped = TRY(fields.nested(der::context_constructed(3)));
  TRY(fields.expect_end());
  der::Reader list = TRY(wrapped.sequence());
  TRY(wrapped.expect_end());
  facts = TRY(read_extensions(list.rest(), limits.extensions));
  return {};
}

Result<Certificate> Certificate::parse(BytesView der, const CertificateLimits& limits) {
  if (der.size() > limits.bytes) {
    return bad("a certificate of " + std::to_string(der.size()) + " bytes where " +
               std::to_string(limits.bytes) + " are the limit");
  }
  auto impl = std::make_shared<Impl>(Impl{.der = to_bytes(der)});
  TRY(as_certificate_error(impl->read(limits)));
  return Certificate(std::move(impl));
}

Result<Certificate> Certificate::parse_pem(std::string_view text, const CertificateLimits& limits) {
  return parse(TRY(parse_pem_one(text, "CERTIFICATE")), limits);
}

BytesView Certificate::der() const {
  return impl_->der;
}
BytesView Certificate::tbs() const {
  return impl_->tbs;
}
BytesView Certificate::serial() const {
  return impl_->serial;
}
BytesView Certificate::issuer() const {
  return impl_->issuer;
}
BytesView Certificate::subject() const {
  return impl_->subject;
}
const PublicKey& Certificate::key() const {
  return *impl_->key;
}
const TimeRange& Certificate::validity() const {
  return impl_->validity;
}
const std::vector<ExtensionView>& Certificate::extensions() const {
  return impl_->facts.all;
}

const ExtensionView* Certificate::find_extension(BytesView oid) const {
  for (const ExtensionView& extension : impl_->facts.all) {
    if (equal(extension.oid, oid)) return &extension;
  }
  return nullptr;
}

bool Certificate::is_ca() const {
  return impl_->facts.is_ca;
}
std::optional<unsigned> Certificate::path_length() const {
  return impl_->facts.path_length;
}
bool Certificate::has_key_usage() const {
  return impl_->facts.key_usage.has_value();
}
bool Certificate::allows(KeyUsage usage) const {
  return (impl_->facts.key_usage.value_or(0) & std::to_underlying(usage)) != 0;
}
bool Certificate::extended_key_usage_critical() const {
  return impl_->facts.extended_key_usage_critical;
}
const std::vector<std::string>& Certificate::extended_key_usages() const {
  return impl_->facts.extended_key_usages;
}
bool Certificate::allows_extended(std::string_view dotted_oid) const {
  return std::ranges::find(extended_key_usages(), dotted_oid) != extended_key_usages().end();
}
const std::vector<SubjectName>& Certificate::subject_names() const {
  return impl_->facts.subject_names;
}
bool Certificate::subject_names_critical() const {
  return impl_->facts.subject_names_critical;
}
bool Certificate::has_name_constraints() const {
  return impl_->facts.has_name_constraints;
}
BytesView Certificate::subject_key_id() const {
  return impl_->facts.subject_key_id;
}
BytesView Certificate::authority_key_id() const {
  return impl_->facts.authority_key_id;
}
const std::string& Certificate::unknown_critical() const {
  return impl_->facts.unknown_critical;
}

std::string Certificate::describe() const {
  std::string name = name_to_text(subject());
  return name.empty() ? "serial number " + encode_hex(serial()) : name;
}

Result<void> Certificate::verify_signed_by(const PublicKey& issuer_key) const {
  if (!impl_->signature_algorithm.fits(issuer_key.type())) {
    return fail(kSignatureInvalid,
                "the certificate's signature algorithm is not one of an " + issuer_key.describe() + " key");
  }
  return in("certificate",
            issuer_key.verify(impl_->signature_algorithm.scheme, impl_->tbs, impl_->signature));
}

Bytes Certificate::precertificate_tbs() const {
  Bytes kept;
  kept.reserve(impl_->tbs.size());
  for (const ExtensionView& extension : extensions()) {
    if (!equal(extension.oid, oid::kSctList)) append(kept, extension.whole);
  }
  Bytes field;  // an empty list may not stand (SIZE (1..MAX)), so the field goes with its last extension
  if (!kept.empty()) field = der::encode(der::context_constructed(3), der::encode(der::kSequence, kept));
  return der::sequence({impl_->before_extensions, field});
}

namespace {

struct Attribute {
  BytesView oid;
  const char* name;
};
constexpr auto kCountry = oid::make(0x55, 0x04, 0x06);
constexpr auto kOrganization = oid::make(0x55, 0x04, 0x0a);
constexpr auto kUnit = oid::make(0x55, 0x04, 0x0b);
constexpr std::array<Attribute, 4> kAttributes{
    {{oid::kCommonName, "CN"}, {kCountry, "C"}, {kOrganization, "O"}, {kUnit, "OU"}}};

Result<std::string> attribute_to_text(der::Reader attribute) {
  BytesView type = TRY(attribute.oid());
  std::string value = printable(text_of(TRY(attribute.any()).body));
  for (const Attribute& known : kAttributes) {
    if (equal(known.oid, type)) return known.name + ("=" + value);
  }
  return der::oid_to_text(type) + "=" + value;
}

Result<std::string> read_name_text(BytesView name) {
  std::string out;
  der::Reader outer(name);
  der::Reader rest = TRY(outer.sequence());
  while (!rest.at_end()) {
    der::Reader set = TRY(rest.set());
    while (!set.at_end()) {
      if (!out.empty()) out += ", ";
      out += TRY(attribute_to_text(TRY(set.sequence())));
    }
  }
  return out;
}

}  // namespace

std::string name_to_text(BytesView name) {
  return read_name_text(name).value_or("unreadable name");
}

}  // namespace tomme
