#pragma once

#include <string>
#include <string_view>

#include "testing/bundle.h"

namespace tomme::testing {

/// Who signed: a key, and the certificate a Fulcio gave for it (absent: a managed key).
struct Signer {
  PrivateKey key;
  std::optional<Certificate> certificate = {};
};

/// A log entry's kind and its version: "hashedrekord" 0.0.1 and 0.0.2, "dsse" 0.0.1 and 0.0.2,
/// "intoto" 0.0.1 and 0.0.2.
struct EntryKind {
  std::string kind = "hashedrekord";
  std::string version = "0.0.1";

  bool is_rekor_v2() const { return version == "0.0.2" && kind != "intoto"; }
};

/// What a log of this kind writes down for the content: canonical JSON. `digest` is of the artifact, and used
/// for message signatures only.
Bytes make_body(const EntryKind& kind, const BundleParts& bundle, const Signer& signer, const Digest& digest);

/// PublicKeyDetails of sigstore_common.proto; RSA keys by their size.
std::string key_details(const PublicKey& key);

}  // namespace tomme::testing
