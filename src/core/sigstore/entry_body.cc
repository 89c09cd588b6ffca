#include "core/sigstore/entry_body.h"

#include <array>

#include "core/encoding/json.h"
#include "core/encoding/pem.h"
#include "core/encoding/text.h"
#include "core/sigstore/errors.h"

namespace tomme {

namespace {

using json::Fields;

std::unexpected<Error> mismatch(std::string_view what) {
  return fail(kEntryMismatch, "the log entry is about another " + std::string(what));
}

/// Errors of the JSON reader become "not a body of its kind".
template <class T>
Result<T> body(Result<T> result) {
  if (!result)
    return fail(kEntryBody, "the log entry's body is not of its kind: " + result.error().message());
  return result;
}

/// {"algorithm": "sha256", "value": hex} of the 0.0.1 kinds.
struct HexHash {
  HashAlgorithm algorithm;
  Bytes bytes;
};
Result<HexHash> parse_hex_hash(Fields fields) {
  const std::string_view name = TRY(fields.text("algorithm"));
  const auto algorithm = parse_hash_algorithm(name);
  if (!algorithm) return fail(kEntryBody, "the log entry uses the digest " + printable(name));
  HexHash hash{*algorithm, TRY(decode_hex(TRY(fields.text("value"))))};
  TRY(fields.expect_no_more());
  return hash;
}

Result<void> expect_digest(const HexHash& hash, const Digest& actual, std::string_view what) {
  if (!equal(hash.bytes, actual.view())) return mismatch(what);
  return {};
}

/// A certificate or a public key in PEM: compared by DER, since clients wrap lines as they like.
Result<void> expect_signer(BytesView pem, const EntrySigner& signer) {
  const auto blocks = body(parse_pem(text_of(pem)));
  if (!blocks) return std::unexpected<Error>(blocks.error());
  if (blocks->size() != 1)
    return fail(kEntryBody, "the log entry names " + std::to_string(blocks->size()) + " keys");
  const PemBlock& block = blocks->front();
  if (signer.certificate) {
    if (block.label == "CERTIFICATE" && equal(block.der, signer.certificate->der())) return {};
  } else if (block.label == "PUBLIC KEY" && equal(block.der, signer.key.spki())) {
    return {};
  }
  return mismatch(signer.certificate ? "certificate" : "key");
}

Result<void> expect_signature(BytesView logged, const Bundle& bundle) {
  if (!equal(logged, bundle.signature())) return mismatch("signature");
  return {};
}

// {"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{algorithm,value}},
//  "signature":{"content":base64,"publicKey":{"content":base64 of PEM}}}}
Result<EntryBinding> bind_hashedrekord_1(Fields spec, const Bundle& bundle, const EntrySigner& signer,
                                         Artifact& artifact) {
  if (!bundle.message()) return mismatch("kind of signature");
  Fields data = TRY(body(spec.object("data")));
  Fields signature = TRY(body(spec.object("signature")));
  Fields key = TRY(body(signature.object("publicKey")));
  const HexHash hash = TRY(body(parse_hex_hash(TRY(body(data.object("hash"))))));
  TRY(expect_signature(TRY(body(signature.base64("content"))), bundle));
  TRY(expect_signer(TRY(body(key.base64("content"))), signer));
  for (const Fields* fields : {&data, &signature, &key, &spec}) TRY(body(fields->expect_no_more()));
  TRY(expect_digest(hash, TRY(artifact.digest(hash.algorithm)), "file"));
  return EntryBinding{hash.algorithm};
}

struct V2Hash {
  std::string_view name;  // HashAlgorithm of sigstore_common.proto
  HashAlgorithm algorithm;
};
constexpr std::array kV2Hashes = {V2Hash{"SHA2_256", HashAlgorithm::sha256},
                                  V2Hash{"SHA2_384", HashAlgorithm::sha384},
                                  V2Hash{"SHA2_512", HashAlgorithm::sha512}};

Result<HashAlgorithm> parse_v2_hash(std::string_view name) {
  for (const V2Hash& hash : kV2Hashes) {
    if (hash.name == name) return hash.algorithm;
  }
  return fail(kEntryBody, "the log entry uses the digest " + printable(name));
}

/// {"keyDetails":…,"publicKey"|"x509Certificate":{"rawBytes":…}}, members in canonical order.
std::string verifier_json(const EntrySigner& signer, std::string_view key_details) {
  const std::string_view kind = signer.certificate ? "x509Certificate" : "publicKey";
  const BytesView raw = signer.certificate ? signer.certificate->der() : signer.key.spki();
  return "{\"keyDetails\":" + json::quote(key_details) + ",\"" + std::string(kind) + "\":{\"rawBytes\":\"" +
         encode_base64(raw) + "\"}}";
}

/// keyDetails is a name for the key that the bundle does not repeat: it is taken from the entry, and must
/// be a name of a key of this kind. LogEntry's verifier object is read for nothing else.
Result<std::string_view> key_details_of(Fields& verifier, const PublicKey& key) {
  const std::string_view details = TRY(body(verifier.text("keyDetails")));
  std::string_view family;
  switch (key.type()) {
    case KeyType::ecdsa_p256:
      family = "PKIX_ECDSA_P256_";
      break;
    case KeyType::ecdsa_p384:
      family = "PKIX_ECDSA_P384_";
      break;
    case KeyType::ecdsa_p521:
      family = "PKIX_ECDSA_P521_";
      break;
    case KeyType::ed25519:
      family = "PKIX_ED25519";
      break;
    case KeyType::rsa:
      family = "PKIX_RSA_";
      break;
  }
  if (!details.starts_with(family)) return mismatch("kind of key");
  return details;
}

Result<void> expect_body(const LogEntry& entry, std::string_view made) {
  if (text_of(entry.body) != made) return mismatch("file, signature or key");
  return {};
}

// {"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":…,"digest":base64},
//  "signature":{"content":base64,"verifier":{…}}}}}. For an envelope the digest is of its encoding (PAE).
Result<EntryBinding> bind_hashedrekord_2(const LogEntry& entry, Fields spec, const Bundle& bundle,
                                         const EntrySigner& signer, Artifact& artifact) {
  Fields record = TRY(body(spec.object("hashedRekordV002")));
  Fields data = TRY(body(record.object("data")));
  Fields signature = TRY(body(record.object("signature")));
  Fields verifier = TRY(body(signature.object("verifier")));
  const std::string_view name = TRY(body(data.text("algorithm")));
  const HashAlgorithm algorithm = TRY(parse_v2_hash(name));
  const std::string_view details = TRY(key_details_of(verifier, signer.key));
  const Digest digest = bundle.envelope()
                            ? tomme::digest(algorithm, bundle.envelope()->pre_authentication_encoding())
                            : TRY(artifact.digest(algorithm));
  TRY(expect_body(
      entry,
      "{\"apiVersion\":\"0.0.2\",\"kind\":\"hashedrekord\",\"spec\":{\"hashedRekordV002\":{\"data\":{"
      "\"algorithm\":\"" +
          std::string(name) + "\",\"digest\":\"" + encode_base64(digest.view()) +
          "\"},\"signature\":{\"content\":\"" + encode_base64(bundle.signature()) +
          "\",\"verifier\":" + verifier_json(signer, details) + "}}}}"));
  return EntryBinding{algorithm};
}

// {"apiVersion":"0.0.1","kind":"dsse","spec":{"envelopeHash":{…},"payloadHash":{algorithm,value},
//  "signatures":[{"signature":base64,"verifier":base64 of PEM}]}}. envelopeHash is of the JSON text that the
// client happened to send: nobody can make it again, and the parts are bound without it.
Result<EntryBinding> bind_dsse_1(Fields spec, const Bundle& bundle, const EntrySigner& signer) {
  if (!bundle.envelope()) return mismatch("kind of signature");
  TRY(body(parse_hex_hash(TRY(body(spec.object("envelopeHash"))))));
  const HexHash payload = TRY(body(parse_hex_hash(TRY(body(spec.object("payloadHash"))))));
  TRY(expect_digest(payload, digest(payload.algorithm, bundle.envelope()->payload), "payload"));
  const json::Array* signatures = TRY(body(spec.array("signatures")));
  TRY(body(spec.expect_no_more()));
  if (signatures->size() != 1) return mismatch("number of signatures");
  Fields signature = TRY(body(Fields::of(signatures->front(), "logged signature")));
  TRY(expect_signature(TRY(body(signature.base64("signature"))), bundle));
  TRY(expect_signer(TRY(body(signature.base64("verifier"))), signer));
  TRY(body(signature.expect_no_more()));
  return EntryBinding{};
}

// {"apiVersion":"0.0.2","kind":"dsse","spec":{"dsseV002":{"payloadHash":{"algorithm":…,"digest":base64},
//  "signatures":[{"content":base64,"verifier":{…}}]}}}; no longer written, old bundles have it.
Result<EntryBinding> bind_dsse_2(const LogEntry& entry, Fields spec, const Bundle& bundle,
                                 const EntrySigner& signer) {
  if (!bundle.envelope()) return mismatch("kind of signature");
  Fields record = TRY(body(spec.object("dsseV002")));
  Fields payload = TRY(body(record.object("payloadHash")));
  const json::Array* signatures = TRY(body(record.array("signatures")));
  if (signatures->size() != 1) return mismatch("number of signatures");
  Fields signature = TRY(body(Fields::of(signatures->front(), "logged signature")));
  Fields verifier = TRY(body(signature.object("verifier")));
  const std::string_view name = TRY(body(payload.text("algorithm")));
  const HashAlgorithm algorithm = TRY(parse_v2_hash(name));
  const std::string_view details = TRY(key_details_of(verifier, signer.key));
  TRY(expect_body(entry,
                  "{\"apiVersion\":\"0.0.2\",\"kind\":\"dsse\",\"spec\":{\"dsseV002\":{\"payloadHash\":{"
                  "\"algorithm\":\"" +
                      std::string(name) + "\",\"digest\":\"" +
                      encode_base64(digest(algorithm, bundle.envelope()->payload).view()) +
                      "\"},\"signatures\":[{\"content\":\"" + encode_base64(bundle.signature()) +
                      "\",\"verifier\":" + verifier_json(signer, details) + "}]}}}"));
  return EntryBinding{};
}

/// The JSON texts of an envelope as the clients of the intoto 0.0.1 days sent it (Go's encoding/json over
/// go-securesystemslib's Envelope): its digest is the entry's only tie to the signature.
bool is_known_envelope_text(const HexHash& hash, const DsseEnvelope& envelope) {
  const std::string head = "{\"payloadType\":" + json::quote(envelope.payload_type) + ",\"payload\":\"" +
                           encode_base64(envelope.payload) + "\",\"signatures\":[{";
  const std::string sig = "\"sig\":\"" + encode_base64(envelope.signature) + "\"}]}";
  const std::string key_id = "\"keyid\":" + json::quote(envelope.key_id) + ",";
  for (const std::string& middle : {std::string("\"keyid\":\"\","), key_id, std::string()}) {
    if (equal(hash.bytes, digest(hash.algorithm, bytes_of(head + middle + sig)).view())) return true;
  }
  return false;
}

// {"apiVersion":"0.0.1","kind":"intoto","spec":{"content":{"hash":{…},"payloadHash":{…}},"publicKey":base64
// PEM}}
Result<EntryBinding> bind_intoto_1(Fields spec, const Bundle& bundle, const EntrySigner& signer) {
  if (!bundle.envelope()) return mismatch("kind of signature");
  Fields content = TRY(body(spec.object("content")));
  const HexHash envelope = TRY(body(parse_hex_hash(TRY(body(content.object("hash"))))));
  if (auto payload = TRY(body(content.optional_object("payloadHash")))) {
    const HexHash hash = TRY(body(parse_hex_hash(std::move(*payload))));
    TRY(expect_digest(hash, digest(hash.algorithm, bundle.envelope()->payload), "payload"));
  }
  TRY(expect_signer(TRY(body(spec.base64("publicKey"))), signer));
  TRY(body(content.expect_no_more()));
  TRY(body(spec.expect_no_more()));
  if (!is_known_envelope_text(envelope, *bundle.envelope())) return mismatch("envelope");
  return EntryBinding{};
}

/// Base64 of base64: Rekor encodes again what the envelope's JSON already had encoded.
Result<Bytes> twice_decoded(Fields& fields, std::string_view name) {
  const Bytes once = TRY(body(fields.base64(name)));
  return body(decode_base64(text_of(once)));
}

// {"apiVersion":"0.0.2","kind":"intoto","spec":{"content":{"envelope":{["payload":base64²],"payloadType":…,
//  "signatures":[{["keyid":…],"publicKey":base64 of PEM,"sig":base64²}]},"hash":{…},"payloadHash":{…}}}}
Result<EntryBinding> bind_intoto_2(Fields spec, const Bundle& bundle, const EntrySigner& signer) {
  if (!bundle.envelope()) return mismatch("kind of signature");
  Fields content = TRY(body(spec.object("content")));
  Fields envelope = TRY(body(content.object("envelope")));
  if (TRY(body(envelope.text("payloadType"))) != bundle.envelope()->payload_type)
    return mismatch("payload type");
  if (envelope.find("payload") &&
      !equal(TRY(twice_decoded(envelope, "payload")), bundle.envelope()->payload)) {
    return mismatch("payload");
  }
  TRY(body(parse_hex_hash(TRY(body(content.object("hash"))))));
  const HexHash payload = TRY(body(parse_hex_hash(TRY(body(content.object("payloadHash"))))));
  TRY(expect_digest(payload, digest(payload.algorithm, bundle.envelope()->payload), "payload"));
  const json::Array* signatures = TRY(body(envelope.array("signatures")));
  if (signatures->size() != 1) return mismatch("number of signatures");
  Fields signature = TRY(body(Fields::of(signatures->front(), "logged signature")));
  TRY(body(signature.optional_text("keyid")));
  TRY(expect_signature(TRY(twice_decoded(signature, "sig")), bundle));
  TRY(expect_signer(TRY(body(signature.base64("publicKey"))), signer));
  for (const Fields* fields : {&signature, &envelope, &content, &spec}) TRY(body(fields->expect_no_more()));
  return EntryBinding{};
}

}  // namespace

Result<EntryBinding> bind_entry(const LogEntry& entry, const Bundle& bundle, const EntrySigner& signer,
                                Artifact& artifact) {
  const json::Value value =
      TRY(body(json::parse(text_of(entry.body), {.depth = 16, .bytes = 16 * 1024 * 1024})));
  Fields fields = TRY(body(Fields::of(value, "log entry body")));
  const std::string_view kind = TRY(body(fields.text("kind")));
  const std::string_view version = TRY(body(fields.text("apiVersion")));
  Fields spec = TRY(body(fields.object("spec")));
  TRY(body(fields.expect_no_more()));
  if (kind != entry.kind || version != entry.version) {
    return fail(kEntryMismatch, "the bundle calls its log entry " + printable(entry.kind) + " " +
                                    printable(entry.version) + ", the log " + printable(kind) + " " +
                                    printable(version));
  }
  if (kind == "hashedrekord" && version == "0.0.1")
    return bind_hashedrekord_1(std::move(spec), bundle, signer, artifact);
  if (kind == "hashedrekord" && version == "0.0.2")
    return bind_hashedrekord_2(entry, std::move(spec), bundle, signer, artifact);
  if (kind == "dsse" && version == "0.0.1") return bind_dsse_1(std::move(spec), bundle, signer);
  if (kind == "dsse" && version == "0.0.2") return bind_dsse_2(entry, std::move(spec), bundle, signer);
  if (kind == "intoto" && version == "0.0.1") return bind_intoto_1(std::move(spec), bundle, signer);
  if (kind == "intoto" && version == "0.0.2") return bind_intoto_2(std::move(spec), bundle, signer);
  return fail(kEntryBody, "the log entry is of kind " + printable(kind) + " " + printable(version));
}

}  // namespace tomme
