#include <algorithm>
#include <array>
#include <bit>

#include "core/crypto/certificate_extensions_internal.h"
#include "core/crypto/errors.h"
#include "core/crypto/oids_internal.h"
#include "core/encoding/der.h"
#include "core/encoding/text.h"

namespace tomme {

namespace {

using Facts = ExtensionFacts;

std::unexpected<Error> bad(std::string message) {
  return fail(kCertificateInvalid, std::move(message));
}

/// The one SEQUENCE that `value` must be.
Result<der::Reader> only_sequence(BytesView value) {
  der::Reader outer(value);
  der::Reader inner = TRY(outer.sequence());
  TRY(outer.expect_end());
  return inner;
}

// BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER (0..MAX) OPTIONAL }
Result<void> read_basic_constraints(const ExtensionView& extension, Facts& facts) {
  der::Reader inner = TRY(only_sequence(extension.value));
  if (inner.next_is(der::kBoolean)) {
    facts.is_ca = TRY(inner.boolean());
    if (!facts.is_ca) return bad("basicConstraints spells out a default");
  }
  if (inner.next_is(der::kInteger)) {
    std::int64_t length = TRY(inner.small_integer());
    if (length < 0 || length > 0x7fffffff) return bad("a path length of " + std::to_string(length));
    if (!facts.is_ca) return bad("a path length in a certificate of no authority");
    facts.path_length = static_cast<unsigned>(length);
  }
  return inner.expect_end();
}

// KeyUsage ::= BIT STRING { digitalSignature (0), …, decipherOnly (8) }, at least one bit set; as a named bit
// list it ends with a one (X.690 11.2.2).
Result<void> read_key_usage(const ExtensionView& extension, Facts& facts) {
  der::Reader outer(extension.value);
  der::Element element = TRY(outer.element(der::kBitString));
  TRY(outer.expect_end());
  BytesView body = element.body;
  if (body.size() < 2 || body.size() > 3 || body[0] > 7 || std::countr_zero(body.back()) != body[0]) {
    return bad("keyUsage is not a named bit list of at most nine bits in its shortest form");
  }
  unsigned bits = 0;
  for (unsigned i = 0; i < 8 * (body.size() - 1); ++i) {
    if ((body[1 + i / 8] >> (7 - i % 8) & 1) != 0) bits |= 1u << i;
  }
  if (bits > 0x1ff) return bad("keyUsage has a bit that RFC 5280 does not name");
  facts.key_usage = static_cast<std::uint16_t>(bits);
  return {};
}

// ExtKeyUsageSyntax ::= SEQUENCE SIZE (1..MAX) OF KeyPurposeId
Result<void> read_extended_key_usage(const ExtensionView& extension, Facts& facts) {
  der::Reader inner = TRY(only_sequence(extension.value));
  do {
    facts.extended_key_usages.push_back(der::oid_to_text(TRY(inner.oid())));
  } while (!inner.at_end());
  facts.extended_key_usage_critical = extension.critical;
  return {};
}

/// IA5String without control characters, which no address has and a terminal obeys.
Result<std::string> ia5_text(BytesView bytes) {
  if (!std::ranges::all_of(bytes, [](std::uint8_t c) { return c >= 0x20 && c < 0x7f; })) {
    return bad("a subject alternative name with bytes that are not printable ASCII");
  }
  return std::string(text_of(bytes));
}

// OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }; Fulcio's is a UTF8String.
Result<SubjectName> read_other_name(BytesView body) {
  der::Reader inner(body);
  BytesView type = TRY(inner.oid());
  der::Reader wrapped = TRY(inner.nested(der::context_constructed(0)));
  TRY(inner.expect_end());
  der::Element value = TRY(wrapped.any());
  TRY(wrapped.expect_end());
  if (!equal(type, oid::kFulcioOtherName)) return SubjectName{SubjectName::Kind::unsupported, {}};
  if (value.tag != der::kUtf8String || !is_utf8(text_of(value.body))) {
    return bad("Fulcio's otherName is not a UTF8String");
  }
  return SubjectName{SubjectName::Kind::other_name, std::string(text_of(value.body))};
}

// GeneralName ::= CHOICE { otherName [0], rfc822Name [1] IA5String, dNSName [2] IA5String, x400Address [3],
//   directoryName [4], ediPartyName [5], uniformResourceIdentifier [6] IA5String, iPAddress [7] OCTET STRING,
//   registeredID [8] OBJECT IDENTIFIER }
Result<SubjectName> read_general_name(const der::Element& name) {
  using enum SubjectName::Kind;
  switch (name.tag) {
    case der::context_constructed(0):
      return read_other_name(name.body);
    case der::context(1):
      return SubjectName{email, TRY(ia5_text(name.body))};
    case der::context(2):
      return SubjectName{dns, TRY(ia5_text(name.body))};
    case der::context(6):
      return SubjectName{uri, TRY(ia5_text(name.body))};
    case der::context(7):
      if (name.body.size() != 4 && name.body.size() != 16) {
        return bad("an IP address of " + std::to_string(name.body.size()) + " bytes");
      }
      return SubjectName{ip, std::string(text_of(name.body))};
    case der::context_constructed(3):
    case der::context_constructed(4):
    case der::context_constructed(5):
    case der::context(8):
      return SubjectName{unsupported, {}};
    default:
      return bad("a subject alternative name of no known kind");
  }
}

// SubjectAltName ::= GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName
Result<void> read_subject_names(const ExtensionView& extension, Facts& facts) {
  der::Reader inner = TRY(only_sequence(extension.value));
  do {
    facts.subject_names.push_back(TRY(read_general_name(TRY(inner.any()))));
  } while (!inner.at_end());
  facts.subject_names_critical = extension.critical;
  return {};
}

Result<void> read_name_constraints(const ExtensionView& extension, Facts& facts) {
  TRY(only_sequence(extension.value));
  facts.has_name_constraints = true;
  return {};
}

// SubjectKeyIdentifier ::= OCTET STRING
Result<void> read_subject_key_id(const ExtensionView& extension, Facts& facts) {
  der::Reader outer(extension.value);
  facts.subject_key_id = TRY(outer.octet_string());
  return outer.expect_end();
}

// AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] OCTET STRING OPTIONAL,
//   authorityCertIssuer [1] GeneralNames OPTIONAL, authorityCertSerialNumber [2] INTEGER OPTIONAL }
Result<void> read_authority_key_id(const ExtensionView& extension, Facts& facts) {
  der::Reader inner = TRY(only_sequence(extension.value));
  std::optional<der::Element> key = TRY(inner.optional(der::context(0)));
  if (key) facts.authority_key_id = key->body;
  std::optional<der::Element> issuer = TRY(inner.optional(der::context_constructed(1)));
  std::optional<der::Element> serial = TRY(inner.optional(der::context(2)));
  if (issuer.has_value() != serial.has_value())
    return bad("authorityKeyIdentifier has one of issuer and serial number without the other");
  return inner.expect_end();
}

struct Known {
  BytesView oid;
  const char* name;
  Result<void> (*read)(const ExtensionView&, Facts&);
};
constexpr std::array<Known, 7> kKnown{{
    {oid::kBasicConstraints, "basicConstraints", read_basic_constraints},
    {oid::kKeyUsage, "keyUsage", read_key_usage},
    {oid::kExtendedKeyUsage, "extKeyUsage", read_extended_key_usage},
    {oid::kSubjectAltName, "subjectAltName", read_subject_names},
    {oid::kNameConstraints, "nameConstraints", read_name_constraints},
    {oid::kSubjectKeyIdentifier, "subjectKeyIdentifier", read_subject_key_id},
    {oid::kAuthorityKeyIdentifier, "authorityKeyIdentifier", read_authority_key_id},
}};

Result<void> read_known(const ExtensionView& extension, Facts& facts) {
  for (const Known& known : kKnown) {
    if (equal(known.oid, extension.oid)) return in(known.name, known.read(extension, facts));
  }
  if (extension.critical && facts.unknown_critical.empty()) {
    facts.unknown_critical = der::oid_to_text(extension.oid);
  }
  return {};
}

// Extension ::= SEQUENCE { extnID OBJECT IDENTIFIER, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }
Result<ExtensionView> read_extension(der::Reader& list) {
  der::Element whole = TRY(list.element(der::kSequence));
  der::Reader inner(whole.body);
  BytesView oid = TRY(inner.oid());
  bool critical = false;
  if (inner.next_is(der::kBoolean)) {
    critical = TRY(inner.boolean());
    if (!critical) return bad("extension " + der::oid_to_text(oid) + " spells out a default");
  }
  BytesView value = TRY(inner.octet_string());
  TRY(inner.expect_end());
  return ExtensionView{whole.whole, oid, critical, value};
}

}  // namespace

// Extensions ::= SEQUENCE SIZE (1..MAX) OF Extension
Result<ExtensionFacts> read_extensions(BytesView list, std::size_t max_extensions) {
  Facts facts;
  der::Reader rest(list);
  if (rest.at_end()) return bad("an empty list of extensions");
  while (!rest.at_end()) {
    ExtensionView extension = TRY(read_extension(rest));
    if (facts.all.size() == max_extensions) {
      return bad("more than " + std::to_string(max_extensions) + " extensions");
    }
    for (const ExtensionView& earlier : facts.all) {
      if (equal(earlier.oid, extension.oid)) {
        return bad("extension " + der::oid_to_text(extension.oid) + " is there twice");
      }
    }
    TRY(read_known(extension, facts));
    facts.all.push_back(extension);
  }
  return facts;
}

}  // namespace tomme
