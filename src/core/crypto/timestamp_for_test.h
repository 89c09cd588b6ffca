#pragma once

#include <openssl/sha.h>
#include <optional>
#include <string>
#include <vector>

#include "core/crypto/certificate_builder.h"
#include "core/crypto/chain.h"
#include "core/encoding/der.h"

/// For tests only: a timestamp authority, and tokens of it with any one part made wrong.
namespace tomme::testing_timestamp {

struct Authority {
  PrivateKey root_key = PrivateKey::generate(KeyType::ecdsa_p256).value();
  PrivateKey leaf_key;
  Certificate root;
  Certificate leaf;

  explicit Authority(KeyType type = KeyType::ecdsa_p256)
      : leaf_key(PrivateKey::generate(type).value()), root(make_root()), leaf(make_root()) {
    issue_leaf({std::string(kEkuTimeStamping)}, true);
  }

  void issue_leaf(const std::vector<std::string>& usages, bool critical) {
    leaf = issue_certificate({.key = leaf_key.public_key(),
                              .common_name = "stamper",
                              .validity = {time_from_unix(1600000000), time_from_unix(1700000000)},
                              .extended_key_usages = usages,
                              .extended_key_usage_critical = critical},
                             root_key, &root)
               .value();
  }

  AuthorityChain chain() const { return AuthorityChain::make({root}, kEkuTimeStamping).value(); }

  /// This authority's leaf with the forger's key, signed by the forger: same names, same serial number.
  Certificate reissue(const Authority& forger) const {
    der::Reader outer(leaf.tbs());
    der::Reader reader = outer.sequence().value();
    Bytes fields;
    for (int i = 0; i < 6; ++i) append(fields, reader.any().value().whole);  // version to subject
    (void)reader.any();                                                      // the key
    append(fields, forger.leaf_key.public_key().spki());
    append(fields, reader.rest());
    const Bytes tbs = der::sequence({fields});
    const Bytes algorithm = der::sequence({der::encode_oid("1.2.840.10045.4.3.2")});
    const Bytes signature = der::encode_bit_string(forger.root_key.sign({}, tbs).value());
    return Certificate::parse(der::sequence({tbs, algorithm, signature})).value();
  }

 private:
  Certificate make_root() {
    return issue_certificate({.key = root_key.public_key(),
                              .common_name = "stamping root",
                              .validity = {time_from_unix(1500000000), time_from_unix(1800000000)},
                              .is_ca = true},
                             root_key, nullptr)
        .value();
  }
};

inline std::string hash_oid(HashAlgorithm hash) {
  return std::string("2.16.840.1.101.3.4.2.") + (hash == HashAlgorithm::sha256   ? "1"
                                                 : hash == HashAlgorithm::sha384 ? "2"
                                                                                 : "3");
}

/// A TimeStampResp in the making: right as it is made, then changed part by part.
struct Maker {
  Maker(const Authority& authority, Bytes message_)
      : message(std::move(message_)), certificate(authority.leaf), key(authority.leaf_key) {}

  Bytes message;
  Certificate certificate;
  PrivateKey key;
  Time time = time_from_unix(1650000000);

  std::int64_t status = 0;
  std::string status_text = {};
  bool status_fail_info = false;
  Bytes response_tail = {};
  Bytes content_info_type = der::encode_oid("1.2.840.113549.1.7.2");
  std::int64_t signed_data_version = 3;
  std::optional<std::vector<HashAlgorithm>> listed_digests = {};
  Bytes content_type = der::encode_oid("1.2.840.113549.1.9.16.1.4");
  Bytes certificates = {};
  Bytes crls = {};

  std::int64_t info_version = 1;
  std::string imprint_oid = {};
  Bytes accuracy = {}, ordering = {}, nonce = {}, tsa = {}, extensions = {}, info_tail = {};

  int signers = 1;
  std::optional<std::int64_t> signer_version = {};
  bool by_key_id = false, flip_sid = false;
  HashAlgorithm hash = HashAlgorithm::sha256;
  std::string digest_oid = {};
  bool algorithm_null = false;
  std::string signature_oid = "1.2.840.10045.4.3.2";
  SignatureScheme scheme = {};
  bool flip_signature = false;
  Bytes unsigned_attributes = {};

  bool no_content_type = false, no_message_digest = false, two_digest_values = false,
       flip_message_digest = false;
  Bytes attribute_content_type = der::encode_oid("1.2.840.113549.1.9.16.1.4");
  std::vector<int> ess_versions = {2};
  bool ess_issuer_serial = true, flip_ess_hash = false, flip_ess_serial = false;
  std::vector<Bytes> extra_attributes = {};

  void embed(const Certificate& more) { append(certificates, more.der()); }
  void set_hash(HashAlgorithm all) {
    hash = all;
    scheme.hash = all;
    signature_oid = "1.2.840.10045.4.3." + std::to_string(2 + static_cast<int>(all));
  }
  void set_signature(const std::string& oid, SignatureScheme with) {
    signature_oid = oid;
    scheme = with;
    hash = with.hash;
  }

  static Bytes attribute(std::string_view oid, BytesView value) {
    return der::sequence({der::encode_oid(oid), der::encode(der::kSet, value)});
  }
  static Bytes extension(bool critical) {
    const Bytes flag = critical ? Bytes{der::kBoolean, 1, 0xff} : Bytes{};
    return der::encode(der::context_constructed(1),
                       der::sequence({der::encode_oid("1.2.3"), flag, der::encode_octet_string({})}));
  }

