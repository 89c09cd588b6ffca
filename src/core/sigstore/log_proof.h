#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/sigstore/evidence.h"
#include "core/sigstore/log_entry.h"
#include "core/sigstore/trusted_root.h"

namespace tomme {

/// Somebody who countersigns checkpoints (C2SP tlog-cosignature). Trusted roots do not list them yet.
struct Witness {
  std::string name;
  PublicKey key;  ///< Ed25519
};
/// "name+hhhhhhhh+base64(0x04 point)": a verifier key as C2SP signed-note and tlog-cosignature write it.
Result<Witness> parse_witness(std::string_view text);

/// The trusted periods of the log that an entry names by its log id (usually one). Exactly by id: no key is
/// ever tried on the off-chance.
Result<std::vector<const TrustedLog*>> find_logs(const std::vector<TrustedLog>& logs, const LogEntry& entry);

/// Rekor v2 entries have no time of their own, and one index for proof and entry.
bool is_rekor_v2(const LogEntry& entry);

/// The log's key signed the promise (SET) over this entry, and was valid at its integrated time.
Result<void> verify_promise(const LogEntry& entry, const TrustedLog& log);

/// The entry is in the tree of a checkpoint that the log signed. Returns which of `witnesses` signed it too.
Result<std::vector<Cosignature>> verify_inclusion(const LogEntry& entry, const TrustedLog& log,
                                                  const std::vector<Witness>& witnesses,
                                                  const SignedNote::Limits& limits);

}  // namespace tomme
