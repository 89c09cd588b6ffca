#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/attestation/statement.h"
#include "core/base/time.h"
#include "core/crypto/digest.h"
#include "core/sigstore/identity.h"
#include "core/transparency/merkle.h"
#include "core/transparency/note.h"

namespace tomme {

/// A log that proved to hold the signature.
struct LogProof {
  std::string log;         ///< its base URL
  std::string counted_as;  ///< operator, or the log itself
  LogIndex index;          ///< global
  bool included;           ///< by an inclusion proof; else only promised (SET)
  std::vector<Cosignature> witnesses;
};

/// A moment at which the signature provably existed.
struct ProvenTime {
  Time time;
  std::string source;  ///< URI of the timestamp authority, or URL of the log
  std::string counted_as;
};

/// What a verification proved: who signed which digest, when, in which logs, saying what.
/// Only the verifier makes it. It does not say that the signer is the right one: see core/policy.
class Evidence {
 public:
  /// Nothing for a managed key: then `key` is who signed.
  const std::optional<Identity>& identity() const { return identity_; }
  const std::optional<PublicKey>& key() const { return key_; }
  const Digest& artifact() const { return artifact_; }
  /// The in-toto statement, for an envelope.
  const std::optional<Statement>& statement() const { return statement_; }
  const std::vector<LogProof>& logs() const { return logs_; }
  const std::vector<ProvenTime>& times() const { return times_; }
  /// What was passed over because it proves nothing here, one sentence each.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  friend class Verifier;
  explicit Evidence(Digest artifact) : artifact_(artifact) {}
  std::optional<Identity> identity_;
  std::optional<PublicKey> key_;
  Digest artifact_;
  std::optional<Statement> statement_;
  std::vector<LogProof> logs_;
  std::vector<ProvenTime> times_;
  std::vector<std::string> notes_;
};

}  // namespace tomme
