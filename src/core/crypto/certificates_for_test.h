#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/crypto/certificate.h"
#include "core/crypto/key.h"
#include "core/encoding/der.h"

/// For tests only: certificates taken apart into their DER, so that each part can be wrong by itself.
namespace tomme::testing_certificates {

inline Bytes joined(const std::vector<Bytes>& parts) {
  Bytes out;
  for (const Bytes& part : parts) append(out, part);
  return out;
}

inline Bytes tlv(der::Tag tag, BytesView body) {
  return der::encode(tag, body);
}
inline Bytes object_id(std::string_view dotted) {
  return der::encode_oid(dotted);
}
inline Bytes yes() {
  return tlv(der::kBoolean, Bytes{0xff});
}
inline Bytes no() {
  return tlv(der::kBoolean, Bytes{0x00});
}
inline Bytes null() {
  return tlv(der::kNull, {});
}

inline Bytes name(std::string_view common_name) {
  return der::sequence(
      {tlv(der::kSet, der::sequence({object_id("2.5.4.3"), der::encode_utf8(common_name)}))});
}

inline Bytes extension(std::string_view dotted, bool critical, BytesView value) {
  Bytes flag;
  if (critical) flag = yes();
  return der::sequence({object_id(dotted), flag, der::encode_octet_string(value)});
}

inline Bytes basic_constraints(bool ca, std::optional<unsigned> path_length = {}) {
  Bytes flag, length;
  if (ca) flag = yes();
  if (path_length) length = der::encode_integer(*path_length);
  return extension("2.5.29.19", true, der::sequence({flag, length}));
}
inline Bytes key_usage_cert_sign() {
  return extension("2.5.29.15", true, tlv(der::kBitString, Bytes{0x01, 0x06}));
}
inline Bytes key_usage_sign() {
  return extension("2.5.29.15", true, tlv(der::kBitString, Bytes{0x07, 0x80}));
}
inline Bytes extended_key_usage(std::string_view dotted) {
  return extension("2.5.29.37", false, der::sequence({object_id(dotted)}));
}

/// Every part is whole DER; empty leaves it out.
struct Parts {
  Bytes version = tlv(der::context_constructed(0), der::encode_integer(2));
  Bytes serial = der::encode_integer(4711);
  Bytes algorithm = der::sequence({object_id("1.2.840.10045.4.3.2")});
  Bytes issuer = name("issuer");
  Bytes validity = der::sequence(
      {der::encode_time(time_from_unix(1'700'000'000)), der::encode_time(time_from_unix(1'800'000'000))});
  Bytes subject = name("subject");
  Bytes spki;
  Bytes before_extensions = {};  ///< the unique identifiers
  std::vector<Bytes> extensions = {};
  std::optional<Bytes> extension_field = {};  ///< instead of the list
  std::optional<Bytes> outer_algorithm = {};
  Bytes after_signature = {};
  SignatureScheme scheme = {};

  Bytes tbs() const {
    Bytes field;
    if (!extensions.empty())
      field = tlv(der::context_constructed(3), tlv(der::kSequence, joined(extensions)));
    return der::sequence({version, serial, algorithm, issuer, validity, subject, spki, before_extensions,
                          extension_field.value_or(field)});
  }
  Bytes sign(const PrivateKey& key) const {
    Bytes body = tbs();
    return der::sequence({body, outer_algorithm.value_or(algorithm),
                          der::encode_bit_string(*key.sign(scheme, body)), after_signature});
  }
};

/// The same P-256 keys all through a test program; made on first use.
inline const PrivateKey& p256_key(std::size_t n) {
  static std::vector<PrivateKey> keys = [] {
    std::vector<PrivateKey> out;
    for (int i = 0; i < 6; ++i) out.push_back(*PrivateKey::generate(KeyType::ecdsa_p256));
    return out;
  }();
  return keys.at(n);
}

}  // namespace tomme::testing_certificates
