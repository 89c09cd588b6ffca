#include "testing/timestamp_authority.h"

#include <algorithm>

#include "core/encoding/der.h"
#include "testing/keys.h"

namespace tomme::testing {

namespace {

constexpr std::string_view kSignedData = "1.2.840.113549.1.7.2";
constexpr std::string_view kTstInfo = "1.2.840.113549.1.9.16.1.4";

Bytes digest_algorithm(HashAlgorithm hash) {
  switch (hash) {
    case HashAlgorithm::sha256:
      return der::sequence({der::encode_oid("2.16.840.1.101.3.4.2.1")});
    case HashAlgorithm::sha384:
      return der::sequence({der::encode_oid("2.16.840.1.101.3.4.2.2")});
    case HashAlgorithm::sha512:
      break;
  }
  return der::sequence({der::encode_oid("2.16.840.1.101.3.4.2.3")});
}

/// X.690 11.6: the elements of a SET OF in ascending order.
Bytes set_of(der::Tag tag, std::vector<Bytes> elements) {
  std::ranges::sort(elements);
  Bytes body;
  for (const Bytes& element : elements) append(body, element);
  return der::encode(tag, body);
}

// TSTInfo ::= SEQUENCE { version, policy, messageImprint, serialNumber, genTime, …, nonce OPTIONAL }
Bytes make_info(BytesView message, const TokenSpec& spec) {
  const Bytes imprint = spec.imprint.value_or(to_bytes(digest(spec.imprint_hash, message).view()));
  return der::sequence(
      {der::encode_integer(1), der::encode_oid("1.3.6.1.4.1.57264.2"),
       der::sequence({digest_algorithm(spec.imprint_hash), der::encode_octet_string(imprint)}),
       der::encode_integer(7), der::encode_generalized_time(spec.time),
       spec.nonce ? der::encode_integer(static_cast<std::int64_t>(*spec.nonce)) : Bytes()});
}

Bytes attribute(std::string_view oid, BytesView value) {
  return der::sequence({der::encode_oid(oid), der::encode(der::kSet, value)});
}

Bytes make_attributes(BytesView info, const Certificate& leaf, const TokenSpec& spec) {
  Bytes content_digest = to_bytes(digest(*spec.digest, info).view());
  if (spec.broken_message_digest) content_digest[0] ^= 1;
  const Bytes ess =
      der::sequence({der::sequence({der::sequence({der::encode_octet_string(sha256(leaf.der()).view())})})});
  return set_of(der::kSet, {attribute("1.2.840.113549.1.9.3", der::encode_oid(kTstInfo)),
                            attribute("1.2.840.113549.1.9.4", der::encode_octet_string(content_digest)),
                            attribute("1.2.840.113549.1.9.16.2.47", ess)});
}

// SignerInfo ::= SEQUENCE { version 1, issuerAndSerialNumber, digestAlgorithm, [0] signedAttrs,
//                           signatureAlgorithm, signature }
Bytes make_signer_info(const TimestampAuthority& authority, BytesView info, const TokenSpec& spec) {
  Bytes attributes = make_attributes(info, authority.leaf, spec);
  Bytes signature = sign(authority.key, attributes);
  if (spec.broken_signature) signature = sign(authority.key, info);
  attributes[0] = der::context_constructed(0);
  return der::sequence(
      {der::encode_integer(1),
       der::sequence({authority.leaf.issuer(), der::encode(der::kInteger, authority.leaf.serial())}),
       digest_algorithm(*spec.digest), attributes, signature_algorithm(authority.key.public_key().type()),
       der::encode_octet_string(signature)});
}

Bytes embedded_certificates(const TimestampAuthority& authority, const TokenSpec& spec) {
  Bytes all;
  for (const Bytes& certificate : spec.embedded_before) append(all, certificate);
  if (spec.embed) append(all, authority.leaf.der());
  return all.empty() ? Bytes() : der::encode(der::context_constructed(0), all);
}

}  // namespace

Bytes make_timestamp(const TimestampAuthority& authority, BytesView message, const TokenSpec& asked) {
  TokenSpec spec = asked;
  if (!spec.digest) spec.digest = authority.key.public_key().default_scheme().hash;
  const Bytes info = make_info(message, spec);
  const Bytes signed_data =
      der::sequence({der::encode_integer(3), der::encode(der::kSet, digest_algorithm(*spec.digest)),
                     der::sequence({der::encode_oid(kTstInfo), der::encode(der::context_constructed(0),
                                                                           der::encode_octet_string(info))}),
                     embedded_certificates(authority, spec),
                     der::encode(der::kSet, make_signer_info(authority, info, spec))});
  return der::sequence(
      {der::sequence({der::encode_integer(spec.status)}),
       der::sequence({der::encode_oid(kSignedData), der::encode(der::context_constructed(0), signed_data)})});
}

TimestampAuthority make_timestamp_authority(const TimestampAuthoritySpec& spec) {
  const PrivateKey& root_key = key(spec.type, 9000 + 2 * spec.number);
  const PrivateKey& leaf_key = key(spec.type, 9001 + 2 * spec.number);
  const std::string name = "tsa " + spec.uri;
  const Certificate root = make_certificate({.common_name = name,
                                             .validity = spec.root_valid.value_or(spec.valid),
                                             .is_ca = true,
                                             .extended_key_usages = {"1.3.6.1.5.5.7.3.8"}},
                                            root_key.public_key(), {root_key});
  const Certificate leaf = make_certificate({.common_name = name + " signer",
                                             .validity = spec.leaf_valid.value_or(spec.valid),
                                             .extended_key_usages = spec.usages,
                                             .extended_key_usage_critical = spec.usage_critical,
                                             .serial = 2},
                                            leaf_key.public_key(), {root_key, &root});
  return {spec.uri, root, leaf, leaf_key, spec.valid};
}

}  // namespace tomme::testing
