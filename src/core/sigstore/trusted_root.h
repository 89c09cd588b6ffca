#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/crypto/chain.h"
#include "core/encoding/json.h"
#include "core/transparency/note.h"

namespace tomme {

/// A transparency or certificate transparency log that is trusted.
struct TrustedLog {
  std::string base_url;
  std::string operator_name;  ///< version 0.2; empty where not said
  Bytes log_id;               ///< logId.keyId, by which entries and SCTs name it
  Bytes checkpoint_key_id;  ///< version 0.2: by which entries of a Rekor v2 may name it too; empty where not
                            ///< said
  SignatureScheme scheme;
  NoteKey key;  ///< under the name that its checkpoints are signed with: the URL's host
  std::optional<NoteKey> key_with_port;  ///< the same where the URL has a port: some logs sign as host:port
  TimeRange valid;

  bool is_named(BytesView id) const;
  /// What thresholds count: the operator, or the log itself where none is named.
  std::string counted_as() const;
};

/// A certificate authority or a timestamp authority that is trusted.
struct TrustedAuthority {
  std::string uri;
  std::string operator_name;
  AuthorityChain chain;             ///< from what issues leaves up to the anchor
  std::optional<Certificate> leaf;  ///< a timestamp authority's own certificate, where the root names it
  TimeRange valid;

  std::string counted_as() const;
};

struct TrustedRootLimits {
  std::size_t instances = 64;  ///< of one kind
  std::size_t bytes = 1024 * 1024;
};

/// A Sigstore trusted root (protobuf-specs trustroot.proto), version 0.1 or 0.2, with its keys read and the
/// links of its chains verified. Immutable; share it as `shared_ptr<const TrustedRoot>`.
/// Unknown members are ignored; members we know must be right: a log without a start of validity makes
/// the whole root invalid.
struct TrustedRoot {
  using Limits = TrustedRootLimits;
  std::vector<TrustedLog> logs;
  std::vector<TrustedLog> certificate_logs;
  std::vector<TrustedAuthority> certificate_authorities;
  std::vector<TrustedAuthority> timestamp_authorities;
  /// Logs whose kind of key this program does not know (they are left out): their URLs, for messages.
  std::vector<std::string> left_out;

  static Result<TrustedRoot> parse(std::string_view text, const Limits& limits = {});
  /// One in each line, as gh attestation trusted-root writes them, or one alone. They are not one root: what
  /// a log of one says proves nothing of a certificate of another.
  static Result<std::vector<TrustedRoot>> parse_all(std::string_view text, const Limits& limits = {});
};

}  // namespace tomme
