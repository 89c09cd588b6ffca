#include "testing/certificates.h"

#include "core/base/byte_reader.h"
#include "core/encoding/der.h"
#include "testing/keys.h"
#include "testing/must.h"

namespace tomme::testing {

namespace {

constexpr std::string_view kFulcioArc = "1.3.6.1.4.1.57264.1.";

Bytes name(const std::string& common_name) {
  if (common_name.empty()) return der::sequence({});
  const Bytes attribute = der::sequence({der::encode_oid("2.5.4.3"), der::encode_utf8(common_name)});
  return der::sequence({der::encode(der::kSet, attribute)});
}

Extension extension(std::string_view oid, bool critical, Bytes value) {
  return {der::oid_from_text(oid), critical, std::move(value)};
}

Bytes general_name(const SubjectName& name) {
  const BytesView value = bytes_of(name.value);
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
                         {der::encode_oid(std::string(kFulcioArc) + "7"),
                          der::encode(der::context_constructed(0), der::encode_utf8(name.value))});
    case SubjectName::Kind::unsupported:
      break;
  }
  return der::encode(der::context(8), der::oid_from_text("1.2.3"));  // registeredID
}

/// SHA-256, cut: RFC 7093 section 2, method 1.
Bytes key_id(const PublicKey& key) {
  return to_bytes(key.spki_sha256().view().first(20));
}

Bytes key_usage_bits(const CertificateSpec& spec) {
  const std::uint8_t bits = spec.key_usage.value_or(spec.is_ca ? 0x06 : 0x80);
  const std::uint8_t unused = bits == 0 ? 0 : static_cast<std::uint8_t>(__builtin_ctz(bits));
  const std::uint8_t bytes[] = {unused, bits};
  return der::encode(der::kBitString, bytes);
}

std::vector<Extension> extensions_of(const CertificateSpec& spec, const PublicKey& key,
                                     const PublicKey& issuer) {
  std::vector<Extension> out;
  if (spec.has_key_usage) out.push_back(extension("2.5.29.15", true, key_usage_bits(spec)));
  if (!spec.extended_key_usages.empty()) {
    Bytes usages;
    for (const std::string& usage : spec.extended_key_usages) append(usages, der::encode_oid(usage));
    out.push_back(
        extension("2.5.29.37", spec.extended_key_usage_critical, der::encode(der::kSequence, usages)));
  }
  if (spec.is_ca) {
    const std::uint8_t yes[] = {0xff};
    Bytes length;
    if (spec.path_length) length = der::encode_integer(*spec.path_length);
    out.push_back(extension("2.5.29.19", true, der::sequence({der::encode(der::kBoolean, yes), length})));
  }
  out.push_back(extension("2.5.29.14", false, der::encode_octet_string(key_id(key))));
  out.push_back(extension("2.5.29.35", false, der::sequence({der::encode(der::context(0), key_id(issuer))})));
  if (!spec.names.empty()) {
    Bytes names;
    for (const SubjectName& subject : spec.names) append(names, general_name(subject));
    out.push_back(extension("2.5.29.17", spec.names_critical, der::encode(der::kSequence, names)));
  }
  out.insert(out.end(), spec.extra.begin(), spec.extra.end());
  return out;
}

Bytes encode_extensions(const std::vector<Extension>& extensions) {
  Bytes list;
  for (const Extension& each : extensions) {
    const std::uint8_t yes[] = {0xff};
    append(list, der::sequence({der::encode(der::kOid, each.oid),
                                each.critical ? der::encode(der::kBoolean, yes) : Bytes(),
                                der::encode_octet_string(each.value)}));
  }
  return der::encode(der::context_constructed(3), der::encode(der::kSequence, list));
}