  Bytes algorithm(const std::string& oid) const {
    return der::sequence({der::encode_oid(oid), algorithm_null ? Bytes{der::kNull, 0} : Bytes{}});
  }
  Bytes digest_algorithm() const { return algorithm(digest_oid.empty() ? hash_oid(hash) : digest_oid); }
  Bytes signature_algorithm() const {
    const Bytes null{der::kNull, 0};
    if (scheme.padding == Padding::pss && signature_oid == "1.2.840.113549.1.1.10") {
      const Bytes hash_id = der::sequence({der::encode_oid(hash_oid(hash)), null});
      const Bytes mask = der::sequence({der::encode_oid("1.2.840.113549.1.1.8"), hash_id});
      const Bytes salt = der::encode_integer(static_cast<std::int64_t>(digest_size(hash)));
      return der::sequence(
          {der::encode_oid(signature_oid), der::sequence({der::encode(der::context_constructed(0), hash_id),
                                                          der::encode(der::context_constructed(1), mask),
                                                          der::encode(der::context_constructed(2), salt)})});
    }
    const bool rsa = signature_oid.starts_with("1.2.840.113549");
    return der::sequence({der::encode_oid(signature_oid), rsa ? null : Bytes{}});
  }

  Bytes info() const {
    const Bytes imprint = der::sequence({algorithm(imprint_oid.empty() ? hash_oid(hash) : imprint_oid),
                                         der::encode_octet_string(digest(hash, message).view())});
    return der::sequence({der::encode_integer(info_version), der::encode_oid("1.3.6.1.4.1.57264.2"), imprint,
                          der::encode_integer(7), der::encode_generalized_time(time), accuracy, ordering,
                          nonce, tsa, extensions, info_tail});
  }

  Bytes serial(bool flip) const {
    Bytes bytes = to_bytes(certificate.serial());
    if (flip) bytes.back() ^= 1;
    return der::encode(der::kInteger, bytes);
  }

  Bytes ess(int version) const {
    Bytes bytes(SHA_DIGEST_LENGTH);
    if (version == 1) SHA1(certificate.der().data(), certificate.der().size(), bytes.data());
    if (version == 2) bytes = to_bytes(digest(hash, certificate.der()).view());
    if (flip_ess_hash) bytes.back() ^= 1;
    const Bytes names = der::sequence({der::encode(der::context_constructed(4), certificate.issuer())});
    const Bytes id =
        der::sequence({version == 2 && hash != HashAlgorithm::sha256 ? algorithm(hash_oid(hash)) : Bytes{},
                       der::encode_octet_string(bytes),
                       ess_issuer_serial ? der::sequence({names, serial(flip_ess_serial)}) : Bytes{}});
    return attribute(version == 1 ? "1.2.840.113549.1.9.16.2.12" : "1.2.840.113549.1.9.16.2.47",
                     der::sequence({der::sequence({id})}));
  }

  Bytes attributes() const {
    Bytes out;
    if (!no_content_type) append(out, attribute("1.2.840.113549.1.9.3", attribute_content_type));
    Bytes bytes = to_bytes(digest(hash, info()).view());
    if (flip_message_digest) bytes.back() ^= 1;
    Bytes value = der::encode_octet_string(bytes);
    if (two_digest_values) append(value, der::encode_octet_string(bytes));
    if (!no_message_digest) append(out, attribute("1.2.840.113549.1.9.4", value));
    for (int version : ess_versions) append(out, ess(version));
    for (const Bytes& extra : extra_attributes) append(out, extra);
    return out;
  }

  Bytes signer() const {
    Bytes key_id = to_bytes(certificate.subject_key_id());
    if (flip_sid && !key_id.empty()) key_id.back() ^= 1;
    const Bytes sid = by_key_id ? der::encode(der::context(0), key_id)
                                : der::sequence({certificate.issuer(), serial(flip_sid)});
    Bytes signature = key.sign(scheme, der::encode(der::kSet, attributes())).value();
    if (flip_signature) signature.back() ^= 1;
    return der::sequence({der::encode_integer(signer_version.value_or(by_key_id ? 3 : 1)), sid,
                          digest_algorithm(), der::encode(der::context_constructed(0), attributes()),
                          signature_algorithm(), der::encode_octet_string(signature), unsigned_attributes});
  }

  Bytes token() const {
    Bytes digests;
    if (!listed_digests) digests = digest_algorithm();
    for (HashAlgorithm listed : listed_digests.value_or(std::vector<HashAlgorithm>{}))
      append(digests, algorithm(hash_oid(listed)));
    const Bytes content = der::sequence(
        {content_type, der::encode(der::context_constructed(0), der::encode_octet_string(info()))});
    Bytes infos;
    for (int i = 0; i < signers; ++i) append(infos, signer());
    const Bytes data = der::sequence(
        {der::encode_integer(signed_data_version), der::encode(der::kSet, digests), content,
         certificates.empty() ? Bytes{} : der::encode(der::context_constructed(0), certificates), crls,
         der::encode(der::kSet, infos)});
    return der::sequence({content_info_type, der::encode(der::context_constructed(0), data)});
  }

  Bytes response() const {
    const Bytes text = status_text.empty() ? Bytes{} : der::sequence({der::encode_utf8(status_text)});
    const Bytes fail_info = status_fail_info ? Bytes{der::kBitString, 2, 7, 0x80} : Bytes{};
    return der::sequence(
        {der::sequence({der::encode_integer(status), text, fail_info}), token(), response_tail});
  }
};

}  // namespace tomme::testing_timestamp
