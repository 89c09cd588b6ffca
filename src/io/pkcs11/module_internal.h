#pragma once

#define CRYPTOKI_GNU  // the structures without a hundred macros; ck_rv_t and CKR_ names all the same
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <p11-kit/pkcs11.h>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace tomme::pkcs11 {

/// A slot with a token in it. The texts are the token's own: not to be shown but through printable().
struct TokenInfo {
  ck_slot_id_t slot = 0;
  std::string label, manufacturer, model, serial;
  ck_flags_t flags = 0;

  bool has(ck_flags_t flag) const { return (flags & flag) != 0; }
  /// The same piece of hardware, in whichever slot.
  bool is_same(const TokenInfo& other) const {
    return label == other.label && manufacturer == other.manufacturer && model == other.model &&
           serial == other.serial;
  }
  std::string describe() const;  ///< as a URI, to be copied
};

/// A PKCS#11 module: a shared library that drives tokens (PKCS #11 version 2.20 and later, section 11). It is
/// loaded on first use, for it may bring a libcrypto of its own along, and never unloaded.
class Module {
 public:
  /// kPkcs11Module. `name` is a path, or a name for the loader to search.
  static Result<std::shared_ptr<Module>> load(const std::string& name);
  ~Module();
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  const std::string& name() const { return name_; }
  const ck_function_list& calls() const { return *calls_; }
  /// To be held from the first call for a job to its last: a lock where the module takes one thread at a
  /// time, else nothing. Not taken twice by one thread.
  std::unique_lock<std::mutex> turn() const {
    return is_serial_ ? std::unique_lock(mutex_) : std::unique_lock<std::mutex>();
  }
  /// Ends it and starts it again: some modules (tpm2-pkcs11) hold a connection that is dead for good once
  /// their service was restarted. All sessions are gone then. While no thread is inside; does nothing where
  /// somebody else in this process started the module. kPkcs11Module.
  Result<void> restart();
  /// How often it was started: sessions of before are nobody's.
  std::uint64_t started() const { return started_; }
  /// All tokens that are there and were initialized.
  Result<std::vector<TokenInfo>> tokens() const;
  /// nullopt where none is in this slot (any more).
  std::optional<TokenInfo> token_in(ck_slot_id_t slot) const;

 private:
  Module(std::string name, ck_function_list* calls) : name_(std::move(name)), calls_(calls) {}
  Result<void> initialize();

  std::string name_;
  ck_function_list* calls_;
  bool is_ours_ = false;  // initialized by us, hence to be finalized by us
  bool is_serial_ = false;
  std::atomic<std::uint64_t> started_ = 1;
  mutable std::mutex mutex_;  // guards the module where is_serial_
};

/// "CKR_DEVICE_REMOVED", or the number.
std::string name_of(ck_rv_t value);
/// The token is no longer there, or has forgotten the session, the login or what it once called the key.
bool means_gone(ck_rv_t value);
/// kPkcs11Gone or kPkcs11Failed: `what` could not be done.
std::unexpected<Error> failed(const std::string& what, ck_rv_t value);

}  // namespace tomme::pkcs11
