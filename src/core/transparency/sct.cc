#include "core/transparency/sct.h"

#include <algorithm>
#include <string>

#include "core/base/byte_reader.h"
#include "core/crypto/errors.h"
#include "core/encoding/der.h"
#include "core/transparency/errors.h"

namespace tomme {

namespace {

// 1.3.6.1.4.1.11129.2.4.2
constexpr std::uint8_t kSctListOid[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02};
constexpr std::size_t kMostScts = 32;
constexpr std::uint64_t kLastMillisecond = 253402300799999;  // of year 9999
constexpr std::size_t kTbsLimit = 1 << 24;

constexpr std::uint8_t kVersion1 = 0;
constexpr std::uint8_t kCertificateTimestamp = 0;
constexpr std::uint64_t kPrecertEntry = 1;
constexpr std::uint8_t kHashSha256 = 4;
constexpr std::uint8_t kSignatureRsa = 1;
constexpr std::uint8_t kSignatureEcdsa = 3;

// RFC 6962 section 3.2, in the notation of RFC 5246 section 4:
//
//     struct {
//         Version sct_version;                        u8, v1(0)
//         LogID id;                                   opaque[32]
//         uint64 timestamp;                           milliseconds
//         CtExtensions extensions;                    opaque<0..2^16-1>
//         digitally-signed struct { … };              u8 hash, u8 signature, opaque<0..2^16-1>
//     } SignedCertificateTimestamp;
Result<Sct> parse_sct(BytesView serialized) {
  ByteReader reader(serialized);
  auto version = reader.u8();
  auto log_id = reader.take(32);
  auto timestamp = reader.uint<8>();
  auto extensions = reader.take_prefixed<2>();
  auto hash = reader.u8();
  auto algorithm = reader.u8();
  auto signature = reader.take_prefixed<2>();
  if (!version || !log_id || !timestamp || !extensions || !hash || !algorithm || !signature)
    return fail(kSctInvalid, "a signed certificate timestamp ends too early");
  if (!reader.at_end()) return fail(kSctInvalid, "bytes follow a signed certificate timestamp");
  if (*version != kVersion1)
    return fail(kSctInvalid, "a signed certificate timestamp is of version " + std::to_string(*version + 1) +
                                 ", not of version 1");
  if (*timestamp > kLastMillisecond)
    return fail(kSctInvalid, "a signed certificate timestamp is after the year 9999");
  if (*hash != kHashSha256 || (*algorithm != kSignatureEcdsa && *algorithm != kSignatureRsa))
    return fail(kSctInvalid, "a signed certificate timestamp uses hash " + std::to_string(*hash) +
                                 " with signature " + std::to_string(*algorithm) +
                                 ", not SHA-256 with ECDSA or RSA");
  return Sct{
      TRY(Sha256::from_bytes(*log_id)), *timestamp,          to_bytes(*extensions), HashAlgorithm::sha256,
      *algorithm == kSignatureRsa,      to_bytes(*signature)};
}

bool same_event(const Sct& a, const Sct& b) {
  return a.log_id == b.log_id && a.timestamp_ms == b.timestamp_ms;
}

// RFC 6962 section 3.2, what "digitally-signed" covers for a precertificate:
//
//     Version sct_version;                            u8, v1(0)
//     SignatureType signature_type;                   u8, certificate_timestamp(0)
//     uint64 timestamp;
//     LogEntryType entry_type;                        u16, precert_entry(1)
//     opaque issuer_key_hash[32];                     SHA-256 of the issuer's SubjectPublicKeyInfo
//     TBSCertificate tbs_certificate;                 opaque<1..2^24-1>
//     CtExtensions extensions;                        opaque<0..2^16-1>
Bytes signed_bytes(const Sct& sct, BytesView tbs, const Sha256& issuer_key_hash) {
  Bytes out;
  out.reserve(1 + 1 + 8 + 2 + 32 + 3 + tbs.size() + 2 + sct.extensions.size());
  out.push_back(kVersion1);
  out.push_back(kCertificateTimestamp);
  append_uint<8>(out, sct.timestamp_ms);
  append_uint<2>(out, kPrecertEntry);
  append(out, issuer_key_hash.view());
  append_uint<3>(out, tbs.size());
  append(out, tbs);
  append_uint<2>(out, sct.extensions.size());
  append(out, sct.extensions);
  return out;
}

}  // namespace

Time Sct::time() const {
  return time_from_unix(static_cast<std::int64_t>(timestamp_ms / 1000));
}

// RFC 6962 section 3.3:
//
//     opaque SerializedSCT<1..2^16-1>;
//     struct { SerializedSCT sct_list <1..2^16-1>; } SignedCertificateTimestampList;
Result<std::vector<Sct>> parse_sct_list(BytesView tls) {
  ByteReader outer(tls);
  auto list = outer.take_prefixed<2>();
  if (!list || !outer.at_end())
    return fail(kSctInvalid, "the list of signed certificate timestamps is not as long as it says");
  if (list->empty()) return fail(kSctInvalid, "the list of signed certificate timestamps is empty");
  std::vector<Sct> scts;
  for (ByteReader reader(*list); !reader.at_end();) {
    if (scts.size() == kMostScts)
      return fail(kSctInvalid, "the certificate has more than the " + std::to_string(kMostScts) +
                                   " signed certificate timestamps allowed");
    auto serialized = reader.take_prefixed<2>();
    if (!serialized) return fail(kSctInvalid, "a signed certificate timestamp is cut off");
    Sct sct = TRY(parse_sct(*serialized));
    if (std::any_of(scts.begin(), scts.end(), [&](const Sct& other) { return same_event(other, sct); }))
      return fail(kSctInvalid, "the log " + sct.log_id.to_hex() + " is there twice with the timestamp " +
                                   std::to_string(sct.timestamp_ms));
    scts.push_back(std::move(sct));
  }
  return scts;
}

Result<std::vector<Sct>> embedded_scts(const Certificate& certificate) {
  const ExtensionView* extension = certificate.find_extension(kSctListOid);
  if (extension == nullptr) return std::vector<Sct>{};
  der::Reader reader(extension->value);
  auto list = reader.octet_string();
  if (!list || !reader.at_end())
    return fail(kSctInvalid, "the extension with the signed certificate timestamps is not one OCTET STRING");
  return parse_sct_list(*list);
}

Result<void> verify_sct(const Sct& sct, const Certificate& leaf, const Certificate& issuer,
                        const PublicKey& log_key) {
  if (sct.log_id != log_key.spki_sha256())
    return fail(kSctSignature, "the signed certificate timestamp is of the log " + sct.log_id.to_hex() +
                                   ", not of the log " + log_key.spki_sha256().to_hex());
  const bool rsa_key = log_key.type() == KeyType::rsa;
  const bool ecdsa_key = !rsa_key && log_key.type() != KeyType::ed25519;
  if (sct.rsa ? !rsa_key : !ecdsa_key)
    return fail(kSctSignature, "the log " + sct.log_id.to_hex() + " has a key of kind " + log_key.describe() +
                                   ", which the signed certificate timestamp does not use");
  const Bytes tbs = leaf.precertificate_tbs();
  if (tbs.size() >= kTbsLimit || sct.extensions.size() > 0xffff)
    return fail(kSctSignature, "the certificate is too large for a certificate transparency log");
  const SignatureScheme scheme{sct.hash, sct.rsa ? Padding::pkcs1 : Padding::none};
  if (!log_key.verify(scheme, signed_bytes(sct, tbs, issuer.key().spki_sha256()), sct.signature))
    return fail(kSctSignature, "the log " + sct.log_id.to_hex() + " did not sign this certificate");
  return {};
}

}  // namespace tomme
