#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/sigstore/artifact.h"
#include "core/sigstore/bundle.h"
#include "core/sigstore/evidence.h"
#include "core/sigstore/log_proof.h"
#include "core/sigstore/trusted_root.h"

namespace tomme {

/// A key that somebody handed over, for bundles without a certificate.
struct ManagedKey {
  PublicKey key;
  std::optional<TimeRange> valid = {};  ///< every proven time must lie inside
};

/// What a verification demands. The defaults are what the public instances give.
struct VerifyOptions {
  std::optional<ManagedKey> key = {};
  unsigned logs = 1;              ///< distinct logs (or operators) that must hold the entry
  unsigned times = 1;             ///< distinct sources of proven time
  unsigned certificate_logs = 1;  ///< distinct CT logs that must have seen the certificate
  /// Bundles with signed timestamps and no log entry at all; of instances without CT logs also certificates
  /// without SCT and without issuer (GitHub's own).
  bool accept_no_log = false;
  bool accept_promise_only = false;                ///< an entry with a SET and no inclusion proof
  std::optional<std::string> predicate_type = {};  ///< exactly this one; message signatures are refused then
  std::vector<Witness> witnesses = {};  ///< reported where they signed a checkpoint; never required
  Statement::Limits statement_limits = {};
  SignedNote::Limits note_limits = {};
  Timestamp::Limits timestamp_limits = {};
};

/// Verifies bundles against one trusted root. Immutable after construction; const calls are thread-safe.
///
/// What the caller still has to do:
///   * say who should have signed: Evidence tells who did, core/policy judges it;
///   * for PEP 740, hold the statement's file name against the file's (core/attestation/provenance.h);
///   * decide whether the statement's predicate type means anything to it (core/policy).
class Verifier {
 public:
  Verifier(std::shared_ptr<const TrustedRoot> root, VerifyOptions options);

  /// The steps, in this order (docs/ARCHITECTURE.md walks through them):
  ///   1. timestamps of authorities: each that holds proves a time;
  ///   2. log entries: key of the log, promise, inclusion proof, checkpoint and its witnesses; their times;
  ///   3. enough times and logs, each log's key valid at the time of its entry;
  ///   4. certificate: chain at every proven time, SCTs, identity; or the given key's validity;
  ///   5. that each entry is about this signature, key and digest;
  ///   6. the signature itself, over the artifact or over the statement that has its digest as a subject.
  /// The first failure is the result; only timestamps of unknown authorities and SCTs of unknown logs are
  /// passed over, with a note.
  Result<Evidence> verify(const Bundle& bundle, Artifact& artifact) const;

  const TrustedRoot& root() const { return *root_; }

 private:
  std::shared_ptr<const TrustedRoot> root_;
  VerifyOptions options_;
};

}  // namespace tomme
