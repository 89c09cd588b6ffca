#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/result.h"
#include "core/crypto/key.h"
#include "core/encoding/json.h"
#include "core/tuf/names.h"

namespace tomme::tuf {

/// A signer known by name (TAP 18): keytype "sigstore-oidc", scheme "Fulcio".
struct OidcSigner {
  std::string identity;
  std::string issuer;
  friend bool operator==(const OidcSigner&, const OidcSigner&) = default;
};

/// Verifies a Sigstore bundle over `message` by that signer. Whoever wants TAP 18 hands one in: this room
/// knows no Sigstore. `bundle` is the member of that name of the signature object.
using OidcVerifier =
    std::function<Result<void>(const OidcSigner& signer, BytesView message, const json::Value& bundle)>;

/// A key as metadata lists it (section 4.2). One that cannot be used is kept and never counts: it must not
/// make the rest of a file unreadable.
///
///     keytype / scheme                             keyval.public
///     ed25519 / ed25519                            64 hexadecimal digits
///     ecdsa, ecdsa-sha2-nistp256|384|521 /
///       ecdsa-sha2-nistp256|384|521                PEM or the uncompressed point in hexadecimal
///     rsa / rsassa-pss-sha256|384|512,
///       rsa-pkcs1v15-sha256|384|512                PEM, from 2048 bits; any salt
///     sigstore-oidc / Fulcio                       none: keyval is {identity, issuer}
class Key {
 public:
  /// kTufShape where keytype, scheme or keyval are missing or of another JSON type.
  static Result<Key> parse(const json::Value& value);

  /// For writers: ed25519; ecdsa with the scheme of its curve; rsa with rsassa-pss-sha256.
  static Key of(const PublicKey& key);
  /// For writers; kTufKeyUnusable where the scheme does not fit the key.
  static Result<Key> of(const PublicKey& key, std::string_view scheme);
  static Key of(const OidcSigner& signer);

  const std::string& type() const { return type_; }
  const std::string& scheme() const { return scheme_; }
  /// nullptr for keys that cannot be used, and for signers known by name.
  const PublicKey* public_key() const;
  const OidcSigner* oidc_signer() const { return std::get_if<OidcSigner>(&use_); }
  const json::Object& keyval() const { return keyval_; }
  /// How this key signs; meaningful where public_key() is.
  SignatureScheme signature_scheme() const;
  /// Empty where the key can be used.
  std::string_view why_unusable() const;
  /// Members that no specification names ("x-tuf-on-ci-keyowner"); may be set by writers.
  json::Object unknown;

  /// Equal for equal keys, whatever their key id, type or scheme: thresholds count these.
  std::string counted_as() const;

  /// kTufKeyUnusable or kSignatureInvalid. `message_digest` gives the message's digest for the keys that
  /// sign one, so that it is made once for all signatures.
  Result<void> verify(BytesView message, const std::function<Digest(HashAlgorithm)>& message_digest,
                      BytesView signature) const;

  /// As metadata has it, in canonical JSON.
  Result<std::string> to_canonical() const;
  /// What writers name it by: the SHA-256 of the canonical keytype, keyval and scheme (section 4.2).
  KeyId id() const;

 private:
  struct Usable {
    PublicKey key;
    SignatureScheme scheme;
  };
  struct Unusable {
    std::string why;
  };
  using Use = std::variant<Unusable, Usable, OidcSigner>;

  Key(std::string type, std::string scheme, json::Object keyval);
  static Use usable_as(std::string_view type, std::string_view scheme, const json::Object& keyval);

  std::string type_;
  std::string scheme_;
  json::Object keyval_;
  Use use_;
};

}  // namespace tomme::tuf
