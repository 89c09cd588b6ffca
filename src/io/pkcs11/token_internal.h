#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/secret.h"
#include "io/pkcs11/module_internal.h"
#include "io/pkcs11/tokens.h"

namespace tomme::pkcs11 {

/// A token that is in use. A session does one thing at a time, so that each thread leases one of its own; the
/// login counts for all sessions of the process (PKCS #11 section 6.7.4). Thread-safe.
class Token {
 public:
  /// A session, given back when this goes. Must not outlive the token.
  class Lease {
   public:
    Lease(Token& token, ck_session_handle_t session) : token_(&token), session_(session) {}
    Lease(Lease&& other) noexcept : token_(std::exchange(other.token_, nullptr)), session_(other.session_) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (token_ != nullptr) token_->give_back(session_, is_broken_);
    }
    ck_session_handle_t session() const { return session_; }
    /// Something was begun in it and not ended: it is closed rather than used again.
    void mark_broken() { is_broken_ = true; }
    void mark_whole() { is_broken_ = false; }

   private:
    Token* token_;
    ck_session_handle_t session_;
    bool is_broken_ = false;
  };

  Token(std::shared_ptr<Module> module, TokenInfo info)
      : module_(std::move(module)), info_(std::move(info)) {}
  ~Token();
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;

  const Module& module() const { return *module_; }
  const TokenInfo& first_info() const { return info_; }
  std::string label() const { return info_.label; }

  /// Waits where the token has no more sessions than those that other threads lease. kPkcs11Gone,
  /// kPkcs11Failed.
  Result<Lease> lease();
  /// Asks for the PIN and tries it, both once; a second call does nothing or says the same again. kPkcs11Pin,
  /// kPkcs11PinLocked, kPkcs11NoPin, and what `ask` has.
  Result<void> log_in(const Lease& lease, const KeyUri& uri, const AskPin& ask);
  /// For a key that wants the PIN for each signature, between C_SignInit and C_Sign.
  Result<void> log_in_for_signature(ck_session_handle_t session);
  /// How often the token was opened: handles of objects live as long as this stays.
  std::uint64_t opened() const;
  /// After a kPkcs11Gone when the token had been opened `opened` times: looks for the token again, and logs
  /// in with the PIN that was right before. Once, however many threads ask for it. The caller has no lease.
  Result<void> reopen(std::uint64_t opened);
  /// Starts the module anew where the last `reopen` failed in the module itself. Nobody has a lease, and no
  /// other thread uses the module. kPkcs11Module.
  Result<void> recover();

 private:
  static constexpr unsigned kMostFailedLogins = 3;  // some tokens count those that fail of themselves, too
  bool is_outdated() const { return started_ != module_->started(); }
  void give_back(ck_session_handle_t session, bool is_broken);
  Result<ck_session_handle_t> open_session() const;
  Result<void> try_pin(ck_session_handle_t session, ck_user_type_t user);
  Result<void> log_in_again(ck_session_handle_t session);
  Result<void> learn_pin(const TokenInfo& now, const KeyUri& uri, const AskPin& ask);

  const std::shared_ptr<Module> module_;
  mutable std::mutex mutex_;  // guards all that follows; the module's own is taken before
  std::condition_variable given_back_;
  const TokenInfo info_;  // as it was found first
  ck_slot_id_t slot_ = info_.slot;
  std::vector<ck_session_handle_t> idle_;
  std::size_t leased_ = 0;
  std::uint64_t opened_ = 1;
  bool is_logged_in_ = false, wants_login_ = false;
  bool is_lost_ = false;        // it could not be opened again yet
  bool has_failed_ = false;     // not the token: the module, which may have to be started anew
  unsigned failed_logins_ = 0;  // in a row, for another reason than the PIN
  std::uint64_t started_ = module_->started();  // of the module, when the sessions were opened
  std::optional<Secret<std::string>> pin_;      // none where the token has keys of its own to type it on
  std::optional<Error> refusal_;                // of the PIN: it is not tried again
};

}  // namespace tomme::pkcs11
