#pragma once

#include <optional>

#include "core/base/result.h"
#include "core/crypto/certificate.h"
#include "core/crypto/key.h"
#include "core/sigstore/artifact.h"
#include "core/sigstore/bundle.h"
#include "core/sigstore/log_entry.h"

namespace tomme {

/// The key that a log entry must name: the bundle's certificate, or the managed key.
struct EntrySigner {
  const Certificate* certificate;  ///< nullptr for a managed key
  const PublicKey& key;
};

/// What the entry says about how the signature was made, where its kind records that.
struct EntryBinding {
  std::optional<HashAlgorithm>
      hash;  ///< of the artifact (message) or the encoding that was signed (envelope)
};

/// The body of `entry` is about this very signature, key and content, byte for byte. Kinds and versions:
/// hashedrekord 0.0.1 and 0.0.2, dsse 0.0.1 and 0.0.2, intoto 0.0.1 and 0.0.2. Where the format leaves no
/// choice (0.0.2 of hashedrekord and dsse) the whole body is made again from the bundle and compared.
/// kEntryBody where the body is not of its kind, kEntryMismatch where it is about something else.
Result<EntryBinding> bind_entry(const LogEntry& entry, const Bundle& bundle, const EntrySigner& signer,
                                Artifact& artifact);

}  // namespace tomme
