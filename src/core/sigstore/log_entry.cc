#include "core/sigstore/log_entry.h"

#include "core/encoding/proto_base64.h"
#include "core/encoding/text.h"
#include "core/sigstore/errors.h"

namespace tomme {

namespace {

using json::Fields;
using UnknownMembers = LogEntry::UnknownMembers;

Result<void> finish(const Fields& fields, UnknownMembers unknown) {
  return unknown == UnknownMembers::ignored ? Result<void>() : fields.expect_no_more();
}

Result<std::uint64_t> not_negative(std::int64_t value, std::string_view what) {
  if (value < 0) return fail(kBundleShape, "the " + std::string(what) + " is negative");
  return static_cast<std::uint64_t>(value);
}

Result<Sha256> hash_of(BytesView bytes) {
  return in("inclusion proof", Sha256::from_bytes(bytes));
}

Result<void> within_limit(std::size_t hashes, const LogEntry::Limits& limits) {
  if (hashes <= limits.hashes) return {};
  return fail(kBundleLimit, "an inclusion proof has " + std::to_string(hashes) + " hashes, more than " +
                                std::to_string(limits.hashes));
}

// InclusionProof { int64 log_index; bytes root_hash; int64 tree_size; repeated bytes hashes;
//                  Checkpoint { string envelope } checkpoint }
Result<LogEntry::InclusionProof> parse_proof(Fields fields, UnknownMembers unknown,
                                             const LogEntry::Limits& limits) {
  const std::int64_t index = TRY(fields.optional_int64("logIndex")).value_or(0);
  const LogIndex log_index(TRY(not_negative(index, "inclusion proof's log index")));
  const TreeSize size(TRY(not_negative(TRY(fields.int64("treeSize")), "inclusion proof's tree size")));
  const Sha256 root = TRY(hash_of(TRY(fields.base64("rootHash"))));
  LogEntry::InclusionProof proof{log_index, size, root, {}, ""};
  if (const json::Array* hashes = TRY(fields.optional_array("hashes"))) {
    TRY(within_limit(hashes->size(), limits));
    for (const json::Value& hash : *hashes) {
      if (!hash.text()) return fail(kBundleShape, "a hash of the inclusion proof is not a string");
      proof.hashes.push_back(TRY(hash_of(TRY(in("inclusion proof", decode_proto_base64(*hash.text()))))));
    }
  }
  if (auto checkpoint = TRY(fields.optional_object("checkpoint"))) {
    proof.checkpoint = TRY(checkpoint->text("envelope"));
    TRY(finish(*checkpoint, unknown));
  }
  TRY(finish(fields, unknown));
  return proof;
}

// "verification": {"inclusionProof": {checkpoint, hashes[hex], logIndex, rootHash(hex), treeSize},
//                  "signedEntryTimestamp": base64}
Result<LogEntry::InclusionProof> parse_proof_v1(Fields fields, const LogEntry::Limits& limits) {
  const LogIndex log_index(TRY(not_negative(TRY(fields.integer("logIndex")), "inclusion proof's log index")));
  const TreeSize size(TRY(not_negative(TRY(fields.integer("treeSize")), "inclusion proof's tree size")));
  const Sha256 root = TRY(in("inclusion proof", Sha256::parse_hex(TRY(fields.text("rootHash")))));
  LogEntry::InclusionProof proof{log_index, size, root, {}, std::string(TRY(fields.text("checkpoint")))};
  const json::Array* hashes = TRY(fields.array("hashes"));
  TRY(within_limit(hashes->size(), limits));
  for (const json::Value& hash : *hashes) {
    if (!hash.text()) return fail(kBundleShape, "a hash of the inclusion proof is not a string");
    proof.hashes.push_back(TRY(in("inclusion proof", Sha256::parse_hex(*hash.text()))));
  }
  return proof;
}

/// The forms of Rekor v1 itself have the kind in the body alone.
Result<void> take_kind_from_body(LogEntry& entry) {
  const json::Value body = TRY(in("log entry body", json::parse(text_of(entry.body))));
  Fields fields = TRY(Fields::of(body, "log entry body"));
  entry.kind = TRY(fields.text("kind"));
  entry.version = TRY(fields.text("apiVersion"));
  return {};
}

}  // namespace

// TransparencyLogEntry { int64 log_index; LogId { bytes key_id } log_id; KindVersion { string kind; string
//   version } kind_version; int64 integrated_time; InclusionPromise { bytes signed_entry_timestamp }
//   inclusion_promise; InclusionProof inclusion_proof; bytes canonicalized_body }
Result<LogEntry> LogEntry::parse(const json::Value& value, UnknownMembers unknown, const Limits& limits) {
  Fields fields = TRY(Fields::of(value, "log entry", Fields::Spelling::proto));
  // proto3 leaves out a zero: an absent index is the first entry.
  const std::int64_t index = TRY(fields.optional_int64("logIndex")).value_or(0);
  Fields log_id = TRY(fields.object("logId"));
  Fields kind = TRY(fields.object("kindVersion"));
  const LogIndex log_index(TRY(not_negative(index, "log index")));
  Bytes id = TRY(log_id.base64("keyId"));
  std::string kind_name(TRY(kind.text("kind")));
  std::string version(TRY(kind.text("version")));
  const std::int64_t seconds = TRY(fields.optional_int64("integratedTime")).value_or(0);
  Bytes body = TRY(fields.base64("canonicalizedBody"));
  LogEntry entry{log_index, std::move(id), std::move(kind_name), std::move(version), time_from_unix(seconds),
                 {},        std::nullopt,  std::move(body)};
  if (auto promise = TRY(fields.optional_object("inclusionPromise"))) {
    entry.promise = TRY(promise->base64("signedEntryTimestamp"));
    TRY(finish(*promise, unknown));
    if (entry.promise.empty()) return fail(kBundleShape, "the inclusion promise is empty");
  }
  if (auto proof = TRY(fields.optional_object("inclusionProof"))) {
    entry.proof = TRY(parse_proof(std::move(*proof), unknown, limits));
  }
  TRY(finish(log_id, unknown));
  TRY(finish(kind, unknown));
  TRY(finish(fields, unknown));
  return entry;
}

Result<LogEntry> LogEntry::parse_rekor_v1(const json::Value& value, const Limits& limits) {
  const json::Object* answer = value.object();
  if (!answer || answer->size() != 1)
    return fail(kBundleShape, "the log's answer does not hold exactly one entry");
  Fields fields = TRY(Fields::of(answer->begin()->value, "log entry"));
  Fields verification = TRY(fields.object("verification"));
  const LogIndex log_index(TRY(not_negative(TRY(fields.integer("logIndex")), "log index")));
  Bytes id = TRY(in("log entry", decode_hex(TRY(fields.text("logID")))));
  const Time logged = time_from_unix(TRY(fields.integer("integratedTime")));
  Bytes promise = TRY(verification.base64("signedEntryTimestamp"));
  auto proof = TRY(parse_proof_v1(TRY(verification.object("inclusionProof")), limits));
  Bytes leaf = TRY(fields.base64("body"));
  LogEntry entry{log_index,        std::move(id),  "", "", logged, std::move(promise),
                 std::move(proof), std::move(leaf)};
  TRY(take_kind_from_body(entry));
  return entry;
}

Result<LogEntry> LogEntry::parse_cosign(const json::Value& value) {
  Fields fields = TRY(Fields::of(value, "rekorBundle"));
  Bytes promise = TRY(fields.base64("SignedEntryTimestamp"));
  Fields payload = TRY(fields.object("Payload"));
  TRY(fields.expect_no_more());
  const LogIndex log_index(TRY(not_negative(TRY(payload.integer("logIndex")), "log index")));
  Bytes id = TRY(in("log entry", decode_hex(TRY(payload.text("logID")))));
  const Time logged = time_from_unix(TRY(payload.integer("integratedTime")));
  Bytes leaf = TRY(payload.base64("body"));
  TRY(payload.expect_no_more());
  LogEntry entry{log_index, std::move(id), "", "", logged, std::move(promise), std::nullopt, std::move(leaf)};
  TRY(take_kind_from_body(entry));
  return entry;
}

}  // namespace tomme
