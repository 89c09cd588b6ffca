#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/key.h"
#include "core/transparency/merkle.h"

namespace tomme {

using KeyHint = std::array<std::uint8_t, 4>;  ///< the first four bytes of a note key id

struct NoteLimits {
  std::size_t bytes = 64 * 1024;
  std::size_t signatures = 100;  ///< lines, of known and unknown keys
};

/// A signed note (C2SP signed-note): text, a blank line, signature lines. Not yet believed.
struct SignedNote {
  struct Signature {
    std::string name;
    KeyHint hint;
    Bytes bytes;  ///< behind the hint
  };
  std::string text;  ///< up to and with the newline before the last blank line
  std::vector<Signature> signatures;

  using Limits = NoteLimits;
  static Result<SignedNote> parse(std::string_view envelope, const Limits& limits = {});
};

/// A checkpoint (C2SP tlog-checkpoint): `origin \n size \n base64 root \n [extension lines]`.
struct Checkpoint {
  std::string origin;
  TreeSize size;
  Sha256 root;
  std::vector<std::string> extensions;

  static Result<Checkpoint> parse(std::string_view text);
};

/// A key that signs notes under a name.
class NoteKey {
 public:
  /// With the key id of C2SP signed-note; its first four bytes are the hint.
  /// Ed25519: SHA-256(name \n 0x01 point); ECDSA: SHA-256(SPKI);
  /// RSA PKCS#1: SHA-256(name \n 0xff "PKIX-RSA-PKCS#1v1.5" SPKI) (C2SP signed-note; Rekor).
  static NoteKey make(std::string name, PublicKey key);
  /// With the ids and the scheme that a trust root gives a log. Rekor v1 takes SHA-256(SPKI) for every kind
  /// of key, so an id cannot be computed from the key alone. An id below four bytes names nothing.
  static NoteKey of_log(std::string name, PublicKey key, SignatureScheme scheme,
                        const std::vector<BytesView>& ids);

  const std::string& name() const { return name_; }
  const Sha256& id() const { return id_; }                      ///< as C2SP signed-note has it
  KeyHint hint() const;                                         ///< of that id
  const std::vector<KeyHint>& hints() const { return hints_; }  ///< any of them names the key
  const PublicKey& key() const { return key_; }
  SignatureScheme scheme() const { return scheme_; }

 private:
  NoteKey(std::string name, PublicKey key, SignatureScheme scheme);
  std::string name_;
  PublicKey key_;
  SignatureScheme scheme_;
  Sha256 id_;
  std::vector<KeyHint> hints_;
};

/// A line with the key's name and one of its hints is there, and every such line verifies (C2SP signed-note:
/// one that fails spoils the note). Lines of other names or hints are not looked at. kLogCheckpointSignature
/// where no line is the key's, kSignatureInvalid where one of its lines fails.
Result<void> verify_note(const SignedNote& note, const NoteKey& key);

/// A witness (C2SP tlog-cosignature v1): Ed25519 only.
/// Key id: SHA-256(name \n 0x04 point). Returns when it says it saw the checkpoint.
struct Cosignature {
  std::string witness;
  Time time;
};
std::optional<Cosignature> verify_cosignature(const SignedNote& note, const std::string& witness_name,
                                              const PublicKey& key);

}  // namespace tomme
