#include "core/sigstore/log_proof.h"

#include "core/crypto/errors.h"
#include "core/encoding/der.h"
#include "core/encoding/text.h"
#include "core/sigstore/errors.h"
#include "core/transparency/errors.h"

namespace tomme {

namespace {

/// Rekor v1: "<name> - <tree id>"; Rekor v2: the name itself.
bool is_origin_of(std::string_view origin, std::string_view name) {
  if (!origin.starts_with(name)) return false;
  std::string_view rest = origin.substr(name.size());
  if (rest.empty()) return true;
  if (!rest.starts_with(" - ") || rest.size() == 3) return false;
  return rest.find_first_not_of("0123456789", 3) == std::string_view::npos;
}

/// The name that this checkpoint is signed under, of the two that the log's URL gives.
Result<const NoteKey*> note_key_for(const Checkpoint& checkpoint, const TrustedLog& log) {
  if (log.key_with_port && is_origin_of(checkpoint.origin, log.key_with_port->name()))
    return &*log.key_with_port;
  if (is_origin_of(checkpoint.origin, log.key.name())) return &log.key;
  return fail(kLogCheckpointSignature, "the checkpoint is of " + printable(checkpoint.origin) +
                                           ", not of the log " + printable(log.base_url));
}

}  // namespace

Result<Witness> parse_witness(std::string_view text) {
  constexpr std::uint8_t kCosignatureV1 = 0x04;
  const auto bad = [&](std::string_view why) {
    return fail(kWitnessKey, printable(text) + " is no witness key: " + std::string(why));
  };
  const auto first = text.find('+');
  const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos || first == 0) return bad("it is not NAME+HASH+KEY");
  const Result<Bytes> key = decode_base64(text.substr(second + 1));
  if (!key || key->size() != 33 || key->front() != kCosignatureV1)
    return bad("its key is not a cosigner's Ed25519 key");
  const std::string name(text.substr(0, first));
  const BytesView point = BytesView(*key).subspan(1);
  constexpr std::uint8_t kNewline = '\n';
  const Sha256 id = sha256({bytes_of(name), BytesView(&kNewline, 1), *key});
  if (text.substr(first + 1, second - first - 1) != encode_hex(id.view().first(4)))
    return bad("its hash is another key's");
  // SubjectPublicKeyInfo of RFC 8410.
  const Bytes spki =
      der::sequence({der::sequence({der::encode_oid("1.3.101.112")}), der::encode_bit_string(point)});
  PublicKey public_key = TRY(PublicKey::parse_spki(spki));
  return Witness{name, std::move(public_key)};
}

Result<std::vector<const TrustedLog*>> find_logs(const std::vector<TrustedLog>& logs, const LogEntry& entry) {
  std::vector<const TrustedLog*> found;
  for (const TrustedLog& log : logs) {
    if (log.is_named(entry.log_id)) found.push_back(&log);
  }
  if (found.empty())
    return fail(kEntryUnknownLog,
                "the trust root has no log with the id " + printable(encode_hex(entry.log_id)));
  return found;
}

bool is_rekor_v2(const LogEntry& entry) {
  return entry.version == "0.0.2" && entry.kind != "intoto";
}

// The SET signs the canonical JSON (RFC 8785) of
//   {"body": base64, "integratedTime": seconds, "logID": hex, "logIndex": the global index}
Result<void> verify_promise(const LogEntry& entry, const TrustedLog& log) {
  const std::string payload = "{\"body\":\"" + encode_base64(entry.body) +
                              "\",\"integratedTime\":" + std::to_string(to_unix(entry.integrated_time)) +
                              ",\"logID\":\"" + encode_hex(entry.log_id) +
                              "\",\"logIndex\":" + std::to_string(entry.index.value()) + "}";
  if (const auto ok = log.key.key().verify(log.scheme, bytes_of(payload), entry.promise); !ok) {
    return fail(kEntryPromise, "the promise of " + printable(log.base_url) + " for entry " +
                                   std::to_string(entry.index.value()) + " is not signed by that log");
  }
  if (!log.valid.contains(entry.integrated_time)) {
    return fail(kEntryTime, "the entry was logged at " + to_rfc3339(entry.integrated_time) +
                                ", when the key of " + printable(log.base_url) + " was not valid");
  }
  return {};
}

Result<std::vector<Cosignature>> verify_inclusion(const LogEntry& entry, const TrustedLog& log,
                                                  const std::vector<Witness>& witnesses,
                                                  const SignedNote::Limits& limits) {
  const LogEntry::InclusionProof& proof = *entry.proof;
  if (proof.checkpoint.empty()) {
    return fail(kBundleNoInclusionProof,
                "the inclusion proof of entry " + std::to_string(entry.index.value()) + " has no checkpoint");
  }
  if (is_rekor_v2(entry) && proof.index != entry.index) {
    return fail(kLogInclusionProof, "entry " + std::to_string(entry.index.value()) +
                                        " has a proof for entry " + std::to_string(proof.index.value()));
  }
  const SignedNote note = TRY(SignedNote::parse(proof.checkpoint, limits));
  const Checkpoint checkpoint = TRY(Checkpoint::parse(note.text));
  TRY(verify_note(note, *TRY(note_key_for(checkpoint, log))));
  if (checkpoint.root != proof.root || checkpoint.size != proof.tree_size) {
    return fail(kEntryRoot,
                "the inclusion proof is for another tree than the checkpoint of " + printable(log.base_url));
  }
  const Sha256 root =
      TRY(root_from_inclusion_proof(proof.index, proof.tree_size, leaf_hash(entry.body), proof.hashes));
  if (root != checkpoint.root) {
    return fail(kLogInclusionProof, "the inclusion proof of entry " + std::to_string(entry.index.value()) +
                                        " does not lead to the root of " + printable(log.base_url));
  }
  std::vector<Cosignature> cosignatures;
  for (const Witness& witness : witnesses) {
    if (auto seen = verify_cosignature(note, witness.name, witness.key))
      cosignatures.push_back(std::move(*seen));
  }
  return cosignatures;
}

}  // namespace tomme
