#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/sigstore/log_entry.h"
#include "core/transparency/note.h"

namespace tomme::testing {

/// A witness that countersigns checkpoints.
struct WitnessSigner {
  std::string name;
  PrivateKey key;  ///< Ed25519
  Time time;
};

/// A transparency log with its whole tree in memory.
struct RekorLog {
  enum class Version : std::uint8_t { v1, v2 };

  std::string url;
  Version version;
  PrivateKey key;
  TimeRange valid;
  std::string operator_name = {};
  std::string name = {};  ///< of its note key; the host of `url` where empty
  std::string tree_id = "1193050959916656506";
  std::int64_t index_offset = 1'000'000;       ///< v1: of the global index before the tree's own
  std::optional<SignatureScheme> scheme = {};  ///< other than the key's default
  std::vector<WitnessSigner> witnesses = {};
  std::vector<Bytes> leaves = {};

  NoteKey note_key() const;
  Bytes log_id() const;
  KeyHint hint() const;  ///< the first four bytes of the log id

  Bytes sign(BytesView message) const;
  /// Appends entries of others, so that proofs have a length.
  void fill(std::size_t count);
  /// Appends `body` and proves it: v1 with promise and time, v2 without.
  LogEntry add(std::string kind, std::string kind_version, Bytes body, Time at);

  /// The signature over body, time, log id and global index.
  Bytes promise_for(const LogEntry& entry) const;
  /// Proof for the leaf `index` in the tree as it is now, with a signed checkpoint.
  LogEntry::InclusionProof prove(std::uint64_t index) const;
  Sha256 root() const;
  /// "origin\nsize\nroot\n"
  std::string checkpoint_text() const;
  /// The note of this text, signed by the log and its witnesses.
  std::string sign_note(const std::string& text) const;
};

/// "\u2014 name base64(hint || bytes)\n"
std::string note_line(const std::string& name, const KeyHint& hint, BytesView bytes);
/// The line of a witness under this text.
std::string cosignature_line(const WitnessSigner& witness, const std::string& text);

}  // namespace tomme::testing
