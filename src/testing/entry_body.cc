#include "testing/entry_body.h"

#include <cstdlib>

#include "core/encoding/pem.h"
#include "core/encoding/text.h"

namespace tomme::testing {

namespace {

std::string base64_pem(const Signer& signer) {
  const std::string pem = signer.certificate ? to_pem("CERTIFICATE", signer.certificate->der())
                                             : to_pem("PUBLIC KEY", signer.key.public_key().spki());
  return encode_base64(bytes_of(pem));
}

json::Value hex_hash(const Digest& digest) {
  return object({{"algorithm", std::string(name_of(digest.algorithm()))}, {"value", digest.to_hex()}});
}

json::Value proto_hash(const Digest& digest) {
  const char* name = digest.algorithm() == HashAlgorithm::sha256   ? "SHA2_256"
                     : digest.algorithm() == HashAlgorithm::sha384 ? "SHA2_384"
                                                                   : "SHA2_512";
  return object({{"algorithm", name}, {"digest", encode_base64(digest.view())}});
}

json::Value verifier(const Signer& signer) {
  const BytesView raw = signer.certificate ? signer.certificate->der() : signer.key.public_key().spki();
  return object(
      {{"keyDetails", key_details(signer.key.public_key())},
       {signer.certificate ? "x509Certificate" : "publicKey", object({{"rawBytes", encode_base64(raw)}})}});
}

json::Value hashedrekord_1(const BundleParts& bundle, const Signer& signer, const Digest& digest) {
  const auto& message = std::get<MessageSignature>(bundle.content);
  return object({{"data", object({{"hash", hex_hash(digest)}})},
                 {"signature", object({{"content", encode_base64(message.signature)},
                                       {"publicKey", object({{"content", base64_pem(signer)}})}})}});
}

json::Value hashedrekord_2(const BundleParts& bundle, const Signer& signer, const Digest& digest) {
  const auto* envelope = std::get_if<DsseEnvelope>(&bundle.content);
  const Bytes& signature =
      envelope ? envelope->signature : std::get<MessageSignature>(bundle.content).signature;
  const HashAlgorithm hash = signer.key.public_key().default_scheme().hash;
  const Digest logged = envelope ? tomme::digest(hash, envelope->pre_authentication_encoding()) : digest;
  return object({{"hashedRekordV002", object({{"data", proto_hash(logged)},
                                              {"signature", object({{"content", encode_base64(signature)},
                                                                    {"verifier", verifier(signer)}})}})}});
}

/// The envelope as clients send it.
std::string envelope_text(const DsseEnvelope& envelope) {
  return "{\"payloadType\":" + json::quote(envelope.payload_type) + ",\"payload\":\"" +
         encode_base64(envelope.payload) + "\",\"signatures\":[{\"keyid\":\"\",\"sig\":\"" +
         encode_base64(envelope.signature) + "\"}]}";
}

json::Value envelope_hash(const DsseEnvelope& envelope) {
  return hex_hash(Digest(sha256(bytes_of(envelope_text(envelope)))));
}

json::Value dsse_1(const DsseEnvelope& envelope, const Signer& signer) {
  return object({{"envelopeHash", envelope_hash(envelope)},
                 {"payloadHash", hex_hash(Digest(sha256(envelope.payload)))},
                 {"signatures", json::Array{object({{"signature", encode_base64(envelope.signature)},
                                                    {"verifier", base64_pem(signer)}})}}});
}

json::Value dsse_2(const DsseEnvelope& envelope, const Signer& signer) {
  return object(
      {{"dsseV002", object({{"payloadHash", proto_hash(Digest(sha256(envelope.payload)))},
                            {"signatures", json::Array{object({{"content", encode_base64(envelope.signature)},
                                                               {"verifier", verifier(signer)}})}}})}});
}

json::Value intoto_1(const DsseEnvelope& envelope, const Signer& signer) {
  return object({{"content", object({{"hash", envelope_hash(envelope)},
                                     {"payloadHash", hex_hash(Digest(sha256(envelope.payload)))}})},
                 {"publicKey", base64_pem(signer)}});
}

json::Value intoto_2(const DsseEnvelope& envelope, const Signer& signer) {
  const std::string twice = encode_base64(bytes_of(encode_base64(envelope.signature)));
  json::Value logged =
      object({{"payloadType", envelope.payload_type},
              {"signatures", json::Array{object({{"publicKey", base64_pem(signer)}, {"sig", twice}})}}});
  return object({{"content", object({{"envelope", std::move(logged)},
                                     {"hash", envelope_hash(envelope)},
                                     {"payloadHash", hex_hash(Digest(sha256(envelope.payload)))}})}});
}

json::Value make_spec(const EntryKind& kind, const BundleParts& bundle, const Signer& signer,
                      const Digest& digest) {
  const bool first = kind.version == "0.0.1";
  if (kind.kind == "hashedrekord")
    return first ? hashedrekord_1(bundle, signer, digest) : hashedrekord_2(bundle, signer, digest);
  const auto& envelope = std::get<DsseEnvelope>(bundle.content);
  if (kind.kind == "dsse") return first ? dsse_1(envelope, signer) : dsse_2(envelope, signer);
  return first ? intoto_1(envelope, signer) : intoto_2(envelope, signer);
}

}  // namespace

Bytes make_body(const EntryKind& kind, const BundleParts& bundle, const Signer& signer,
                const Digest& digest) {
  const json::Value body = object(
      {{"apiVersion", kind.version}, {"kind", kind.kind}, {"spec", make_spec(kind, bundle, signer, digest)}});
  return to_bytes(bytes_of(json::to_canonical(body)));
}

std::string key_details(const PublicKey& key) {
  switch (key.type()) {
    case KeyType::ecdsa_p256:
      return "PKIX_ECDSA_P256_SHA_256";
    case KeyType::ecdsa_p384:
      return "PKIX_ECDSA_P384_SHA_384";
    case KeyType::ecdsa_p521:
      return "PKIX_ECDSA_P521_SHA_512";
    case KeyType::ed25519:
      return "PKIX_ED25519";
    case KeyType::rsa:
      break;
  }
  return "PKIX_RSA_PKCS1V15_" + std::to_string(key.bits()) + "_SHA256";
}

}  // namespace tomme::testing
