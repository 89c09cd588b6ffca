#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/encoding/json.h"
#include "core/tuf/key.h"
#include "core/tuf/names.h"

namespace tomme::tuf {

/// Beyond these a file is refused unread; how long each role may be is a limit of tuf/updater.h.
struct EnvelopeLimits {
  std::size_t bytes = 64 * 1024 * 1024;
  std::size_t depth = 64;          ///< nested arrays and objects
  std::size_t values = 4'000'000;  ///< JSON values of all kinds
  std::size_t signatures = 1'000;  ///< under one file
};

/// One signature as the file has it; nobody has looked whether it is any good.
struct Signature {
  KeyId keyid;
  std::string hex;            ///< the member "sig"; signing services leave it empty until they have signed
  json::Object unknown = {};  ///< other members; TAP 18 has "bundle"
};

/// A metadata file taken apart (section 4.2.1):
///
///     { "signed" : ROLE, "signatures" : [ { "keyid" : KEYID, "sig" : HEX }, … ] }
struct Envelope {
  json::Value payload;    ///< the object under "signed"
  std::string canonical;  ///< what was signed: the payload in the canonical JSON of OLPC
  std::vector<Signature> signatures;

  /// kJsonInvalid, kTufShape; kTufDuplicateSignature where two signatures have one key id.
  static Result<Envelope> parse(BytesView file, const EnvelopeLimits& limits = {});
};

/// The file of a role: compact JSON. `canonical` is what to_canonical() of tuf/metadata.h gave and what was
/// signed; control characters in its texts, which JSON does not allow, are escaped here.
std::string write_envelope(std::string_view canonical, std::span<const Signature> signatures);

/// Signs what to_canonical() gave; `key.public_key()` must be the key's own public half.
Result<Signature> sign(const PrivateKey& signer, const Key& key, const KeyId& keyid,
                       std::string_view canonical);

}  // namespace tomme::tuf
