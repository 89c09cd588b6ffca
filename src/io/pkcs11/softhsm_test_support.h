#pragma once

#define CRYPTOKI_GNU
#include <array>
#include <cstdlib>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <p11-kit/pkcs11.h>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/crypto/certificate_builder.h"
#include "core/encoding/der.h"
#include "testing/folder.h"
#include "testing/must.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace tomme::pkcs11 {

inline constexpr const char* kPin = "1234";

/// SoftHSM 2.6.1 loses 37 bytes at each signature by Ed25519, which are not ours to report.
class LeaksOfSoftHsm {
 public:
#ifdef __SANITIZE_ADDRESS__
  LeaksOfSoftHsm() { __lsan_disable(); }
  ~LeaksOfSoftHsm() { __lsan_enable(); }
#else
  LeaksOfSoftHsm() {}
#endif
  LeaksOfSoftHsm(const LeaksOfSoftHsm&) = delete;
  LeaksOfSoftHsm& operator=(const LeaksOfSoftHsm&) = delete;
};

/// What C_GenerateKeyPair is asked for.
struct KeySpec {
  std::string label;
  Bytes id = {1};
  const char* curve = "1.2.840.10045.3.1.7";  ///< an OID; empty: RSA
  unsigned long rsa_bits = 2048;
  bool edwards = false;
  bool keeps_public = true;    ///< else the public key is removed again
  bool public_is_open = true;  ///< else it is seen after the login only
  bool may_sign = true;
  bool asks_each_time = false;
};

/// SoftHSM with a folder of its own, used as the maker of a token would; gone with the test.
class SoftHsm {
 public:
  /// Where Debian and others put it; nullptr where it is not installed.
  static const char* path() {
    for (const char* path : {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
                             "/usr/local/lib/softhsm/libsofthsm2.so"}) {
      if (::access(path, R_OK) == 0) return path;
    }
    return nullptr;
  }

  SoftHsm() {
    const std::string tokens = folder_.path("tokens");
    std::filesystem::create_directory(tokens);
    const std::string conf =
        folder_.write("softhsm2.conf", "directories.tokendir = " + tokens +
                                           "\nobjectstore.backend = file\nlog.level = ERROR\n");
    ::setenv("SOFTHSM2_CONF", conf.c_str(), 1);
    void* library = ::dlopen(path(), RTLD_NOW | RTLD_LOCAL);
    EXPECT_NE(library, nullptr);
    reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"))(&calls_);
  }

  /// A token with one user, whose PIN is kPin, and these keys.
  void make_token(const std::string& label, const std::vector<KeySpec>& keys) {
    const Use use(calls_);
    std::string padded = label;
    padded.resize(32, ' ');
    check(calls_->C_InitToken(free_slot(), bytes(kPin), 4, bytes(padded)));
    const ck_session_handle_t session = open(label);
    check(calls_->C_Login(session, CKU_SO, bytes(kPin), 4));
    check(calls_->C_InitPIN(session, bytes(kPin), 4));
    check(calls_->C_Logout(session));
    check(calls_->C_Login(session, CKU_USER, bytes(kPin), 4));
    for (const KeySpec& key : keys) generate(session, key);
  }
  void add_certificate(const std::string& token, const std::string& label, Bytes id, const PublicKey& key) {
    const Use use(calls_);
    const ck_session_handle_t session = open(token);
    check(calls_->C_Login(session, CKU_USER, bytes(kPin), 4));
    const PrivateKey issuer = testing::must(PrivateKey::generate(KeyType::ecdsa_p256));
    const Certificate root =
        testing::must(issue_certificate({.key = issuer.public_key(),
                                         .common_name = "root",
                                         .validity = {time_from_unix(0), time_from_unix(1'000'000)},
                                         .is_ca = true},
                                        issuer, nullptr));
    const Certificate leaf = testing::must(issue_certificate(
        {.key = key, .common_name = "leaf", .validity = {time_from_unix(0), time_from_unix(1'000'000)}},
        issuer, &root));
    Bytes value(leaf.der().begin(), leaf.der().end()), subject(leaf.subject().begin(), leaf.subject().end());
    ck_object_class_t object_class = CKO_CERTIFICATE;
    unsigned long kind = CKC_X_509;
    unsigned char yes = 1, no = 0;
    std::array attributes{ck_attribute{CKA_CLASS, &object_class, sizeof object_class},
                          ck_attribute{CKA_CERTIFICATE_TYPE, &kind, sizeof kind},
                          ck_attribute{CKA_TOKEN, &yes, 1},
                          ck_attribute{CKA_PRIVATE, &no, 1},
                          ck_attribute{CKA_LABEL, bytes(label), label.size()},
                          ck_attribute{CKA_ID, id.data(), id.size()},
                          ck_attribute{CKA_SUBJECT, subject.data(), subject.size()},
                          ck_attribute{CKA_VALUE, value.data(), value.size()}};
    ck_object_handle_t handle = 0;
    check(calls_->C_CreateObject(session, attributes.data(), attributes.size(), &handle));
  }
  /// As if the token were another one's from now on: the folder of its objects goes.
  void remove_all() { std::filesystem::remove_all(folder_.path("tokens")); }
  const testing::TestFolder& folder() const { return folder_; }

