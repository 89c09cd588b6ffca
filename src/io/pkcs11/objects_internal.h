#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/key.h"
#include "io/pkcs11/key_uri.h"
#include "io/pkcs11/module_internal.h"

/// What lies in a token (PKCS #11 sections 10 and 11.7). What it says is outside data: sizes are bounded and
/// keys go through PublicKey's own parsers.
namespace tomme::pkcs11 {

/// A key or certificate in a token.
struct Object {
  ck_object_handle_t handle = 0;
  ObjectKind kind = ObjectKind::private_key;
  std::string label;
  Bytes id;
  std::optional<ck_key_type_t> key_type;  ///< of keys
  bool may_sign = true;                   ///< of private keys
  bool asks_each_time = false;            ///< of private keys: CKA_ALWAYS_AUTHENTICATE

  std::string describe() const;  ///< as the part of a URI that names it
};

/// Reads objects in a session.
class ObjectReader {
 public:
  static constexpr std::size_t kMostObjects = 1000;
  static constexpr std::size_t kMostBytes = 64 * 1024;  ///< of one attribute

  ObjectReader(const Module& module, ck_session_handle_t session) : module_(module), session_(session) {}

  /// All of a kind; `label` and `id` where they are given.
  Result<std::vector<Object>> find(ObjectKind kind, const std::optional<std::string>& label,
                                   const std::optional<Bytes>& id) const;
  /// Of a public key or certificate; of a private key where its own attributes tell. kPkcs11KeyType.
  Result<std::optional<PublicKey>> public_key_of(const Object& object) const;
  /// Of a private key, by the public key or the certificate that has its id, or by itself.
  /// kPkcs11NoPublicHalf.
  Result<PublicKey> public_half_of(const Object& private_key) const;

 private:
  /// nullopt where the object has none or does not tell.
  Result<std::optional<Bytes>> attribute(ck_object_handle_t object, ck_attribute_type_t type) const;
  Result<std::vector<ck_object_handle_t>> search(std::span<ck_attribute> wanted) const;
  Result<Object> read(ck_object_handle_t handle, ObjectKind kind) const;
  Result<std::optional<PublicKey>> rsa_key(ck_object_handle_t object) const;
  Result<std::optional<PublicKey>> curve_key(ck_object_handle_t object, bool edwards) const;
  Result<std::optional<PublicKey>> certified_key(ck_object_handle_t object) const;

  const Module& module_;
  ck_session_handle_t session_;
};

}  // namespace tomme::pkcs11
