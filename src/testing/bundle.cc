#include "testing/bundle.h"

#include "core/encoding/text.h"

namespace tomme::testing {

namespace {

json::Value proof_json(const LogEntry::InclusionProof& proof) {
  json::Array hashes;
  for (const Sha256& hash : proof.hashes) hashes.push_back(encode_base64(hash.view()));
  json::Value value = object({{"logIndex", std::to_string(proof.index.value())},
                              {"rootHash", encode_base64(proof.root.view())},
                              {"treeSize", std::to_string(proof.tree_size.value())},
                              {"hashes", std::move(hashes)}});
  if (!proof.checkpoint.empty()) value = with(value, "checkpoint.envelope", proof.checkpoint);
  return value;
}

json::Value certificate_json(BytesView der) {
  return object({{"rawBytes", encode_base64(der)}});
}

json::Value digest_json(const Digest& digest) {
  const char* name = digest.algorithm() == HashAlgorithm::sha256   ? "SHA2_256"
                     : digest.algorithm() == HashAlgorithm::sha384 ? "SHA2_384"
                                                                   : "SHA2_512";
  return object({{"algorithm", name}, {"digest", encode_base64(digest.view())}});
}

json::Value with_material(const json::Value& bundle, const BundleParts& parts) {
  json::Array chain;
  for (const Bytes& der : parts.certificates) chain.push_back(certificate_json(der));
  switch (parts.material) {
    case BundleParts::Material::certificate:
      return with(bundle, "verificationMaterial.certificate", chain.front());
    case BundleParts::Material::chain:
      return with(bundle, "verificationMaterial.x509CertificateChain.certificates", std::move(chain));
    case BundleParts::Material::public_key:
      break;
  }
  return with(bundle, "verificationMaterial.publicKey.hint", parts.key_hint);
}

json::Value with_content(const json::Value& bundle, const BundleParts& parts) {
  if (const auto* message = std::get_if<MessageSignature>(&parts.content)) {
    json::Value value = object({{"signature", encode_base64(message->signature)}});
    if (message->digest) value = with(value, "messageDigest", digest_json(*message->digest));
    return with(bundle, "messageSignature", value);
  }
  const auto& envelope = std::get<DsseEnvelope>(parts.content);
  json::Value signature = object({{"sig", encode_base64(envelope.signature)}});
  if (!envelope.key_id.empty()) signature = with(signature, "keyid", envelope.key_id);
  return with(bundle, "dsseEnvelope",
              object({{"payload", encode_base64(envelope.payload)},
                      {"payloadType", envelope.payload_type},
                      {"signatures", json::Array{std::move(signature)}}}));
}

}  // namespace

json::Value entry_json(const LogEntry& entry) {
  json::Value value = object({{"logIndex", std::to_string(entry.index.value())},
                              {"logId", object({{"keyId", encode_base64(entry.log_id)}})},
                              {"kindVersion", object({{"kind", entry.kind}, {"version", entry.version}})},
                              {"canonicalizedBody", encode_base64(entry.body)}});
  if (entry.integrated_time != Time{})
    value = with(value, "integratedTime", std::to_string(to_unix(entry.integrated_time)));
  if (!entry.promise.empty())
    value = with(value, "inclusionPromise.signedEntryTimestamp", encode_base64(entry.promise));
  if (entry.proof) value = with(value, "inclusionProof", proof_json(*entry.proof));
  return value;
}

json::Value BundleParts::to_json() const {
  json::Array written;
  for (const LogEntry& entry : entries) written.push_back(entry_json(entry));
  json::Value bundle = object({{"mediaType", media_type}});
  bundle = with_material(bundle, *this);
  bundle = with(bundle, "verificationMaterial.tlogEntries", std::move(written));
  if (!timestamps.empty()) {
    json::Array list;
    for (const Bytes& der : timestamps) list.push_back(object({{"signedTimestamp", encode_base64(der)}}));
    bundle =
        with(bundle, "verificationMaterial.timestampVerificationData.rfc3161Timestamps", std::move(list));
  }
  return with_content(bundle, *this);
}

json::Value attestation_json(const BundleParts& bundle) {
  const auto& envelope = std::get<DsseEnvelope>(bundle.content);
  json::Array entries;
  for (const LogEntry& entry : bundle.entries) entries.push_back(entry_json(entry));
  json::Value material = object({{"certificate", encode_base64(bundle.certificates.front())},
                                 {"transparency_entries", std::move(entries)}});
  if (!bundle.timestamps.empty()) {
    json::Array timestamps;
    for (const Bytes& der : bundle.timestamps) timestamps.push_back(encode_base64(der));
    material = with(material, "timestamps", std::move(timestamps));
  }
  return object({{"version", 1},
                 {"verification_material", std::move(material)},
                 {"envelope", object({{"statement", encode_base64(envelope.payload)},
                                      {"signature", encode_base64(envelope.signature)}})}});
}

}  // namespace tomme::testing