 private:
  /// Between the two calls that only one user of a module in a process may make.
  struct Use {
    explicit Use(ck_function_list* calls) : calls_(calls) { check(calls_->C_Initialize(nullptr)); }
    ~Use() { calls_->C_Finalize(nullptr); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ck_function_list* calls_;
  };

  static void check(ck_rv_t value) { ASSERT_EQ(value, CKR_OK) << "a test's own token cannot be made"; }
  static unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
  }
  std::vector<ck_slot_id_t> slots() const {
    std::vector<ck_slot_id_t> found(64);
    unsigned long count = found.size();
    check(calls_->C_GetSlotList(1, found.data(), &count));
    found.resize(count);
    return found;
  }
  /// SoftHSM has always one token that was not initialized yet.
  ck_slot_id_t free_slot() const {
    for (const ck_slot_id_t slot : slots()) {
      ck_token_info info{};
      check(calls_->C_GetTokenInfo(slot, &info));
      if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) return slot;
    }
    return ~0UL;
  }
  ck_session_handle_t open(const std::string& label) const {
    ck_session_handle_t session = 0;
    for (const ck_slot_id_t slot : slots()) {
      ck_token_info info{};
      check(calls_->C_GetTokenInfo(slot, &info));
      const std::string there(info.label, info.label + sizeof info.label);
      if (!there.starts_with(label + " ")) continue;
      check(calls_->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session));
      break;
    }
    return session;
  }
  void generate(ck_session_handle_t session, const KeySpec& spec) const {
    unsigned char yes = 1, no = 0, open = spec.public_is_open ? 0 : 1, may_sign = spec.may_sign ? 1 : 0,
                  each_time = spec.asks_each_time ? 1 : 0;
    Bytes id = spec.id, exponent{1, 0, 1};
    Bytes curve = der::encode_oid(spec.curve);
    unsigned long bits = spec.rsa_bits;
    const bool is_rsa = *spec.curve == '\0';
    std::vector<ck_attribute> half{{CKA_TOKEN, &yes, 1},
                                   {CKA_PRIVATE, &open, 1},
                                   {CKA_VERIFY, &yes, 1},
                                   {CKA_LABEL, bytes(spec.label), spec.label.size()},
                                   {CKA_ID, id.data(), id.size()}};
    if (is_rsa) {
      half.push_back({CKA_MODULUS_BITS, &bits, sizeof bits});
      half.push_back({CKA_PUBLIC_EXPONENT, exponent.data(), exponent.size()});
    } else {
      half.push_back({CKA_EC_PARAMS, curve.data(), curve.size()});
    }
    std::array secret{ck_attribute{CKA_TOKEN, &yes, 1},
                      ck_attribute{CKA_PRIVATE, &yes, 1},
                      ck_attribute{CKA_SENSITIVE, &yes, 1},
                      ck_attribute{CKA_EXTRACTABLE, &no, 1},
                      ck_attribute{CKA_SIGN, &may_sign, 1},
                      ck_attribute{CKA_ALWAYS_AUTHENTICATE, &each_time, 1},
                      ck_attribute{CKA_LABEL, bytes(spec.label), spec.label.size()},
                      ck_attribute{CKA_ID, id.data(), id.size()}};
    ck_mechanism mechanism{is_rsa         ? CKM_RSA_PKCS_KEY_PAIR_GEN
                           : spec.edwards ? CKM_EC_EDWARDS_KEY_PAIR_GEN
                                          : CKM_EC_KEY_PAIR_GEN,
                           nullptr, 0};
    ck_object_handle_t public_handle = 0, private_handle = 0;
    check(calls_->C_GenerateKeyPair(session, &mechanism, half.data(), half.size(), secret.data(),
                                    secret.size(), &public_handle, &private_handle));
    if (!spec.keeps_public) check(calls_->C_DestroyObject(session, public_handle));
  }

  testing::TestFolder folder_;
  ck_function_list* calls_ = nullptr;
};

}  // namespace tomme::pkcs11