// RFC 6962 3.2: what an SCT signs, and the SCT itself.
Bytes serialized_sct(const CtLog& log, BytesView tbs, const PublicKey& issuer, Time at) {
  const auto milliseconds = static_cast<std::uint64_t>(to_unix(at)) * 1000;
  Bytes to_sign = {0, 0};
  append_uint<8>(to_sign, milliseconds);
  append_uint<2>(to_sign, 1);
  append(to_sign, issuer.spki_sha256().view());
  append_uint<3>(to_sign, tbs.size());
  append(to_sign, tbs);
  append_uint<2>(to_sign, log.extensions.size());
  append(to_sign, log.extensions);
  if (log.broken) to_sign.push_back(0);
  const bool rsa = log.key.public_key().type() == KeyType::rsa;
  const SignatureScheme scheme{HashAlgorithm::sha256, rsa ? Padding::pkcs1 : Padding::none};
  const Bytes signature = must(log.key.sign(scheme, to_sign));

  Bytes sct = {0};
  append(sct, log.key.public_key().spki_sha256().view());
  append_uint<8>(sct, milliseconds);
  append_uint<2>(sct, log.extensions.size());
  append(sct, log.extensions);
  sct.push_back(4);
  sct.push_back(rsa ? 1 : 3);
  append_uint<2>(sct, signature.size());
  append(sct, signature);
  return sct;
}

}  // namespace

Bytes signature_algorithm(KeyType type) {
  switch (type) {
    case KeyType::ecdsa_p256:
      return der::sequence({der::encode_oid("1.2.840.10045.4.3.2")});
    case KeyType::ecdsa_p384:
      return der::sequence({der::encode_oid("1.2.840.10045.4.3.3")});
    case KeyType::ecdsa_p521:
      return der::sequence({der::encode_oid("1.2.840.10045.4.3.4")});
    case KeyType::rsa:
      return der::sequence({der::encode_oid("1.2.840.113549.1.1.11"), der::encode(der::kNull, BytesView())});
    case KeyType::ed25519:
      break;
  }
  return der::sequence({der::encode_oid("1.3.101.112")});
}

Bytes make_tbs(const CertificateSpec& spec, const PublicKey& key, const CertificateSigner& signer) {
  const Bytes subject = name(spec.common_name);
  const PublicKey& issuer = signer.key.public_key();
  return der::sequence({der::encode(der::context_constructed(0), der::encode_integer(2)),
                        der::encode_integer(static_cast<std::int64_t>(spec.serial)),
                        signature_algorithm(issuer.type()),
                        signer.certificate ? signer.certificate->subject() : BytesView(subject),
                        der::sequence({der::encode_time(spec.validity.start),
                                       der::encode_time(spec.validity.end.value_or(spec.validity.start))}),
                        subject, key.spki(), encode_extensions(extensions_of(spec, key, issuer))});
}

Bytes sign_tbs(BytesView tbs, const PrivateKey& signer) {
  return der::sequence(
      {tbs, signature_algorithm(signer.public_key().type()), der::encode_bit_string(sign(signer, tbs))});
}

Certificate make_certificate(const CertificateSpec& spec, const PublicKey& key,
                             const CertificateSigner& signer) {
  return must(Certificate::parse(sign_tbs(make_tbs(spec, key, signer), signer.key)));
}

Extension claim_extension(unsigned number, std::string_view text) {
  return extension(std::string(kFulcioArc) + std::to_string(number), false,
                   number >= 8 ? der::encode_utf8(text) : to_bytes(bytes_of(text)));
}

Extension sct_extension(const std::vector<const CtLog*>& logs, BytesView tbs, const PublicKey& issuer,
                        Time at) {
  Bytes list;
  for (const CtLog* log : logs) {
    const Bytes sct = serialized_sct(*log, tbs, issuer, at);
    append_uint<2>(list, sct.size());
    append(list, sct);
  }
  Bytes tls;
  append_uint<2>(tls, list.size());
  append(tls, list);
  return extension("1.3.6.1.4.1.11129.2.4.2", false, der::encode_octet_string(tls));
}

}  // namespace tomme::testing
