#include <algorithm>
#include <cstring>

#include "core/crypto/certificate.h"
#include "core/encoding/der.h"
#include "core/encoding/text.h"
#include "io/pkcs11/errors.h"
#include "io/pkcs11/objects_internal.h"

namespace tomme::pkcs11 {

namespace {

constexpr std::string_view kEcPublicKey = "1.2.840.10045.2.1";
constexpr std::string_view kEd25519 = "1.3.101.112";
constexpr std::string_view kEdwards25519 = "edwards25519";  // PKCS #11 v3.0 section 2.3.3
constexpr std::size_t kEd25519Bytes = 32;

ck_object_class_t class_of(ObjectKind kind) {
  return kind == ObjectKind::private_key  ? CKO_PRIVATE_KEY
         : kind == ObjectKind::public_key ? CKO_PUBLIC_KEY
                                          : CKO_CERTIFICATE;
}

/// For C_FindObjectsInit, which only reads it: the type is that of calls that write, too.
template <class Content>
ck_attribute attribute_of(ck_attribute_type_t type, const Content& bytes) {
  return {type, const_cast<void*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

std::optional<unsigned long> number_of(const std::optional<Bytes>& bytes) {
  unsigned long number = 0;
  if (!bytes || bytes->size() != sizeof number) return std::nullopt;
  std::memcpy(&number, bytes->data(), sizeof number);
  return number;
}

std::optional<bool> bool_of(const std::optional<Bytes>& bytes) {
  if (!bytes || bytes->size() != 1) return std::nullopt;
  return bytes->front() != 0;
}

Result<std::optional<PublicKey>> usable(Result<PublicKey> key) {
  if (key) return std::optional<PublicKey>(*std::move(key));
  return fail(kPkcs11KeyType, "the token has a public key that cannot be used: " + key.error().message());
}

/// CKA_EC_POINT is an OCTET STRING of the point; some tokens leave the wrapping out.
BytesView unwrapped_point(BytesView value) {
  der::Reader reader(value);
  const auto inner = reader.octet_string();
  return inner && reader.at_end() ? *inner : value;
}

/// Whether CKA_EC_PARAMS says Ed25519: by its OID or, as version 3.0 first had it, by a name.
bool is_ed25519(BytesView params) {
  der::Reader reader(params);
  if (reader.next_is(der::kOid)) return equal(params, der::encode_oid(kEd25519));
  const auto name = reader.element(der::kPrintableString);
  return name && text_of(name->body) == kEdwards25519;
}

}  // namespace

std::string Object::describe() const {
  KeyUri uri;
  if (!label.empty()) uri.object = label;
  if (!id.empty()) uri.id = id;
  uri.type = kind;
  return uri.to_string().substr(std::string_view("pkcs11:").size());
}

Result<std::optional<Bytes>> ObjectReader::attribute(ck_object_handle_t object,
                                                     ck_attribute_type_t type) const {
  ck_attribute asked{type, nullptr, 0};
  ck_rv_t value = module_.calls().C_GetAttributeValue(session_, object, &asked, 1);
  if (value == CKR_ATTRIBUTE_TYPE_INVALID || value == CKR_ATTRIBUTE_SENSITIVE) return std::nullopt;
  if (value != CKR_OK) return failed("an object cannot be read", value);
  if (asked.value_len == CK_UNAVAILABLE_INFORMATION) return std::nullopt;
  if (asked.value_len > kMostBytes) {
    return fail(kPkcs11Failed,
                "an object in the token is larger than " + std::to_string(kMostBytes) + " bytes");
  }
  Bytes bytes(asked.value_len);
  if (bytes.empty()) return bytes;
  asked.value = bytes.data();
  value = module_.calls().C_GetAttributeValue(session_, object, &asked, 1);
  if (value != CKR_OK) return failed("an object cannot be read", value);
  bytes.resize(std::min<std::size_t>(asked.value_len, bytes.size()));
  return bytes;
}

Result<std::vector<ck_object_handle_t>> ObjectReader::search(std::span<ck_attribute> wanted) const {
  const ck_function_list& calls = module_.calls();
  ck_rv_t value = calls.C_FindObjectsInit(session_, wanted.data(), wanted.size());
  if (value != CKR_OK) return failed("the objects in the token cannot be listed", value);
  std::vector<ck_object_handle_t> found;
  ck_object_handle_t some[16];
  unsigned long count = 1;
  while (value == CKR_OK && count != 0 && found.size() <= kMostObjects) {
    value = calls.C_FindObjects(session_, some, std::size(some), &count);
    if (value == CKR_OK)
      found.insert(found.end(), some, some + std::min<std::size_t>(count, std::size(some)));
  }
  calls.C_FindObjectsFinal(session_);
  if (value != CKR_OK) return failed("the objects in the token cannot be listed", value);
  if (found.size() > kMostObjects) {
    return fail(kPkcs11Several, "more than " + std::to_string(kMostObjects) + " objects in the token match");
  }
  return found;
}

Result<Object> ObjectReader::read(ck_object_handle_t handle, ObjectKind kind) const {
  Object object;
  object.handle = handle;
  object.kind = kind;
  const std::optional<Bytes> label = TRY(attribute(handle, CKA_LABEL));
  if (label) object.label = text_of(*label);
  const std::optional<Bytes> id = TRY(attribute(handle, CKA_ID));
  if (id) object.id = *id;
  if (kind != ObjectKind::certificate) object.key_type = number_of(TRY(attribute(handle, CKA_KEY_TYPE)));
  if (kind == ObjectKind::private_key) {
    object.may_sign = bool_of(TRY(attribute(handle, CKA_SIGN))).value_or(true);
    object.asks_each_time = bool_of(TRY(attribute(handle, CKA_ALWAYS_AUTHENTICATE))).value_or(false);
  }
  return object;
}

Result<std::vector<Object>> ObjectReader::find(ObjectKind kind, const std::optional<std::string>& label,
                                               const std::optional<Bytes>& id) const {
  ck_object_class_t object_class = class_of(kind);
  std::vector<ck_attribute> wanted{{CKA_CLASS, &object_class, sizeof object_class}};
  if (label) wanted.push_back(attribute_of(CKA_LABEL, *label));
  if (id) wanted.push_back(attribute_of(CKA_ID, *id));
  std::vector<Object> objects;
  for (const ck_object_handle_t handle : TRY(search(wanted))) objects.push_back(TRY(read(handle, kind)));
  return objects;
}

Result<std::optional<PublicKey>> ObjectReader::rsa_key(ck_object_handle_t object) const {
  const std::optional<Bytes> modulus = TRY(attribute(object, CKA_MODULUS));
  const std::optional<Bytes> exponent = TRY(attribute(object, CKA_PUBLIC_EXPONENT));
  if (!modulus || !exponent || modulus->empty() || exponent->empty()) return std::nullopt;
  const Bytes n = der::encode_unsigned(*modulus), e = der::encode_unsigned(*exponent);
  return usable(PublicKey::parse_rsa_pkcs1(der::sequence({n, e})));
}

// SubjectPublicKeyInfo ::= SEQUENCE { SEQUENCE { algorithm OID, parameters OPTIONAL }, BIT STRING }
Result<std::optional<PublicKey>> ObjectReader::curve_key(ck_object_handle_t object, bool edwards) const {
  const std::optional<Bytes> params = TRY(attribute(object, CKA_EC_PARAMS));
  const std::optional<Bytes> value = TRY(attribute(object, CKA_EC_POINT));
  if (!params || !value || value->empty()) return std::nullopt;
  const BytesView point = unwrapped_point(*value);
  Bytes algorithm;
  if (edwards) {
    if (!is_ed25519(*params) || point.size() != kEd25519Bytes) {
      return fail(kPkcs11KeyType, "the token has a key on an Edwards curve that is not Ed25519");
    }
    const Bytes oid = der::encode_oid(kEd25519);
    algorithm = der::sequence({oid});
  } else {
    const Bytes oid = der::encode_oid(kEcPublicKey);
    algorithm = der::sequence({oid, *params});
  }
  const Bytes bits = der::encode_bit_string(point);
  return usable(PublicKey::parse_spki(der::sequence({algorithm, bits})));
}

Result<std::optional<PublicKey>> ObjectReader::certified_key(ck_object_handle_t object) const {
  const std::optional<Bytes> der = TRY(attribute(object, CKA_VALUE));
  if (!der || der->empty()) return std::nullopt;
  const auto certificate = Certificate::parse(*der);
  if (certificate) return certificate->key();
  return fail(kPkcs11KeyType,
              "the token has a certificate that cannot be used: " + certificate.error().message());
}

Result<std::optional<PublicKey>> ObjectReader::public_key_of(const Object& object) const {
  if (object.kind == ObjectKind::certificate) return certified_key(object.handle);
  if (object.key_type == CKK_RSA) return rsa_key(object.handle);
  if (object.key_type == CKK_EC) return curve_key(object.handle, false);
  if (object.key_type == CKK_EC_EDWARDS) return curve_key(object.handle, true);
  return fail(kPkcs11KeyType,
              "the key " + printable(object.describe()) + " is of a kind that does not sign metadata");
}

Result<PublicKey> ObjectReader::public_half_of(const Object& private_key) const {
  for (const ObjectKind kind : {ObjectKind::public_key, ObjectKind::certificate}) {
    // Without an id, only the label can say what belongs together.
    const bool by_id = !private_key.id.empty();
    const auto label = by_id ? std::nullopt : std::optional(private_key.label);
    const auto id = by_id ? std::optional(private_key.id) : std::nullopt;
    for (const Object& object : TRY(find(kind, label, id))) {
      if (kind == ObjectKind::public_key && object.key_type != private_key.key_type) continue;
      if (auto key = TRY(public_key_of(object))) return *std::move(key);
    }
  }
  if (auto key = TRY(public_key_of(private_key))) return *std::move(key);
  return fail(kPkcs11NoPublicHalf,
              "the token has no public key or certificate with the id of the private key " +
                  printable(private_key.describe()));
}

}  // namespace tomme::pkcs11
