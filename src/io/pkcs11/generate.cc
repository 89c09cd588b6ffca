#include <vector>

#include "core/encoding/der.h"
#include "io/pkcs11/errors.h"
#include "io/pkcs11/generate_internal.h"

namespace tomme::pkcs11 {

namespace {

constexpr unsigned long kRsaBits = 3072;

struct Kind {
  ck_mechanism_type_t mechanism;
  std::string_view curve;  // an OID; empty for RSA
  std::string_view name;
};

Kind kind_of(KeyType type) {
  switch (type) {
    case KeyType::ecdsa_p256:
      return {CKM_EC_KEY_PAIR_GEN, "1.2.840.10045.3.1.7", "ECDSA P-256"};
    case KeyType::ecdsa_p384:
      return {CKM_EC_KEY_PAIR_GEN, "1.3.132.0.34", "ECDSA P-384"};
    case KeyType::ecdsa_p521:
      return {CKM_EC_KEY_PAIR_GEN, "1.3.132.0.35", "ECDSA P-521"};
    case KeyType::ed25519:
      return {CKM_EC_EDWARDS_KEY_PAIR_GEN, "1.3.101.112", "Ed25519"};
    case KeyType::rsa:
      return {CKM_RSA_PKCS_KEY_PAIR_GEN, "", "RSA 3072"};
  }
  std::unreachable();
}

/// A list of attributes and the values that they point at.
class Template {
 public:
  void add(ck_attribute_type_t type, Bytes value) {
    values_.push_back(std::move(value));
    attributes_.push_back({type, values_.back().data(), values_.back().size()});
  }
  void add(ck_attribute_type_t type, bool value) {
    add(type, Bytes{static_cast<std::uint8_t>(value ? 1 : 0)});
  }
  void add(ck_attribute_type_t type, unsigned long value) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&value);
    add(type, Bytes(bytes, bytes + sizeof value));
  }
  ck_attribute* data() { return attributes_.data(); }
  unsigned long size() const { return attributes_.size(); }

 private:
  std::vector<Bytes> values_;  // their bytes stay where they are when the list grows
  std::vector<ck_attribute> attributes_;
};

Template common(const std::string& label, const Bytes& id, bool is_private) {
  Template wanted;
  wanted.add(CKA_TOKEN, true);
  wanted.add(CKA_PRIVATE, is_private);
  wanted.add(CKA_LABEL, Bytes(label.begin(), label.end()));
  wanted.add(CKA_ID, id);
  return wanted;
}

Template public_half(const Kind& kind, const std::string& label, const Bytes& id) {
  Template wanted = common(label, id, false);
  wanted.add(CKA_VERIFY, true);
  if (kind.curve.empty()) {
    wanted.add(CKA_MODULUS_BITS, kRsaBits);
    wanted.add(CKA_PUBLIC_EXPONENT, Bytes{1, 0, 1});
  } else {
    wanted.add(CKA_EC_PARAMS, der::encode_oid(kind.curve));
  }
  return wanted;
}

Template private_half(const std::string& label, const Bytes& id) {
  Template wanted = common(label, id, true);
  wanted.add(CKA_SIGN, true);
  wanted.add(CKA_SENSITIVE, true);
  wanted.add(CKA_EXTRACTABLE, false);
  return wanted;
}

bool means_other_kind(ck_rv_t value) {
  return value == CKR_MECHANISM_INVALID || value == CKR_MECHANISM_PARAM_INVALID ||
         value == CKR_DOMAIN_PARAMS_INVALID || value == CKR_CURVE_NOT_SUPPORTED ||
         value == CKR_ATTRIBUTE_VALUE_INVALID || value == CKR_KEY_SIZE_RANGE ||
         value == CKR_FUNCTION_NOT_SUPPORTED;
}

}  // namespace

Result<void> generate_key_pair(const Module& module, ck_session_handle_t session, KeyType type,
                               const std::string& label, const Bytes& id) {
  const ck_function_list& calls = module.calls();
  ck_session_info info{};
  ck_session_handle_t writing = 0;
  ck_rv_t value = calls.C_GetSessionInfo(session, &info);
  if (value == CKR_OK) {
    value =
        calls.C_OpenSession(info.slot_id, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &writing);
  }
  if (value != CKR_OK) return failed("the token cannot be written to", value);
  const Kind kind = kind_of(type);
  Template open = public_half(kind, label, id), secret = private_half(label, id);
  ck_mechanism mechanism{kind.mechanism, nullptr, 0};
  ck_object_handle_t public_key = 0, private_key = 0;
  value = calls.C_GenerateKeyPair(writing, &mechanism, open.data(), open.size(), secret.data(), secret.size(),
                                  &public_key, &private_key);
  calls.C_CloseSession(writing);
  if (value == CKR_OK) return {};
  if (!means_other_kind(value)) return failed("no key was made", value);
  return fail(kPkcs11KeyType,
              "the token makes no keys of the kind " + std::string(kind.name) + " (" + name_of(value) + ")",
              "--type ecdsa is what most tokens have; or make it with the tools of the token");
}

}  // namespace tomme::pkcs11
