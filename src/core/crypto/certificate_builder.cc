#include "core/crypto/certificate_builder.h"

#include <utility>

#include "core/crypto/errors.h"
#include "core/crypto/oids_internal.h"
#include "core/encoding/der.h"
#include "core/encoding/text.h"

namespace tomme {

namespace {

constexpr std::size_t kSerialBytes = 20;
constexpr std::size_t kKeyIdBytes = 20;
constexpr std::size_t kMaxCommonName = 64;  // RFC 5280 appendix A.1, ub-common-name

std::unexpected<Error> bad(std::string message) {
  return fail(kCertificateInvalid, std::move(message));
}

Bytes oid_element(BytesView contents) {
  return der::encode(der::kOid, contents);
}

/// The AlgorithmIdentifier of a key's default scheme (RFC 5758 3.2, RFC 4055 5, RFC 8410 3).
Bytes algorithm_of(KeyType type) {
  switch (type) {
    case KeyType::ecdsa_p256:
      return der::sequence({oid_element(oid::kEcdsaSha256)});
    case KeyType::ecdsa_p384:
      return der::sequence({oid_element(oid::kEcdsaSha384)});
    case KeyType::ecdsa_p521:
      return der::sequence({oid_element(oid::kEcdsaSha512)});
    case KeyType::rsa:
      return der::sequence({oid_element(oid::kRsaSha256), der::encode(der::kNull, BytesView{})});
    case KeyType::ed25519:
      return der::sequence({oid_element(oid::kEd25519)});
  }
  std::unreachable();
}

Result<Bytes> name_of(std::string_view common_name) {
  if (common_name.empty()) return der::sequence({});
  if (common_name.size() > kMaxCommonName || !is_utf8(common_name)) {
    return bad("a common name that is not UTF-8 of at most " + std::to_string(kMaxCommonName) + " bytes");
  }
  Bytes attribute = der::sequence({oid_element(oid::kCommonName), der::encode_utf8(common_name)});
  return der::sequence({der::encode(der::kSet, attribute)});
}

/// 20 bytes, the first between 0x40 and 0x7f: positive, and never in need of a shorter form.
Bytes random_serial() {
  Bytes bytes = random_bytes(kSerialBytes);
  bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x3f) | 0x40);
  return der::encode(der::kInteger, bytes);
}

/// RFC 7093 section 2, method 4: from the hash of the SubjectPublicKeyInfo.
BytesView key_id(const PublicKey& key) {
  return key.spki_sha256().view().first(kKeyIdBytes);
}

Bytes extension(BytesView oid, bool critical, BytesView value) {
  Bytes yes;  // FALSE is the default and may not be spelt out
  if (critical) yes = der::encode(der::kBoolean, Bytes{0xff});
  return der::sequence({oid_element(oid), yes, der::encode_octet_string(value)});
}

Bytes basic_constraints(std::optional<unsigned> path_length) {
  Bytes length;
  if (path_length) length = der::encode_integer(*path_length);
  return der::sequence({der::encode(der::kBoolean, Bytes{0xff}), length});
}

/// digitalSignature (0), or keyCertSign (5) and cRLSign (6): bits from the left, unused ones counted first.
Bytes key_usage(bool is_ca) {
  return der::encode(der::kBitString, is_ca ? Bytes{0x01, 0x06} : Bytes{0x07, 0x80});
}

Bytes extended_key_usage(const std::vector<std::string>& dotted_oids) {
  Bytes out;
  for (const std::string& dotted : dotted_oids) append(out, der::encode_oid(dotted));
  return der::encode(der::kSequence, out);
}

/// GeneralName (RFC 5280 4.2.1.6) of the kinds certificate.h knows.
Result<Bytes> general_name(const SubjectName& name) {
  BytesView value = bytes_of(name.value);
  switch (name.kind) {
    case SubjectName::Kind::email:
      return der::encode(der::context(1), value);
    case SubjectName::Kind::dns:
      return der::encode(der::context(2), value);
    case SubjectName::Kind::uri:
      return der::encode(der::context(6), value);
    case SubjectName::Kind::ip:
      return der::encode(der::context(7), value);
    case SubjectName::Kind::other_name:
      return der::encode(der::context_constructed(0),
                         {oid_element(oid::kFulcioOtherName),
                          der::encode(der::context_constructed(0), der::encode_utf8(name.value))});
    case SubjectName::Kind::unsupported:
      break;
  }
  return bad("a subject name of a kind that cannot be written");
}

Result<Bytes> subject_alt_name(const std::vector<SubjectName>& names) {
  Bytes out;
  for (const SubjectName& name : names) append(out, TRY(general_name(name)));
  return der::encode(der::kSequence, out);
}

// GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }
Bytes dns_subtree(std::string_view name) {
  return der::sequence({der::encode(der::context(2), bytes_of(name))});
}

/// iPAddress in a subtree is the address and its mask (RFC 5280 4.2.1.10).
Bytes ip_subtree(BytesView address, std::uint8_t mask_byte) {
  return der::sequence({der::encode(der::context(7), {address, Bytes(address.size(), mask_byte)})});
}

// NameConstraints ::= SEQUENCE { permittedSubtrees [0] OPTIONAL, excludedSubtrees [1] OPTIONAL }
// A kind of name with no permitted subtree would be free, so the kind not asked for is excluded whole.
Result<Bytes> name_constraints(const CertificateRequest& request) {
  Bytes permitted, excluded;
  for (const std::string& name : request.permitted_dns) append(permitted, dns_subtree(name));
  for (const std::string& address : request.permitted_ips) {
    if (address.size() != 4 && address.size() != 16) {
      return bad("an IP address of " + std::to_string(address.size()) + " bytes");
    }
    append(permitted, ip_subtree(bytes_of(address), 0xff));
  }
  if (request.permitted_dns.empty()) append(excluded, dns_subtree(""));
  if (request.permitted_ips.empty()) {
    append(excluded, ip_subtree(Bytes(4, 0), 0));
    append(excluded, ip_subtree(Bytes(16, 0), 0));
  }
  Bytes permitted_field = der::encode(der::context_constructed(0), permitted);
  if (excluded.empty()) return der::sequence({permitted_field});
  return der::sequence({permitted_field, der::encode(der::context_constructed(1), excluded)});
}

bool has_name_constraints(const CertificateRequest& request) {
  return !request.permitted_dns.empty() || !request.permitted_ips.empty();
}

Result<Bytes> extensions(const CertificateRequest& request, const Certificate* issuer) {
  Bytes out;
  if (request.is_ca)
    append(out, extension(oid::kBasicConstraints, true, basic_constraints(request.path_length)));
  append(out, extension(oid::kKeyUsage, true, key_usage(request.is_ca)));
  if (!request.extended_key_usages.empty()) {
    append(out, extension(oid::kExtendedKeyUsage, request.extended_key_usage_critical,
                          extended_key_usage(request.extended_key_usages)));
  }
  if (has_name_constraints(request)) {
    append(out, extension(oid::kNameConstraints, true, TRY(name_constraints(request))));
  }
  if (!request.subject_names.empty()) {
    append(out, extension(oid::kSubjectAltName, request.common_name.empty(),
                          TRY(subject_alt_name(request.subject_names))));
  }
  append(out, extension(oid::kSubjectKeyIdentifier, false, der::encode_octet_string(key_id(request.key))));
  if (issuer != nullptr && !issuer->subject_key_id().empty()) {
    Bytes id = der::sequence({der::encode(der::context(0), issuer->subject_key_id())});
    append(out, extension(oid::kAuthorityKeyIdentifier, false, id));
  }
  for (const Extension& more : request.extra) append(out, extension(more.oid, more.critical, more.value));
  return out;
}

Result<void> check(const CertificateRequest& request, const PrivateKey& issuer_key,
                   const Certificate* issuer) {
  const PublicKey& expected = issuer == nullptr ? request.key : issuer->key();
  if (!(issuer_key.public_key() == expected)) return bad("the signing key is not the issuer's");
  if (!request.validity.end) return bad("a certificate needs an end of validity");
  if (!request.is_ca && (request.path_length || has_name_constraints(request))) {
    return bad("a path length or name constraints for a certificate of no authority");
  }
  return {};
}

}  // namespace

Result<Certificate> issue_certificate(const CertificateRequest& request, const PrivateKey& issuer_key,
                                      const Certificate* issuer) {
  TRY(check(request, issuer_key, issuer));
  Bytes algorithm = algorithm_of(issuer_key.public_key().type());
  Bytes subject = TRY(name_of(request.common_name));
  Bytes validity =
      der::sequence({der::encode_time(request.validity.start), der::encode_time(*request.validity.end)});
  Bytes list = TRY(extensions(request, issuer));
  Bytes tbs = der::sequence({
      der::encode(der::context_constructed(0), der::encode_integer(2)),
      random_serial(),
      algorithm,
      issuer == nullptr ? BytesView(subject) : issuer->subject(),
      validity,
      subject,
      request.key.spki(),
      der::encode(der::context_constructed(3), der::encode(der::kSequence, list)),
  });
  Bytes signature = TRY(issuer_key.sign(issuer_key.public_key().default_scheme(), tbs));
  return Certificate::parse(der::sequence({tbs, algorithm, der::encode_bit_string(signature)}));
}

}  // namespace tomme
