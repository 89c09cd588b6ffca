#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/encoding/json.h"
#include "core/transparency/note.h"

namespace tomme {

struct LogEntryLimits {
  std::size_t hashes = 64;  ///< of an audit path: no tree is deeper
};

/// A TransparencyLogEntry (protobuf-specs rekor.proto), read but not believed.
struct LogEntry {
  struct InclusionProof {
    LogIndex index;
    TreeSize tree_size;
    Sha256 root;
    std::vector<Sha256> hashes;
    std::string checkpoint;  ///< the signed note's text; empty where absent
  };
  using Limits = LogEntryLimits;

  LogIndex index;  ///< over all shards of the log
  Bytes log_id;
  std::string kind;      ///< "hashedrekord", "dsse", "intoto"
  std::string version;   ///< "0.0.1", …
  Time integrated_time;  ///< 1970-01-01 where absent; counts only with a verified promise
  Bytes promise;         ///< signed entry timestamp; empty where absent
  std::optional<InclusionProof> proof;
  Bytes body;  ///< canonicalizedBody: the leaf of the log

  /// Bundles refuse members that nobody knows; PEP 740 objects may carry more.
  enum class UnknownMembers : std::uint8_t { refused, ignored };
  static Result<LogEntry> parse(const json::Value& value, UnknownMembers unknown, const Limits& limits = {});
  /// The answer of Rekor v1 to a look-up: {"<uuid>": {body, integratedTime, logID, logIndex, verification}}.
  static Result<LogEntry> parse_rekor_v1(const json::Value& value, const Limits& limits = {});
  /// cosign's old rekorBundle: {"SignedEntryTimestamp", "Payload": {body, integratedTime, logIndex, logID}}.
  static Result<LogEntry> parse_cosign(const json::Value& value);
};

}  // namespace tomme
