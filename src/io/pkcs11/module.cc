#include <algorithm>

#include "core/encoding/text.h"
#include "io/pkcs11/errors.h"
#include "io/pkcs11/key_uri.h"
#include "io/pkcs11/module_internal.h"
#include "io/system/loaded_library.h"

namespace tomme::pkcs11 {

namespace {

constexpr unsigned long kMostSlots = 4096;
constexpr unsigned char kLeastMajor = 2;

struct Name {
  ck_rv_t value;
  std::string_view name;
};
constexpr Name kNames[] = {{CKR_CANCEL, "CKR_CANCEL"},
                           {CKR_HOST_MEMORY, "CKR_HOST_MEMORY"},
                           {CKR_SLOT_ID_INVALID, "CKR_SLOT_ID_INVALID"},
                           {CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR"},
                           {CKR_FUNCTION_FAILED, "CKR_FUNCTION_FAILED"},
                           {CKR_ARGUMENTS_BAD, "CKR_ARGUMENTS_BAD"},
                           {CKR_NEED_TO_CREATE_THREADS, "CKR_NEED_TO_CREATE_THREADS"},
                           {CKR_CANT_LOCK, "CKR_CANT_LOCK"},
                           {CKR_ATTRIBUTE_SENSITIVE, "CKR_ATTRIBUTE_SENSITIVE"},
                           {CKR_ATTRIBUTE_TYPE_INVALID, "CKR_ATTRIBUTE_TYPE_INVALID"},
                           {CKR_DATA_LEN_RANGE, "CKR_DATA_LEN_RANGE"},
                           {CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR"},
                           {CKR_DEVICE_MEMORY, "CKR_DEVICE_MEMORY"},
                           {CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED"},
                           {CKR_FUNCTION_CANCELED, "CKR_FUNCTION_CANCELED"},
                           {CKR_FUNCTION_NOT_SUPPORTED, "CKR_FUNCTION_NOT_SUPPORTED"},
                           {CKR_KEY_HANDLE_INVALID, "CKR_KEY_HANDLE_INVALID"},
                           {CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT"},
                           {CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED"},
                           {CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID"},
                           {CKR_MECHANISM_PARAM_INVALID, "CKR_MECHANISM_PARAM_INVALID"},
                           {CKR_OBJECT_HANDLE_INVALID, "CKR_OBJECT_HANDLE_INVALID"},
                           {CKR_OPERATION_ACTIVE, "CKR_OPERATION_ACTIVE"},
                           {CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT"},
                           {CKR_PIN_INVALID, "CKR_PIN_INVALID"},
                           {CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE"},
                           {CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED"},
                           {CKR_PIN_LOCKED, "CKR_PIN_LOCKED"},
                           {CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED"},
                           {CKR_SESSION_COUNT, "CKR_SESSION_COUNT"},
                           {CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID"},
                           {CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT"},
                           {CKR_TOKEN_NOT_RECOGNIZED, "CKR_TOKEN_NOT_RECOGNIZED"},
                           {CKR_USER_ANOTHER_ALREADY_LOGGED_IN, "CKR_USER_ANOTHER_ALREADY_LOGGED_IN"},
                           {CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN"},
                           {CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED"},
                           {CKR_USER_TOO_MANY_TYPES, "CKR_USER_TOO_MANY_TYPES"},
                           {CKR_KEY_SIZE_RANGE, "CKR_KEY_SIZE_RANGE"},
                           {CKR_ATTRIBUTE_VALUE_INVALID, "CKR_ATTRIBUTE_VALUE_INVALID"},
                           {CKR_DOMAIN_PARAMS_INVALID, "CKR_DOMAIN_PARAMS_INVALID"},
                           {CKR_CURVE_NOT_SUPPORTED, "CKR_CURVE_NOT_SUPPORTED"},
                           {CKR_TEMPLATE_INCONSISTENT, "CKR_TEMPLATE_INCONSISTENT"},
                           {CKR_TOKEN_WRITE_PROTECTED, "CKR_TOKEN_WRITE_PROTECTED"},
                           {CKR_BUFFER_TOO_SMALL, "CKR_BUFFER_TOO_SMALL"},
                           {CKR_CRYPTOKI_NOT_INITIALIZED, "CKR_CRYPTOKI_NOT_INITIALIZED"}};

/// A field is padded with blanks; some modules pad with zeros.
template <std::size_t size>
std::string text_of_field(const unsigned char (&field)[size]) {
  std::string text(std::begin(field), std::end(field));
  text.resize(std::min(text.find('\0'), text.size()));
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

std::unexpected<Error> unusable(const std::string& name, const std::string& why) {
  return fail(kPkcs11Module, "the PKCS#11 module " + printable(name) + " " + why);
}

}  // namespace

std::string name_of(ck_rv_t value) {
  const auto* at = std::ranges::find(kNames, value, &Name::value);
  return at != std::end(kNames) ? std::string(at->name) : "error " + std::to_string(value);
}

bool means_gone(ck_rv_t value) {
  constexpr ck_rv_t kGone[] = {
      CKR_DEVICE_REMOVED, CKR_TOKEN_NOT_PRESENT,  CKR_TOKEN_NOT_RECOGNIZED, CKR_SESSION_HANDLE_INVALID,
      CKR_SESSION_CLOSED, CKR_USER_NOT_LOGGED_IN, CKR_KEY_HANDLE_INVALID,   CKR_OBJECT_HANDLE_INVALID,
      CKR_DEVICE_ERROR,   CKR_SLOT_ID_INVALID};
  return std::ranges::find(kGone, value) != std::end(kGone);
}

std::unexpected<Error> failed(const std::string& what, ck_rv_t value) {
  if (means_gone(value)) {
    return fail(kPkcs11Gone, what + ": the token is gone, or has ended the session (" + name_of(value) + ")");
  }
  return fail(kPkcs11Failed, what + ": the token says " + name_of(value));
}

std::string TokenInfo::describe() const {
  KeyUri uri;
  uri.token = label;
  uri.manufacturer = manufacturer;
  uri.model = model;
  uri.serial = serial;
  return uri.to_string();
}

Result<std::shared_ptr<Module>> Module::load(const std::string& name) {
  void* library = TRY(load_library(name.c_str(), kPkcs11Module));
  CK_C_GetFunctionList get = nullptr;
  if (!find_function(library, "C_GetFunctionList", get)) {
    return unusable(name, "is a library, but no PKCS#11 module: it has no C_GetFunctionList");
  }
  ck_function_list* calls = nullptr;
  if (const ck_rv_t value = get(&calls); value != CKR_OK || calls == nullptr) {
    return unusable(name, "does not name its functions: " + name_of(value));
  }
  if (calls->version.major < kLeastMajor) return unusable(name, "is older than version 2 of PKCS#11");
  const std::shared_ptr<Module> module(new Module(name, calls));
  TRY(module->initialize());
  return module;
}

/// With threads if it can, else for one at a time. Somebody else in this process may have done it.
Result<void> Module::initialize() {
  ck_c_initialize_args arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  ck_rv_t value = calls_->C_Initialize(&arguments);
  if (value == CKR_CANT_LOCK || value == CKR_NEED_TO_CREATE_THREADS || value == CKR_ARGUMENTS_BAD) {
    is_serial_ = true;
    value = calls_->C_Initialize(nullptr);
  }
  is_ours_ = value == CKR_OK;
  if (is_ours_ || value == CKR_CRYPTOKI_ALREADY_INITIALIZED) return {};
  if (value == CKR_ARGUMENTS_BAD) {
    return fail(kPkcs11Module,
                "the PKCS#11 module " + printable(name_) + " does not start: " + name_of(value),
                "NSS softoken wants a string, which p11-kit gives it: x-init-reserved in a file of "
                "/etc/pkcs11/modules");
  }
  return unusable(name_, "does not start: " + name_of(value));
}

Result<void> Module::restart() {
  if (!is_ours_) return {};
  ++started_;
  calls_->C_Finalize(nullptr);
  is_ours_ = is_serial_ = false;
  return initialize();
}

Module::~Module() {
  if (is_ours_) calls_->C_Finalize(nullptr);
}

std::optional<TokenInfo> Module::token_in(ck_slot_id_t slot) const {
  ck_token_info info{};
  if (calls_->C_GetTokenInfo(slot, &info) != CKR_OK) return std::nullopt;
  if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) return std::nullopt;
  TokenInfo token;
  token.slot = slot;
  token.label = text_of_field(info.label);
  token.manufacturer = text_of_field(info.manufacturer_id);
  token.model = text_of_field(info.model);
  token.serial = text_of_field(info.serial_number);
  token.flags = info.flags;
  return token;
}

Result<std::vector<TokenInfo>> Module::tokens() const {
  std::vector<ck_slot_id_t> slots;
  ck_rv_t value = CKR_BUFFER_TOO_SMALL;
  // A token may be plugged in between the two calls.
  for (unsigned again = 0; value == CKR_BUFFER_TOO_SMALL && again < 8; ++again) {
    unsigned long count = 0;
    value = calls_->C_GetSlotList(1, nullptr, &count);
    if (value != CKR_OK) break;
    if (count > kMostSlots) return unusable(name_, "has " + std::to_string(count) + " slots");
    slots.resize(count);
    if (count != 0) value = calls_->C_GetSlotList(1, slots.data(), &count);
    slots.resize(std::min<std::size_t>(count, slots.size()));
  }
  if (value != CKR_OK) return unusable(name_, "does not list its tokens: " + name_of(value));
  std::vector<TokenInfo> tokens;
  for (const ck_slot_id_t slot : slots) {
    if (auto token = token_in(slot)) tokens.push_back(*std::move(token));
  }
  return tokens;
}

}  // namespace tomme::pkcs11
