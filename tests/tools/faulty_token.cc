// A PKCS#11 module that goes wrong on demand, over the one that TOMME_FAULTY_MODULE names. The file that
// TOMME_FAULTY_FILE names holds what is wrong just now, as words; it is read at each call, so that a test can
// pull a token out while the program runs. Each login is added to FILE.logins, as tests count how often a PIN
// is tried.
//
//   removed        no token is there, and sessions fail     pin-changed      every PIN is wrong
//   forgotten      the next signature finds no session      locked           the PIN is locked
//   wrong          signatures have one bit changed          final-try        one wrong PIN locks it
//   odd            signatures lack their last byte         pin-pad          the token has keys of its own
//   no-threads     it takes one thread at a time            one-session      there is one session only
//   no-mechanism   it knows no way to sign                 read-only        no key can be made in it
//   exact          Ed25519 wants room for 64 bytes, no more (as NSS softoken)
//   login-fails    logins and signatures fail of themselves
//   stale          it answers CKR_GENERAL_ERROR to opening and login until it is initialized anew (as
//                  tpm2-pkcs11 after its resource manager went)
#define CRYPTOKI_GNU
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <p11-kit/pkcs11.h>
#include <string>

namespace {

ck_function_list real, ours;
std::atomic<int> sessions = 0;
std::atomic<int> inside = 0;

const char* variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

bool is(const std::string& fault) {
  std::ifstream file(variable("TOMME_FAULTY_FILE"));
  for (std::string word; file >> word;) {
    if (word == fault) return true;
  }
  return false;
}

void forget(const std::string& fault) {
  std::string rest;
  {
    std::ifstream file(variable("TOMME_FAULTY_FILE"));
    for (std::string word; file >> word;) rest += word == fault ? "" : word + " ";
  }
  std::ofstream(variable("TOMME_FAULTY_FILE")) << rest;
}

/// Aborts where two threads are inside a module that said it takes one.
struct Alone {
  Alone() {
    if (is("no-threads") && inside.fetch_add(1) != 0) std::abort();
  }
  ~Alone() {
    if (is("no-threads")) --inside;
  }
};

ck_rv_t initialize(void* arguments) {
  if (is("no-threads") && arguments != nullptr) return CKR_CANT_LOCK;
  sessions = 0;
  if (is("stale")) forget("stale");
  return real.C_Initialize(arguments);
}

ck_rv_t get_slot_list(unsigned char present, ck_slot_id_t* slots, unsigned long* count) {
  if (!is("removed")) return real.C_GetSlotList(present, slots, count);
  *count = 0;
  return CKR_OK;
}

ck_rv_t get_token_info(ck_slot_id_t slot, ck_token_info* info) {
  if (is("removed")) return CKR_TOKEN_NOT_PRESENT;
  const ck_rv_t value = real.C_GetTokenInfo(slot, info);
  if (is("final-try")) info->flags |= CKF_USER_PIN_FINAL_TRY;
  if (is("locked")) info->flags |= CKF_USER_PIN_LOCKED;
  if (is("pin-pad")) info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
  return value;
}

ck_rv_t open_session(ck_slot_id_t slot, ck_flags_t flags, void* application, ck_notify_t notify,
                     ck_session_handle_t* session) {
  if (is("removed")) return CKR_DEVICE_REMOVED;
  if (is("stale")) return CKR_GENERAL_ERROR;
  if (is("one-session") && sessions > 0) return CKR_SESSION_COUNT;
  const ck_rv_t value = real.C_OpenSession(slot, flags, application, notify, session);
  if (value == CKR_OK) ++sessions;
  return value;
}

ck_rv_t close_session(ck_session_handle_t session) {
  --sessions;
  return real.C_CloseSession(session);
}

ck_rv_t close_all_sessions(ck_slot_id_t slot) {
  sessions = 0;
  return real.C_CloseAllSessions(slot);
}

ck_rv_t login(ck_session_handle_t session, ck_user_type_t user, unsigned char* pin, unsigned long size) {
  std::ofstream(std::string(variable("TOMME_FAULTY_FILE")) + ".logins", std::ios::app) << ".";
  if (is("locked")) return CKR_PIN_LOCKED;
  if (is("login-fails")) return CKR_GENERAL_ERROR;
  if (is("pin-changed")) return CKR_PIN_INCORRECT;
  static unsigned char typed[] = {'1', '2', '3', '4'};
  if (is("pin-pad"))
    return pin == nullptr ? real.C_Login(session, user, typed, sizeof typed) : CKR_PIN_INCORRECT;
  return real.C_Login(session, user, pin, size);
}

ck_rv_t generate_key_pair(ck_session_handle_t session, ck_mechanism* mechanism, ck_attribute* half,
                          unsigned long half_size, ck_attribute* secret, unsigned long secret_size,
                          ck_object_handle_t* public_key, ck_object_handle_t* private_key) {
  if (is("read-only")) return CKR_TOKEN_WRITE_PROTECTED;
  if (is("no-mechanism")) return CKR_MECHANISM_INVALID;
  return real.C_GenerateKeyPair(session, mechanism, half, half_size, secret, secret_size, public_key,
                                private_key);
}

ck_rv_t sign_init(ck_session_handle_t session, ck_mechanism* mechanism, ck_object_handle_t key) {
  const Alone alone;
  if (is("removed")) return CKR_DEVICE_REMOVED;
  if (is("stale") || is("login-fails")) return CKR_GENERAL_ERROR;
  if (is("no-mechanism")) return CKR_MECHANISM_INVALID;
  if (is("forgotten")) {
    forget("forgotten");
    real.C_Logout(session);
    return CKR_SESSION_HANDLE_INVALID;
  }
  return real.C_SignInit(session, mechanism, key);
}

ck_rv_t sign(ck_session_handle_t session, unsigned char* data, unsigned long data_size,
             unsigned char* signature, unsigned long* size) {
  const Alone alone;
  if (is("removed")) return CKR_DEVICE_REMOVED;
  constexpr unsigned long kEd25519 = 64;
  if (is("exact") && *size != kEd25519) return CKR_ARGUMENTS_BAD;
  const ck_rv_t value = real.C_Sign(session, data, data_size, signature, size);
  if (is("wrong")) signature[*size / 2] ^= 1;
  if (is("odd")) --*size;
  return value;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) ck_rv_t C_GetFunctionList(ck_function_list** list) {
  void* library = dlopen(variable("TOMME_FAULTY_MODULE"), RTLD_NOW | RTLD_LOCAL);
  void* symbol = library != nullptr ? dlsym(library, "C_GetFunctionList") : nullptr;
  if (symbol == nullptr) return CKR_GENERAL_ERROR;
  ck_function_list* of_real = nullptr;
  if (const ck_rv_t value = reinterpret_cast<CK_C_GetFunctionList>(symbol)(&of_real); value != CKR_OK)
    return value;
  real = ours = *of_real;
  ours.C_Initialize = &initialize;
  ours.C_GetSlotList = &get_slot_list;
  ours.C_GetTokenInfo = &get_token_info;
  ours.C_OpenSession = &open_session;
  ours.C_CloseSession = &close_session;
  ours.C_CloseAllSessions = &close_all_sessions;
  ours.C_Login = &login;
  ours.C_GenerateKeyPair = &generate_key_pair;
  ours.C_SignInit = &sign_init;
  ours.C_Sign = &sign;
  *list = &ours;
  return CKR_OK;
}
